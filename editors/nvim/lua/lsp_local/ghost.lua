--- Ghost text of our own: asks at every key, drops what is stale, shows the newest answer.
local client = require('lsp_local.client')
local menu = require('lsp_local.menu')
local taking = require('lsp_local.taking')

local M = {}

local METHOD = 'textDocument/inlineCompletion'
local AUTOMATIC, INVOKED = 2, 1 -- LSP, InlineCompletionTriggerKind: Invoked is 1
local namespace = vim.api.nvim_create_namespace('lsp_local')

---@class lsp_local.Shown What is on the screen; it begins at `row`, `col` (bytes, from 0).
---@field place lsp_local.Place where it was asked for
---@field bufnr integer
---@field client_id integer
---@field row integer
---@field col integer
---@field before string the line in front of it
---@field items table[] the answer
---@field n integer which item it is
---@field text string

---@class lsp_local.Place
---@field bufnr integer
---@field tick integer
---@field row integer
---@field col integer

---@type lsp_local.Shown?
local shown
---@type { client: vim.lsp.Client, id: integer?, place: lsp_local.Place, kind: integer }?
local asked
---@type lsp_local.Place?
local seen
---@type string? the server and the id of the item of which it knows that it is on the screen
local reported
---@type uv.uv_timer_t?
local timer

M.delay_ms = 0
M.reports = true

---@return lsp_local.Place
local function here()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local bufnr = vim.api.nvim_get_current_buf()
  return { bufnr = bufnr, tick = vim.api.nvim_buf_get_changedtick(bufnr), row = row - 1, col = col }
end

local function is_inserting()
  return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i'
end

---@param bufnr integer
---@param row integer
---@return string
local function line_at(bufnr, row)
  return vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
end

---@return string? what of the shown suggestion is still to be typed
local function rest()
  if not shown or shown.bufnr ~= vim.api.nvim_get_current_buf() then
    return nil
  end
  if line_at(shown.bufnr, shown.row):sub(1, shown.col) ~= shown.before then
    return nil
  end
  return taking.rest(shown.bufnr, shown.row, shown.col, shown.text)
end

local function erase()
  if shown and vim.api.nvim_buf_is_valid(shown.bufnr) then
    vim.api.nvim_buf_clear_namespace(shown.bufnr, namespace, 0, -1)
  end
end

local function stop_asking()
  if timer then
    timer:stop()
  end
  if asked and asked.id then
    client.cancel(asked.client, asked.id)
  end
  asked = nil
end

--- Tell the server once that the item is on the screen.
local function report_shown()
  local item = shown and shown.items[shown.n]
  local id = item and item.command and (item.command.arguments or {})[1]
  local server = shown and vim.lsp.get_client_by_id(shown.client_id)
  -- Each server counts its items from 1.
  local name = server and id and ('%d %s'):format(server.id, id)
  if M.reports and server and name and name ~= reported then
    reported = name
    client.notify(server, 'textDocument/didShowCompletion', { item = item })
  end
end

local function draw()
  erase()
  local text = rest()
  if not shown or not text then
    shown = nil
    return
  end
  if menu.is_open() then
    return
  end
  local tab = (' '):rep(vim.bo[shown.bufnr].tabstop)
  local lines = {}
  for line in vim.gsplit(text, '\n', { plain = true }) do
    table.insert(lines, { { (line:gsub('\t', tab)), 'LspLocalGhost' } })
  end
  local at = here()
  vim.api.nvim_buf_set_extmark(shown.bufnr, namespace, at.row, at.col, {
    virt_text = lines[1],
    virt_text_pos = 'inline',
    virt_lines = #lines > 1 and vim.list_slice(lines, 2) or nil,
    hl_mode = 'combine',
  })
  report_shown()
end

