--- Whether a completion menu is open: the built-in one, nvim-cmp's or blink.cmp's.
local M = {}

---@return boolean
function M.is_open()
  if vim.fn.pumvisible() == 1 then
    return true
  end
  -- Only what the user has loaded is asked: nothing is loaded for the question.
  local cmp, blink = package.loaded['cmp'], package.loaded['blink.cmp']
  return (cmp and cmp.visible and cmp.visible())
    or (blink and blink.is_menu_visible and blink.is_menu_visible())
    or false
end

--- Call `on_change` soon after a menu may have opened or closed.
---@param group integer
---@param on_change fun()
function M.watch(group, on_change)
  local later = vim.schedule_wrap(on_change)
  vim.api.nvim_create_autocmd({ 'CompleteChanged', 'CompleteDone' }, {
    group = group,
    callback = later,
  })
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = { 'BlinkCmpMenuOpen', 'BlinkCmpMenuClose' },
    callback = later,
  })
  vim.api.nvim_create_autocmd('InsertEnter', {
    group = group,
    callback = function()
      local cmp = package.loaded['cmp']
      if cmp and cmp.event and M.watched ~= cmp then
        M.watched = cmp
        cmp.event:on('menu_opened', later)
        cmp.event:on('menu_closed', later)
      end
    end,
  })
end

return M
