--- `:checkhealth lsp_local`.
local client = require('lsp_local.client')

local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.10') == 0 then
    return vim.health.error('Neovim is older than 0.10')
  end
  local is_builtin = require('lsp_local').is_builtin()
  vim.health.ok('ghost text by ' .. (is_builtin and 'vim.lsp.inline_completion' or 'this plugin'))
end

---@return boolean
local function check_command()
  local command = client.config().cmd
  if type(command) ~= 'table' then
    vim.health.info('the server is started by a function of yours')
    return false
  end
  local path = vim.fn.exepath(command[1])
  if path == '' then
    vim.health.error(('`%s` is not found'):format(command[1]), {
      'Install lsp-local, or name it by its full path: '
        .. "require('lsp_local').setup({ server = { cmd = { '/…/lsp-local', 'serve' } } })",
    })
    return false
  end
  vim.health.ok('the server is ' .. path)
  return true
end

local function check_models()
  local command = client.command_line('model', 'list')
  local done = vim.system(command, { text = true, env = { NO_COLOR = '1' } }):wait(20000)
  if done.code ~= 0 then
    local reason = done.code == 124 and 'It took longer than 20 s.' or vim.trim(done.stderr)
    return vim.health.error('the command line does not work', { reason })
  end
  vim.health.info('models:\n' .. vim.trim(done.stdout))
  vim.health.info('`:LspLocal doctor` measures the speed of this machine')
end

local function check_server()
  local server = client.find()
  if not server then
    return vim.health.warn('the server does not run', { 'Open a file, and see :LspLog.' })
  end
  local version = server.server_info and server.server_info.version or '?'
  vim.health.ok(('version %s runs, positions in %s'):format(version, server.offset_encoding))
end

function M.check()
  vim.health.start('lsp-local')
  check_neovim()
  if check_command() then
    check_models()
  end
  check_server()
end

return M
