--- What the server is doing, as far as it has told us.
local client = require('lsp_local.client')
local notices = require('lsp_local.notices')

local M = { is_paused = false, server_id = nil } ---@type table

local METHOD = 'textDocument/inlineCompletion'
local works = {} ---@type table<string|integer, string> titles of what is under way

---@return 'off'|'paused'|'no model'|'loading'|'busy'|'idle'
function M.name()
  local server = client.find()
  if not server or client.is_stopped(server) then
    return 'off'
  end
  if M.is_paused then
    return 'paused'
  end
  for _, title in pairs(works) do
    return (title:match('^Load') or title:match('^Download')) and 'loading' or 'busy'
  end
  if notices.lacks_model then
    return 'no model'
  end
  for _, request in pairs(server.requests) do
    if request.method == METHOD and request.type == 'pending' then
      return 'busy'
    end
  end
  return 'idle'
end

---@return string
function M.short()
  local name = M.name()
  if name == 'off' then
    return ''
  end
  return name == 'idle' and 'lsp-local' or 'lsp-local: ' .. name
end

---@param group integer
---@param is_builtin_off boolean whether Neovim itself must not show what our server says
function M.watch(group, is_builtin_off)
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local server = vim.lsp.get_client_by_id(event.data.client_id)
      if not server or server.name ~= client.NAME then
        return
      end
      if server.id ~= M.server_id then -- a new server suggests
        M.server_id, M.is_paused, works = server.id, false, {}
        notices.lacks_model = false
      end
      if is_builtin_off then
        vim.lsp.inline_completion.enable(false, { client_id = server.id })
      end
    end,
  })
  vim.api.nvim_create_autocmd('LspProgress', {
    group = group,
    callback = function(event)
      local server = vim.lsp.get_client_by_id(event.data.client_id)
      local params = event.data.params
      if not server or server.name ~= client.NAME or not params then
        return
      end
      if params.value.kind == 'end' then
        works[params.token] = nil
      else
        works[params.token] = params.value.title or works[params.token] or ''
      end
      if (params.value.title or ''):match('^Load') then
        notices.lacks_model = false
      end
      vim.cmd.redrawstatus()
      notices.progress(params.token, params.value)
    end,
  })
end

return M
