-- The server as Neovim starts it; `vim.lsp.config('lsp_local', …)` changes any of it.

--- One server for all folders: the model is in memory only once.
---@param client vim.lsp.Client
---@param config vim.lsp.ClientConfig
local function reuse_client(client, config)
  if client.name ~= config.name or require('lsp_local.client').is_stopped(client) then
    return false
  end
  require('lsp_local.client').add_folder(client, config.root_dir)
  return true
end

--- Where pipx and uv put the server, and where it is in a checkout as the README makes one.
local USUAL = { '~/.local/bin/lsp-local', '~/lsp-local/.venv/bin/lsp-local' }

local function program()
  local named = vim.list_extend({ 'lsp-local' }, vim.tbl_map(vim.fs.normalize, USUAL))
  return vim.iter(named):find(function(name)
    return vim.fn.executable(name) == 1
  end) or named[1]
end

---@type vim.lsp.Config
return {
  cmd = { program(), 'serve' },
  root_markers = { 'pyproject.toml', 'package.json', 'go.mod', 'Cargo.toml', '.git' },
  reuse_client = reuse_client,
  handlers = require('lsp_local.notices').handlers,
  capabilities = vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), {
    textDocument = { inlineCompletion = { dynamicRegistration = false } },
  }),
}
