--- How much of a suggestion is taken, and how it comes into the buffer.
local M = {}

--- What each way of accepting takes of the text that is still to come.
---@type table<string, fun(rest: string): string>
M.cuts = {
  all = function(rest)
    return rest
  end,
  -- A word with what stands in front of it, or one run of signs. Bytes beyond ASCII are letters.
  word = function(rest)
    return rest:match('^%s*[%w_\128-\255]+') or rest:match('^%s*[^%w_%s\128-\255]+') or rest
  end,
  -- Up to the end of the line; at the end of one, the next line.
  line = function(rest)
    return rest:match('^\n*[^\n]+') or rest
  end,
}

--- Return the text of an item with Neovim's line ends.
---@param insert_text string|lsp.StringValue
---@return string
function M.text_of(insert_text)
  local text = type(insert_text) == 'table' and insert_text.value or insert_text
  return (text:gsub('\r\n?', '\n'))
end

--- Return what of `text`, which begins at a place, is not yet typed; nil if something else is.
---@param bufnr integer
---@param row integer from 0
---@param col integer bytes
---@param text string
---@return string?
function M.rest(bufnr, row, col, text)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local cursor_row, cursor_col = cursor[1] - 1, cursor[2]
  if cursor_row < row or (cursor_row == row and cursor_col < col) then
    return nil
  end
  local is_there, lines =
    pcall(vim.api.nvim_buf_get_text, bufnr, row, col, cursor_row, cursor_col, {})
  local typed = is_there and table.concat(lines, '\n')
  if not typed or not vim.startswith(text, typed) or #text == #typed then
    return nil
  end
  return text:sub(#typed + 1)
end

--- Put `piece` in front of the cursor and move it behind; one undo takes it away again.
---@param piece string
function M.insert(piece)
  vim.go.undolevels = vim.go.undolevels -- closes the block of what was typed before
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local lines = vim.split(piece, '\n', { plain = true })
  vim.api.nvim_buf_set_text(0, row - 1, col, row - 1, col, lines)
  local is_one_line = #lines == 1
  vim.api.nvim_win_set_cursor(0, { row + #lines - 1, (is_one_line and col or 0) + #lines[#lines] })
end

return M
