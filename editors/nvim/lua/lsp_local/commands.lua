--- `:LspLocal`: what the server and its command line offer.
local client = require('lsp_local.client')
local notices = require('lsp_local.notices')
local state = require('lsp_local.state')

local M = {}

---@param title string
---@param text string
local function show(title, text)
  local lines = vim.split(vim.trim(text), '\n')
  vim.cmd('botright new')
  local bufnr = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.api.nvim_win_set_height(0, math.min(#lines, math.floor(vim.o.lines / 2)))
  vim.bo[bufnr].buftype, vim.bo[bufnr].bufhidden = 'nofile', 'wipe'
  vim.bo[bufnr].modifiable, vim.bo[bufnr].swapfile = false, false
  vim.wo[0].wrap, vim.wo[0].number = false, false
  pcall(vim.api.nvim_buf_set_name, bufnr, 'lsp-local://' .. title)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr })
end

--- Run a command of the command line; `then_do` gets what it has said.
---@param given string[]
---@param then_do fun(done: vim.SystemCompleted)
local function run_then(given, then_do)
  local command = client.command_line(unpack(given))
  local columns = tostring(vim.o.columns - 2)
  local options = { text = true, env = { NO_COLOR = '1', TERM = 'dumb', COLUMNS = columns } }
  local is_started, problem = pcall(vim.system, command, options, vim.schedule_wrap(then_do))
  if not is_started then
    notices.say(problem, vim.log.levels.ERROR)
  end
end

--- Run a command of the command line and show what it says.
---@param ... string
local function run(...)
  local given = { ... }
  run_then(given, function(done)
    show(table.concat(given, ' '), done.stdout .. done.stderr)
  end)
end

--- Make a prompt file, and open it.
---@param name string
local function new_prompt(name)
  run_then({ 'prompts', 'new', '--', name }, function(made)
    if made.code ~= 0 then
      return show('prompts new ' .. name, made.stdout .. made.stderr)
    end
    run_then({ 'prompts', 'list', '--json' }, function(listed)
      for _, prompt in ipairs(vim.json.decode(listed.stdout).prompts) do
        if prompt.name == name:gsub('%.md$', '') then
          vim.cmd.split(vim.fn.fnameescape(prompt.path))
        end
      end
    end)
  end)
end

---@return vim.lsp.Client?
local function server()
  local found = client.find()
  if not found then
    notices.say('the server does not run: open a file, or see `:checkhealth lsp_local`', vim.log.levels.WARN)
  end
  return found
end

---@param wish string
local function pause(wish)
  local found = server()
  if found then
    client.execute(found, 'lspLocal.' .. wish, {}, function(is_paused)
      state.is_paused = is_paused == true
      notices.say(state.is_paused and 'paused' or 'suggests again')
      vim.cmd.redrawstatus()
    end)
  end
end

---@param found vim.lsp.Client
---@param name string
local function take_model(found, name)
  local ours = { lspLocal = { model = name } }
  found.settings = vim.tbl_deep_extend('force', found.settings or {}, ours)
  client.notify(found, 'workspace/didChangeConfiguration', { settings = found.settings })
  notices.say('the model is ' .. name .. ' until Neovim ends')
end

--- Have the server download a model; it shows how far that is, and says when it is done.
---@param found vim.lsp.Client
---@param name string '' for the model that the options name
local function pull(found, name)
  local arguments = name ~= '' and { name } or {}
  client.execute(found, 'lspLocal.pullModel', arguments, function(begun)
    if begun == 'running' then
      notices.say('a download is under way')
    end
  end)
end

---@param found vim.lsp.Client
local function rewrite(found, given, instruction)
  local bufnr = vim.api.nvim_get_current_buf()
  local last = vim.api.nvim_buf_get_lines(bufnr, given.line2 - 1, given.line2, false)[1]
  local range = vim.lsp.util.make_given_range_params(
    { given.line1, 0 },
    { given.line2, #last },
    bufnr,
    found.offset_encoding
  ).range
  local function act(said)
    if said and vim.trim(said) ~= '' then
      client.execute(found, 'lspLocal.rewrite', { vim.uri_from_bufnr(bufnr), range, said })
    end
  end
  if instruction ~= '' then
    return act(instruction)
  end
  vim.ui.input({ prompt = 'What is to be done with these lines? ' }, act)
end

---@param bufnr integer
local function status(bufnr)
  local found = server()
  if not found then
    return
  end
  local version = found.server_info and found.server_info.version or ''
  local uri = vim.uri_from_bufnr(bufnr)
  client.request(found, 'lspLocal/why', { textDocument = { uri = uri } }, function(_, ended)
    local last = (ended or {})[1]
    state.is_paused = last and last.reason == 'paused' or state.is_paused
    local said = { ('%s, server %s'):format(state.name(), version) }
    if last then
      table.insert(said, ('model %s; the last request here: %s'):format(last.model, last.reason))
    end
    notices.say(table.concat(said, '; '))
  end, bufnr)
end

---@type table<string, fun(given: table, rest: string)>
local subcommands = {
  status = function()
    status(vim.api.nvim_get_current_buf())
  end,
  pause = function()
    pause('pause')
  end,
  resume = function()
    pause('resume')
  end,
  model = function(_, name)
    if name == '' then
      return run('model', 'list')
    end
    local found = server()
    if found then
      take_model(found, name)
    end
  end,
  pull = function(_, name)
    local found = server()
    if found then
      pull(found, name)
    end
  end,
  messages = function()
    show('messages', table.concat(notices.said, '\n'))
  end,
  why = function()
    local path = vim.api.nvim_buf_get_name(0)
    local is_file = path ~= '' and vim.bo.buftype == ''
    run('why', unpack(is_file and { '--file', path } or {}))
  end,
  stats = function()
    run('stats')
  end,
  doctor = function()
    run('doctor')
  end,
  prompts = function(_, rest)
    local name = rest:match('^new%s+(.+)$')
    if name then
      return new_prompt(name)
    end
    run('prompts', unpack(rest == '' and { 'list' } or vim.split(rest, '%s+')))
  end,
  rewrite = function(given, instruction)
    local found = server()
    if found then
      rewrite(found, given, instruction)
    end
  end,
}

--- Run one subcommand.
---@param given table what `nvim_create_user_command` gives
function M.run(given)
  local name, rest = given.args:match('^(%S+)%s*(.-)%s*$')
  local act = subcommands[name]
  if not act then
    local advice = 'there is no `%s`; <Tab> shows what there is'
    return notices.say(advice:format(name), vim.log.levels.ERROR)
  end
  act(given, rest)
end

local function model_names()
  local command = client.command_line('model', 'list', '--json')
  local done = vim.system(command, { text = true }):wait(5000)
  local is_json, rows = pcall(vim.json.decode, done.stdout)
  return is_json and vim.tbl_map(function(row)
    return row.name
  end, rows) or {}
end

--- Return what can stand where the cursor is.
---@param typed string
---@param line string
---@return string[]
function M.complete(typed, line)
  local before = line:match('LspLocal%s+(.*)$') or ''
  local name = before:match('^(%S+)%s')
  local offered = {} ---@type string[]
  if not name then
    offered = vim.tbl_keys(subcommands)
  elseif name == 'model' or name == 'pull' then
    offered = model_names()
  elseif name == 'prompts' then
    offered = { 'check', 'list', 'new' }
  end
  table.sort(offered)
  return vim.tbl_filter(function(one)
    return vim.startswith(one, typed)
  end, offered)
end

return M
