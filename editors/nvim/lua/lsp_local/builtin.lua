--- Ghost text by Neovim's own `vim.lsp.inline_completion` (0.12), with what it lacks beside it.
local client = require('lsp_local.client')
local ghost = require('lsp_local.ghost')
local menu = require('lsp_local.menu')
local taking = require('lsp_local.taking')

local M = {}

local NAMESPACE = 'nvim.lsp.inline_completion'
local METHOD = 'textDocument/inlineCompletion'

---@return boolean
local function is_builtin_visible()
  local namespace = vim.api.nvim_get_namespaces()[NAMESPACE]
  if not namespace or menu.is_open() then
    return false
  end
  local marks = vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })
  for _, mark in ipairs(marks) do
    local text = mark[4].virt_text
    if mark[4].virt_lines and #mark[4].virt_lines > 0 or text and text[1] and text[1][1] ~= '' then
      return true
    end
  end
  return false
end

function M.is_visible()
  return ghost.is_visible() or is_builtin_visible()
end

--- Insert what is not yet typed of an item: Neovim's own accept repeats what was typed since.
local function take(item, cut)
  local range, text = item.range, taking.text_of(item.insert_text)
  if not range then
    return
  end
  -- 0.12 has named the fields of ranges in two ways.
  local row = range.start_row or range.start.row
  local col = range.start_col or range.start.col
  local rest = taking.rest(vim.api.nvim_get_current_buf(), row, col, text)
  if not rest then
    return
  end
  local piece = cut(rest)
  taking.insert(piece)
  local server = vim.lsp.get_client_by_id(item.client_id)
  if server and item.command and #piece == #rest then
    client.execute(server, item.command.command, item.command.arguments or {})
  end
end

---@param cut fun(rest: string): string
---@return boolean
function M.accept(cut)
  if ghost.is_visible() then
    return ghost.accept(cut)
  end
  return vim.lsp.inline_completion.get({
    on_accept = function(item)
      take(item, cut)
    end,
  })
end

function M.dismiss()
  local was_ours = ghost.dismiss()
  return vim.lsp.inline_completion.get({ on_accept = function() end }) or was_ours
end

---@param step integer
function M.next(step)
  vim.lsp.inline_completion.select({ count = step })
end

--- Switch Neovim's ghost text off while a menu is open, or ours is; a late answer must find nobody.
local function follow()
  local bufnr = vim.api.nvim_get_current_buf()
  local server = client.find(bufnr)
  local is_wanted = not menu.is_open() and not ghost.is_at_home()
  if not server or vim.lsp.inline_completion.is_enabled({ bufnr = bufnr }) == is_wanted then
    return
  end
  if not is_wanted then
    for id, request in pairs(server.requests) do
      if request.method == METHOD and request.type == 'pending' and not ghost.is_mine(id) then
        client.cancel(server, id)
      end
    end
  end
  vim.lsp.inline_completion.enable(is_wanted, { bufnr = bufnr })
  if is_wanted then -- has Neovim ask at once, as if a key had come
    local asking = ('nvim.lsp.inline_completion:%d'):format(bufnr)
    pcall(vim.api.nvim_exec_autocmds, 'CursorMovedI', { group = asking })
  end
end

--- Neovim never asks by hand, so this once our own ghost text does.
function M.trigger()
  M.dismiss()
  ghost.trigger()
  follow()
end

---@param group integer
function M.start(group)
  ghost.reports = false -- only ours would be told, and the others taken for never seen
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local server = vim.lsp.get_client_by_id(event.data.client_id)
      if server and server.name == client.NAME then
        vim.lsp.inline_completion.enable(true, { bufnr = event.buf })
      end
    end,
  })
  vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedI', 'InsertLeave', 'BufLeave' }, {
    group = group,
    callback = function(event)
      if event.event:find('Leave') or not ghost.is_at_home() then
        ghost.dismiss()
      end
      follow()
    end,
  })
  menu.watch(group, follow)
end

return M
