--- lsp-local in Neovim: `setup()` is optional, all else starts by itself.
local client = require('lsp_local.client')
local notices = require('lsp_local.notices')
local taking = require('lsp_local.taking')

local M = {}

---@class lsp_local.Options
M.defaults = {
  -- 'own': ours. 'builtin': Neovim's `vim.lsp.inline_completion` where there is one (0.12).
  ghost = 'own',
  -- Milliseconds from the key to the request; only ours waits so. The server handles bursts.
  delay_ms = 0,
  -- Keys in insert mode; false takes one away, `keys = false` all of them.
  ---@type table<string, string|false>|false
  keys = {
    accept = '<Tab>',
    accept_word = '<M-Right>',
    accept_line = '<M-C-Right>',
    next = '<M-]>',
    dismiss = '<C-]>',
    trigger = '<M-\\>',
  },
  -- As `vim.lsp.config('lsp_local', …)` takes it, such as `{ init_options = { model = '…' } }`.
  server = {},
}

---@type lsp_local.Options
M.options = M.defaults
local ghost ---@type table what shows: lsp_local.ghost or lsp_local.builtin
local is_started = false

--- Whether Neovim's own inline completion shows what the server says.
---@return boolean
function M.is_builtin()
  return vim.lsp.inline_completion ~= nil and M.options.ghost == 'builtin'
end

function M.is_visible()
  return ghost ~= nil and ghost.is_visible()
end

--- Take the whole suggestion, its next word, or its next line; return whether there was one.
function M.accept()
  return ghost ~= nil and ghost.accept(taking.cuts.all)
end

function M.accept_word()
  return ghost ~= nil and ghost.accept(taking.cuts.word)
end

function M.accept_line()
  return ghost ~= nil and ghost.accept(taking.cuts.line)
end

--- Show the next of several suggestions.
function M.next()
  if ghost then
    ghost.next(1)
  end
end

function M.dismiss()
  return ghost ~= nil and ghost.dismiss()
end

--- Ask by hand: what the model is less sure of is shown, too.
function M.trigger()
  if ghost then
    ghost.trigger()
  end
end

--- What a statusline shows: '' where there is no server.
---@return string
function M.statusline()
  return require('lsp_local.state').short()
end

--- Return what `key` does without us, as the keys to be typed.
local function keys_without_us(before, key)
  if vim.tbl_isempty(before) then
    return vim.keycode(key)
  end
  local keys
  if before.callback then
    if before.expr ~= 1 then
      vim.schedule(before.callback)
      return ''
    end
    keys = before.callback() or ''
    keys = before.replace_keycodes == 1 and vim.keycode(keys) or keys
  else
    keys = before.rhs:gsub('<[sS][iI][dD]>', ('<SNR>%d_'):format(before.sid))
    keys = vim.keycode(keys)
    keys = before.expr == 1 and vim.api.nvim_eval(keys) or keys
  end
  if before.noremap == 1 then
    return keys
  end
  vim.api.nvim_feedkeys(keys, 'im', false)
  return ''
end

---@param name string
---@param key string
local function map(name, key)
  local before = vim.fn.maparg(key, 'i', false, true)
  if (before.desc or ''):match('^lsp%-local') then
    before = {}
  end
  local act = vim.keycode(("<Cmd>lua require('lsp_local').%s()<CR>"):format(name))
  vim.keymap.set('i', key, function()
    local is_ours = name == 'trigger' or M.is_visible()
    return is_ours and act or keys_without_us(before, key)
  end, { expr = true, replace_keycodes = false, desc = 'lsp-local: ' .. name:gsub('_', ' ') })
end

--- Tell the server where the cursor rests, so that it reads there before it is asked.
local function report_cursor()
  local bufnr = vim.api.nvim_get_current_buf()
  local server = client.find(bufnr)
  if server then
    local params = vim.lsp.util.make_position_params(0, server.offset_encoding)
    client.notify(server, 'lspLocal/didMoveCursor', params)
  end
end

local function watch_cursor(group)
  local timer = assert(vim.uv.new_timer())
  vim.api.nvim_create_autocmd('CursorMoved', {
    group = group,
    callback = function()
      timer:start(100, 0, vim.schedule_wrap(report_cursor))
    end,
  })
end

--- Start with the options as they are, once.
function M.start()
  if is_started then
    return
  end
  is_started = true
  vim.cmd.runtime('plugin/lsp_local.lua') -- where a plugin manager has not read it: the command
  local options = M.options
  local group = vim.api.nvim_create_augroup('lsp_local', {})
  vim.api.nvim_set_hl(0, 'LspLocalGhost', { default = true, link = 'Comment' })
  client.configure(options.server)

  local is_builtin = M.is_builtin()
  ghost = require(is_builtin and 'lsp_local.builtin' or 'lsp_local.ghost')
  require('lsp_local.ghost').delay_ms = options.delay_ms
  ghost.start(group)
  require('lsp_local.state').watch(group, not is_builtin and vim.lsp.inline_completion ~= nil)
  watch_cursor(group)
  require('lsp_local.hover').watch(group)
  for name, key in pairs(options.keys or {}) do
    if key then
      map(name, key)
    end
  end

  local command = client.config().cmd
  if type(command) == 'table' and vim.fn.executable(command[1]) == 0 then
    local advice = '`%s` is not found; see `:checkhealth lsp_local`'
    return notices.say(advice:format(command[1]), vim.log.levels.WARN)
  end
  client.enable()
end

--- Start with other options than the defaults.
---@param options? table
function M.setup(options)
  if is_started then
    return notices.say('setup() comes too late: call it once, in your init.lua', vim.log.levels.WARN)
  end
  M.options = vim.tbl_deep_extend('force', M.defaults, options or {})
  M.start()
end

return M
