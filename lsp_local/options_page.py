"""The page docs/configuration.md, written from the options themselves."""

import json

from lsp_local.option import Option, WorkspaceMay, expected
from lsp_local.options import describe


def render_markdown() -> str:
    """Return the text of docs/configuration.md."""
    return _PAGE.replace("ROWS", "\n".join(_row(option) for option in describe()))


_PAGE = """\
# Configuration

`lsp-local` works without any configuration. This page is written from `lsp_local/options.py`
by `UPDATE=1 pytest tests/test_config.py`.

## Where options come from

Later sources win, option by option:

1. the defaults in the table below;
2. your own file, `config.toml` in the folder `lsp-local` of your configuration folder (Linux:
   `~/.config/lsp-local/config.toml`), or the file that the variable `LSP_LOCAL_CONFIG` names;
   its keys stand at the top, without a table;
3. environment variables; a list is separated by commas, an empty variable counts as not set;
4. your editor: `initializationOptions`, then the settings it sends later, bare or under `lsp-local`
   or `lspLocal`, spelt `n_ctx` or `nCtx`; `null` counts as not set, or not any more;
5. the workspace, which may only tighten, as told below.

A wrong value or an unknown name never stops the server: the value before it stays, and a warning
says where the mistake is and what was expected. On the command line it is an error.

## Options

| Option | Value | Default | Who may set it | Environment variable | What it is for |
| --- | --- | --- | --- | --- | --- |
ROWS

A pattern in `exclude` matches a path relative to the workspace, beginning in any folder; one that
begins with `/` begins at the top. `*` and `**` cross folders, and case does not matter.

## What a workspace may do

Whoever wrote a repository is not you, so its files may only ask for less: silence, shorter
answers, less reading. Put this into the `pyproject.toml` at the top of a workspace:

```toml
[tool.lsp-local]
disabled_languages = ["markdown"]  # added to yours
exclude = ["fixtures/**"]          # added to yours
n_predict_block = 48               # taken where it is lower than yours
```

Anything else there, such as `model` or `log_file`, is not taken, and a warning says so.
"""


def _row(option: Option) -> str:
    may = option.workspace_may
    setter = "you" if may is WorkspaceMay.NOTHING else f"you; a workspace only to {may}"
    value, default = expected(option), json.dumps(option.default)
    cells = (f"`{option.name}`", value, f"`{default}`", setter, f"`{option.variable}`")
    return f"| {' | '.join(cells)} | {option.sentence} |"
