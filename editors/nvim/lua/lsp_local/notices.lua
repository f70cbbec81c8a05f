--- What the user is told: in one line, so that no key of theirs answers a "Press ENTER".
local M = {}

local LEVELS = { vim.log.levels.ERROR, vim.log.levels.WARN } -- by LSP's MessageType
local downloads = {} ---@type table<string|integer, string> titles of the downloads under way

--- Whether the server waits for a model that is not here.
M.lacks_model = false

--- What was said, all of it.
---@type string[]
M.said = {}

--- Say something in one line of the screen; `:LspLocal messages` has all of a longer one.
---@param message string
---@param level? integer
function M.say(message, level)
  local text = message:match('^lsp%-local') and message or 'lsp-local: ' .. message
  table.insert(M.said, text)
  local line, more = vim.trim(text:gsub('%s+', ' ')), '… (:LspLocal messages)'
  if vim.fn.strdisplaywidth(line) > vim.v.echospace then
    local n_most = vim.v.echospace - vim.fn.strdisplaywidth(more)
    line = vim.fn.strcharpart(line, 0, n_most) .. more
  end
  vim.notify(line, level or vim.log.levels.INFO)
end

--- Answer a question of the server with no choice. Neovim's own handler would take the keys of a
--- typing user for the choice; ours names the command that does the same.
local function ask(_, params)
  local first = (params.actions or {})[1]
  if not first or first.title ~= 'Download' then
    M.say(params.message)
    return vim.NIL
  end
  M.lacks_model = true
  local size = params.message:match('%b()')
  M.say('no model yet; `:LspLocal pull` downloads it' .. (size and ' ' .. size or ''))
  return vim.NIL
end

local function show(_, params)
  M.say(params.message, LEVELS[params.type])
  return vim.NIL
end

--- What the server is started with, so that its messages come to us.
---@type table<string, lsp.Handler>
M.handlers = { ['window/showMessage'] = show, ['window/showMessageRequest'] = ask }

--- Show how far a download is.
---@param token string|integer
---@param value table LSP's WorkDoneProgress
function M.progress(token, value)
  if value.kind == 'begin' and value.title:match('^Download') then
    downloads[token] = value.title
  end
  local title = downloads[token]
  if not title then
    return
  end
  local said = value.message or (value.percentage and value.percentage .. ' %') or ''
  if value.kind == 'end' then
    downloads[token] = nil
    said = ''
  end
  local line = said == '' and '' or ('%s: %s'):format(title, said)
  vim.api.nvim_echo({ { line:sub(1, vim.v.echospace) } }, false, {})
end

return M
