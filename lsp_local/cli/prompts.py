"""`lsp-local prompts`: the prompt files that there are, what is wrong with them, a new one."""

import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lsp_local.cli.choices import AsJson, chosen_options
from lsp_local.cli.places import project_root
from lsp_local.text import UserError
from lsp_local.trust import is_trusted
from lsp_local.userprompts.files import (
    WORKSPACE_FOLDER,
    BadFile,
    PromptFile,
    folders_for,
    load,
    name_problem,
    own_folder,
)

TEMPLATE = """\
---
# Lines that begin with # are for you; the model reads what stands below the second ---.
title: {title}
# What to do with the answer: edit (put it in place of the code), comment (write it above the code),
# diagnostic (mark lines), message (show it).
output: edit
# The code in question: selection, function (the one around the cursor) or file.
scope: function
# Where to offer it; without this line everywhere.
# languages: [python, go]
---
Rename the variables of this function so that each name says what it holds.
Change nothing else. Answer with the whole function.

```{{{{language}}}}
{{{{function}}}}
```
"""
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Use the prompt files of this project, this time.")
]


class Task(StrEnum):
    """What to do with the prompt files."""

    LIST = "list"
    CHECK = "check"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Found:
    """The prompt files that count here; `untrusted` is the folder of those that do not."""

    prompts: list[PromptFile]
    bad: list[BadFile]
    untrusted: Path | None


def show(
    task: Annotated[Task, typer.Argument(metavar="list|check|new")] = Task.LIST,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the new one.")] = "",
    trust: TrustOption = False,
    as_json: AsJson = False,
) -> None:
    """List your own prompts, check their files (exit code 1 if one is bad), or write a new one."""
    if task is Task.NEW:
        path = written(name)
        typer.echo(f"{_shown(path)} is written; change it, then `lsp-local prompts check`")
        return
    if name:
        raise UserError(f"`lsp-local prompts {task}` takes no name; leave out {name!r}")
    found = found_in(project_root(Path.cwd() / "any"), trust)
    if as_json:
        print(json.dumps(_as_json(found)))
    elif task is Task.CHECK:
        _print_check(found)
    else:
        _print_list(found)
    if task is Task.CHECK and found.bad:
        raise typer.Exit(1)


def found_in(root: Path, trust: bool) -> Found:
    """Load the prompt files for a project; `trust` vouches for it. Raises ConfigError."""
    is_ours = trust or is_trusted(chosen_options("", root), root)
    prompts, bad = load(folders_for(root, is_ours))
    folder = root / WORKSPACE_FOLDER
    return Found(prompts, bad, None if is_ours or not folder.is_dir() else folder)


def written(name: str) -> Path:
    """Write a prompt file to begin with into the user's own folder. Raises UserError."""
    name = name.removesuffix(".md")
    if not name:
        raise UserError("a new prompt needs a name, such as `lsp-local prompts new better-names`")
    if problem := name_problem(name):
        raise UserError(f"{problem.replace('rename the file', 'choose another name')}")
    path = own_folder() / f"{name}.md"
    title = name.replace("-", " ").replace("_", " ").capitalize()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE.format(title=json.dumps(title, ensure_ascii=False)))
    except FileExistsError:
        raise UserError(f"{path} is there already; change it, or choose another name") from None
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; check path and rights") from None
    return path


def _as_json(found: Found) -> dict[str, Any]:
    prompts = [
        {**asdict(prompt), "path": _shown(prompt.path), "languages": list(prompt.languages)}
        for prompt in found.prompts
    ]
    bad = [{**asdict(one), "path": _shown(one.path)} for one in found.bad]
    untrusted = _shown(found.untrusted) if found.untrusted else None
    return {"prompts": prompts, "bad": bad, "untrusted": untrusted}


def _print_check(found: Found) -> None:
    for one in found.bad:
        print(f"{_shown(one.path)}:{one.line}: {_printable(one.reason)}")
    if not found.bad:
        n_good = len(found.prompts)
        typer.echo("1 prompt file is good" if n_good == 1 else f"{n_good} prompt files are good")
    _print_untrusted(found)


def _print_list(found: Found) -> None:
    if found.prompts:
        _print_table(found.prompts)
    elif not found.bad:
        typer.echo(
            "there are no prompts of your own yet; `lsp-local prompts new better-names` writes one "
            f"to begin with.\nThey are files such as {_shown(own_folder() / 'better-names.md')}:\n"
        )
        typer.echo(TEMPLATE.format(title="Better names"))
    for one in found.bad:
        line = f"{_shown(one.path)}:{one.line}: {_printable(one.reason)}"
        print(f"not used: {line}", file=sys.stderr)
    _print_untrusted(found)


def _print_table(prompts: list[PromptFile]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in ("name", "title", "scope", "output", "languages", "from"):
        table.add_column(column, overflow="fold")
    for prompt in prompts:
        languages = ", ".join(prompt.languages) or "all"
        own = "you" if prompt.path.parent == own_folder() else "this project"
        row = (prompt.name, prompt.title, str(prompt.scope), str(prompt.output), languages, own)
        table.add_row(*(Text(_printable(cell)) for cell in row))  # as text: `[x]` is no markup
    Console().print(table)


def _print_untrusted(found: Found) -> None:
    if found.untrusted:
        project = _shown(found.untrusted.parent.parent)
        print(
            f"{_shown(found.untrusted)} is not read, because you do not trust this project: read "
            f"the files, then add {project!r} to `trusted_folders` in your config.toml, or say "
            "--trust for this once",
            file=sys.stderr,
        )


def _shown(path: Path) -> str:
    return _printable(str(path))


def _printable(text: str) -> str:
    # A file may be called what no terminal should be told.
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
