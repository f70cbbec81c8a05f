--- Writes into an open hover what the model says of the symbol, as soon as it has said it.
local client = require('lsp_local.client')

local M = {}

local HOVER = 'textDocument/hover'
local is_ours = false -- whether the hover that is being asked for is only to renew one

--- Return the hover that is open over a buffer, if it waits for the model: window, buffer, line.
local function waiting(bufnr)
  local window = vim.b[bufnr].lsp_floating_preview
  if window and vim.api.nvim_win_is_valid(window) then
    local shown = vim.api.nvim_win_get_buf(window)
    for n, line in ipairs(vim.api.nvim_buf_get_lines(shown, 0, -1, false)) do
      if line:match('^_?explaining…_?$') then
        return window, shown, n - 1
      end
    end
  end
end

--- Return the lines that stand in a hover below the facts.
local function explanation(hover)
  local said = hover.contents.value:match('.*\n%-%-%-\n\n(.+)$')
  return said and vim.split(said, '\n') or {}
end

local function write(bufnr, hover)
  local window, shown, line = waiting(bufnr)
  if not window then
    return
  end
  vim.bo[shown].modifiable = true
  vim.api.nvim_buf_set_lines(shown, line, line + 1, false, explanation(hover))
  vim.bo[shown].modifiable = false
  local height = vim.api.nvim_win_text_height(window, {}).all
  local room = vim.api.nvim_win_get_position(window)[1] -- above the cursor it grows upwards
  local config = vim.api.nvim_win_get_config(window)
  local is_above = config.anchor and config.anchor:sub(1, 1) == 'S'
  local most = (is_above and room + config.height or vim.o.lines - vim.o.cmdheight - room) - 2
  vim.api.nvim_win_set_height(window, math.max(config.height, math.min(height, most)))
end

--- Wait for what the model writes of the symbol that a hover was asked for.
local function follow(server, bufnr)
  local at = vim.lsp.util.make_position_params(0, server.offset_encoding)
  local place = { at.textDocument.uri, at.position }
  local explain = { command = 'lspLocal.explain', arguments = place }
  client.request(server, 'workspace/executeCommand', explain, function(_, is_written)
    if is_written and waiting(bufnr) then
      is_ours = true
      client.request(server, HOVER, at, function(_, hover)
        if hover then
          write(bufnr, hover)
        end
      end, bufnr)
      is_ours = false
    end
  end, bufnr)
end

function M.watch(group)
  vim.api.nvim_create_autocmd('LspRequest', {
    group = group,
    callback = function(event)
      local request, bufnr = event.data.request, event.buf
      local server = vim.lsp.get_client_by_id(event.data.client_id)
      local is_hover = request.type == 'pending' and request.method == HOVER and not is_ours
      if is_hover and server and server.name == client.NAME then
        follow(server, bufnr)
      end
    end,
  })
end

return M
