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
    return true
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
  local done = vim.system(client.command_line('model', 'list', '--json'), { text = true }):wait(20000)
  local is_json, rows = pcall(vim.json.decode, done.stdout)
  if done.code ~= 0 or not is_json then
    local reason = done.code == 124 and 'It took longer than 20 s.' or vim.trim(done.stderr)
    return vim.health.error('the command line does not work', { reason })
  end
  local here = {}
  for _, row in ipairs(rows) do
    if row.state ~= 'not here' then
      table.insert(here, row.name)
    end
  end
  local wanted = (client.config().init_options or {}).model or ''
  if #here > 0 then
    vim.health.ok('models that are here: ' .. table.concat(here, ', '))
  elseif not wanted:match('%.gguf$') then
    vim.health.warn('no model is here yet', { '`:LspLocal pull` downloads one.' })
  end
end

--- What has taken a key after us gets it first.
local function check_keys()
  for name, key in pairs(require('lsp_local').options.keys or {}) do
    local mapping = key and vim.fn.maparg(key, 'i', false, true) or {}
    if key and not (mapping.desc or ''):match('^lsp%-local') then
      local said = '`%s` (%s) is mapped by something else, which must pass it on'
      vim.health.info(said:format(key, name))
    end
  end
end

local function check_server()
  local server = client.find()
  if server then
    local version = server.server_info and server.server_info.version or '?'
    vim.health.ok(('version %s runs, positions in %s'):format(version, server.offset_encoding))
    return vim.health.info('`:LspLocal doctor` measures the speed of this machine')
  end
  local log = require('vim.lsp.log').get_filename()
  vim.health.warn('the server does not run', { ('The last lines of %s may say why.'):format(log) })
end

function M.check()
  vim.health.start('lsp-local')
  check_neovim()
  if check_command() then
    if vim.fn.executable(client.command_line()[1]) == 1 then
      check_models()
    end
    check_server()
  end
  check_keys()
end

return M
