--- Talks to the server; the only file that knows how Neovim 0.10 did that.
local notices = require('lsp_local.notices')

local M = {}

M.NAME = 'lsp_local'
local IS_NEW = vim.fn.has('nvim-0.11') == 1

--- Return the running server of a buffer, or of any buffer.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.find(bufnr)
  return vim.lsp.get_clients({ name = M.NAME, bufnr = bufnr })[1]
end

--- Return what the server is started with.
---@return vim.lsp.Config
function M.config()
  if IS_NEW then
    return vim.lsp.config[M.NAME]
  end
  local path = vim.api.nvim_get_runtime_file('lsp/lsp_local.lua', false)[1]
  return vim.tbl_deep_extend('force', dofile(path), M.changed or {}, { name = M.NAME })
end

--- Return the command line's words: as the server is started, without `serve`.
---@param ... string what stands behind `lsp-local`
---@return string[]
function M.command_line(...)
  local command = M.config().cmd
  local words = type(command) == 'table' and vim.deepcopy(command) or { 'lsp-local', 'serve' }
  table.remove(words)
  return vim.list_extend(words, { ... })
end

--- Change what the server is started with.
---@param server table
function M.configure(server)
  if IS_NEW then
    vim.lsp.config(M.NAME, server)
  end
  M.changed = server
end

--- Have the server started for every file, those that are open too.
function M.enable()
  if IS_NEW then
    return vim.lsp.enable(M.NAME)
  end
  local function attach(bufnr)
    if vim.bo[bufnr].buftype ~= '' then
      return
    end
    local config = M.config()
    config.root_dir = vim.fs.root(bufnr, config.root_markers)
    vim.lsp.start(config, { bufnr = bufnr, reuse_client = config.reuse_client })
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('lsp_local.attach', {}),
    callback = function(event)
      attach(event.buf)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype ~= '' then
      attach(bufnr)
    end
  end
end

---@param client vim.lsp.Client
---@return boolean
function M.is_stopped(client)
  if IS_NEW then
    return client:is_stopped()
  end
  return client.is_stopped()
end

--- Send a request; return its id, nil where the server is gone.
---@return integer?
function M.request(client, method, params, handler, bufnr)
  local is_sent, id
  if IS_NEW then
    is_sent, id = client:request(method, params, handler, bufnr)
  else
    is_sent, id = client.request(method, params, handler, bufnr)
  end
  return is_sent and id or nil
end

function M.notify(client, method, params)
  if IS_NEW then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

function M.cancel(client, id)
  if IS_NEW then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

--- Run a command of the server; `then_do` gets its result.
---@param arguments any[]
---@param then_do? fun(result: any)
function M.execute(client, command, arguments, then_do)
  local params = { command = command, arguments = arguments }
  M.request(client, 'workspace/executeCommand', params, function(err, result)
    if err then
      notices.say(err.message, vim.log.levels.ERROR)
    elseif then_do then
      then_do(result)
    end
  end, vim.api.nvim_get_current_buf())
end

--- Tell a running server of one more folder, once.
---@param folder? string
function M.add_folder(client, folder)
  local folders = client.workspace_folders or {}
  for _, known in ipairs(folders) do
    if not folder or vim.fs.normalize(vim.uri_to_fname(known.uri)) == vim.fs.normalize(folder) then
      return
    end
  end
  if not folder then
    return
  end
  local added = { uri = vim.uri_from_fname(folder), name = folder }
  client.workspace_folders = vim.list_extend(folders, { added })
  M.notify(client, 'workspace/didChangeWorkspaceFolders', {
    event = { added = { added }, removed = {} },
  })
end

--- Return the byte in `line` (from 0) of a column that the server counts in its encoding.
---@return integer
function M.byte_at(client, line, character)
  local encoding = client.offset_encoding
  if IS_NEW then
    return vim.str_byteindex(line, encoding, character, false)
  end
  if encoding == 'utf-8' then
    return math.min(character, #line)
  end
  local is_fine, byte = pcall(vim.str_byteindex, line, character, encoding == 'utf-16')
  return is_fine and byte or #line
end

--- Return the length of `text` in UTF-16 units.
---@return integer
function M.n_units(text)
  if IS_NEW then
    return vim.str_utfindex(text, 'utf-16')
  end
  return (select(2, vim.str_utfindex(text)))
end

return M
