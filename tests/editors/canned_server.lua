-- A server inside Neovim: `canned.text` is what it says stands in a line, after the indentation.
canned = { text = '', id = '0', log = {}, items = nil, is_slow = false, waiting = {} }

--- Return the rest of the text where its beginning is typed.
local function answer(params)
  if canned.items then
    return canned.items
  end
  local at = params.position
  local lines = vim.api.nvim_buf_get_lines(0, 0, at.line + 1, false)
  local last = lines[#lines]
  lines[#lines] = last:sub(1, vim.str_byteindex(last, 'utf-16', at.character))
  for start = #lines, 1, -1 do
    local typed = table.concat(lines, '\n', start):gsub('^%s*', '')
    if typed ~= '' and #typed < #canned.text and vim.startswith(canned.text, typed) then
      local range = { start = at, ['end'] = at }
      local command = { title = 'took', command = 'lspLocal.accepted', arguments = { canned.id } }
      return { { insertText = canned.text:sub(#typed + 1), range = range, command = command } }
    end
  end
  return {}
end

local function respond(method, params)
  if method == 'initialize' then
    local capabilities = { positionEncoding = 'utf-16', textDocumentSync = 2 }
    capabilities.inlineCompletionProvider = true
    return { capabilities = capabilities, serverInfo = { name = 'canned', version = '0' } }
  elseif method == 'textDocument/inlineCompletion' then
    return answer(params)
  elseif method == 'workspace/executeCommand' then
    if params.command == 'lspLocal.pullModel' then
      return 'begun'
    end
    return params.command == 'lspLocal.pause'
  end
  return {}
end

--- A server of the language, which knows nothing of inline completion.
local function respond_as_other(method)
  if method == 'initialize' then
    return { capabilities = { textDocumentSync = 2, hoverProvider = true, completionProvider = {} } }
  elseif method == 'textDocument/completion' then
    return { { label = 're' }, { label = 'repeat' } }
  elseif method == 'textDocument/hover' then
    return { contents = 'of the other' }
  end
  return {}
end

local function server(respond)
  local n_requests = 0
  return {
    request = function(method, params, callback, on_reply)
      n_requests = n_requests + 1
      local id = n_requests
      table.insert(canned.log, { method = method, params = params, id = id })
      local function reply()
        callback(nil, respond(method, params))
        if on_reply then
          on_reply(id)
        end
      end
      if canned.is_slow and method == 'textDocument/inlineCompletion' then
        table.insert(canned.waiting, reply)
      else
        vim.schedule(reply)
      end
      return true, id
    end,
    notify = function(method, params)
      table.insert(canned.log, { method = method, params = params })
      return true
    end,
    is_closing = function()
      return false
    end,
    terminate = function() end,
  }
end

function canned.start(dispatchers)
  canned.dispatchers = dispatchers
  return server(respond)
end

function canned.start_other()
  return server(respond_as_other)
end
