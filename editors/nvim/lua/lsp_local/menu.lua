--- Whether a completion menu is open: the built-in one, nvim-cmp's or blink.cmp's.
local M = {}

local watched ---@type table? the nvim-cmp that tells us of its menu
local is_cmp_open = false
local on_changes = {} ---@type fun()[]

local function changed()
  for _, act in ipairs(on_changes) do
    act()
  end
end

--- Have nvim-cmp tell of its menu: its `visible()` waits for its sources, up to a second, and lets
--- other events come in between.
local function watch_cmp()
  local cmp = package.loaded['cmp']
  if type(cmp) ~= 'table' or not cmp.event or watched == cmp then
    return
  end
  watched, is_cmp_open = cmp, false
  for name, is_open in pairs({ menu_opened = true, menu_closed = false }) do
    cmp.event:on(name, function()
      if is_cmp_open ~= is_open then
        is_cmp_open = is_open
        changed()
      end
    end)
  end
end

---@return boolean
function M.is_open()
  watch_cmp() -- it may have been loaded only now; nothing is loaded for the question
  local blink = package.loaded['blink.cmp']
  return vim.fn.pumvisible() == 1
    or is_cmp_open
    or (blink and blink.is_menu_visible and blink.is_menu_visible())
    or false
end

--- Call `on_change` soon after a menu may have opened or closed.
---@param group integer
---@param on_change fun()
function M.watch(group, on_change)
  local later = vim.schedule_wrap(on_change)
  table.insert(on_changes, later)
  vim.api.nvim_create_autocmd({ 'CompleteChanged', 'CompleteDone' }, {
    group = group,
    callback = later,
  })
  vim.api.nvim_create_autocmd('InsertEnter', {
    group = group,
    callback = vim.schedule_wrap(watch_cmp), -- which this very event may load
  })
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = { 'BlinkCmpMenuOpen', 'BlinkCmpMenuClose' },
    callback = later,
  })
end

return M