--- Take over an answer for `place`, where the cursor still is.
---@param items table[]
local function show(server, items, place, n)
  erase()
  shown = nil
  local item = items[n]
  if not item then
    return
  end
  local line = line_at(place.bufnr, place.row)
  local start = item.range and item.range.start
  -- A range in another line is of no use: the server's begins at the cursor.
  if start and start.line ~= place.row then
    return
  end
  local col = start and client.byte_at(server, line, start.character) or place.col
  shown = {
    place = place,
    bufnr = place.bufnr,
    client_id = server.id,
    row = place.row,
    col = col,
    before = line:sub(1, col),
    items = items,
    n = n,
    text = taking.text_of(item.insertText),
  }
  draw()
end

---@param kind integer
local function ask(kind)
  stop_asking()
  local place = here()
  local server = client.find(place.bufnr)
  if not server or not is_inserting() then
    return
  end
  local params = vim.lsp.util.make_position_params(0, server.offset_encoding)
  params.context = { triggerKind = kind }
  local mine = { client = server, place = place, kind = kind }
  asked = mine
  mine.id = client.request(server, METHOD, params, function(err, result)
    if asked ~= mine then
      return
    end
    asked = nil
    if not err and is_inserting() and vim.deep_equal(here(), place) then
      show(server, result and (result.items or result) or {}, place, 1)
    end
  end, place.bufnr)
end

--- Whether the cursor's place has been seen to: the event of a key may come after the next key's.
function M.is_at_home()
  local place = here()
  if asked and asked.kind == INVOKED and vim.deep_equal(asked.place, place) then
    return true
  end
  return shown ~= nil and vim.deep_equal(shown.place, place)
end

function M.is_mine(id)
  return asked ~= nil and asked.id == id
end

--- Follow a key: what fits is shown on without a gap, and the server is asked for what comes next.
function M.update()
  local place = here()
  if seen and vim.deep_equal(place, seen) then
    return -- one key is two events
  end
  seen = place
  draw()
  if M.is_at_home() then
    return
  end
  stop_asking()
  if menu.is_open() or vim.fn.reg_executing() ~= '' then
    return
  end
  if M.delay_ms == 0 then
    return ask(AUTOMATIC)
  end
  timer = timer or assert(vim.uv.new_timer())
  timer:start(M.delay_ms, 0, vim.schedule_wrap(function()
    ask(AUTOMATIC)
  end))
end

--- Take everything off the screen, and ask no more until the next key.
function M.dismiss()
  stop_asking()
  erase()
  local was_there = shown ~= nil
  shown = nil
  return was_there
end

function M.trigger()
  ask(INVOKED)
end

--- Show another suggestion, if the answer had more than one.
---@param step integer
function M.next(step)
  local server = shown and vim.lsp.get_client_by_id(shown.client_id)
  if not shown or not server or #shown.items < 2 then
    return
  end
  local n = (shown.n + step - 1) % #shown.items + 1
  show(server, shown.items, here(), n)
end

---@return boolean
function M.is_visible()
  return rest() ~= nil and not menu.is_open()
end

--- Take a part of the suggestion; the rest stays on the screen.
---@param cut fun(rest: string): string
---@return boolean
function M.accept(cut)
  local text = rest()
  if not shown or not text then
    return false
  end
  local piece = cut(text)
  local item, server = shown.items[shown.n], vim.lsp.get_client_by_id(shown.client_id)
  local is_all = #piece == #text
  if server and M.reports and not is_all then
    local taken = shown.text:sub(1, #shown.text - #text + #piece)
    local params = { item = item, acceptedLength = client.n_units(taken) }
    client.notify(server, 'textDocument/didPartiallyAcceptCompletion', params)
  end
  taking.insert(piece)
  draw()
  if server and is_all and item.command then
    client.execute(server, item.command.command, item.command.arguments or {})
  end
  return true
end

---@param group integer
function M.start(group)
  vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, {
    group = group,
    callback = M.update,
  })
  vim.api.nvim_create_autocmd('InsertEnter', {
    group = group,
    callback = vim.schedule_wrap(function()
      if is_inserting() then -- it was not yet when the event came
        M.update()
      end
    end),
  })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave' }, {
    group = group,
    callback = function()
      seen = nil
      M.dismiss()
    end,
  })
  menu.watch(group, function()
    if is_inserting() then
      seen = nil
      M.update()
    end
  end)
end

return M
