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

---@type vim.lsp.Config
return {
  cmd = { 'lsp-local', 'serve' },
  root_markers = { 'pyproject.toml', 'package.json', 'go.mod', 'Cargo.toml', '.git' },
  reuse_client = reuse_client,
  handlers = require('lsp_local.notices').handlers,
  capabilities = vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), {
    textDocument = { inlineCompletion = { dynamicRegistration = false } },
  }),
}
