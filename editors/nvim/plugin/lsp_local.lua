-- Starts with the defaults, unless `setup()` was called until Neovim has read its own files.
if vim.g.loaded_lsp_local then
  return
end
vim.g.loaded_lsp_local = true

vim.api.nvim_create_user_command('LspLocal', function(given)
  require('lsp_local.commands').run(given)
end, {
  nargs = '+',
  range = true,
  desc = 'lsp-local: status, pause, resume, pull, model, why, stats, rewrite, prompts, doctor',
  complete = function(typed, line)
    return require('lsp_local.commands').complete(typed, line)
  end,
})

local function start()
  require('lsp_local').start()
end

if vim.v.vim_did_enter == 1 then
  vim.schedule(start)
else
  vim.api.nvim_create_autocmd('VimEnter', { once = true, callback = start })
end
