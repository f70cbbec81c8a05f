"""Prompts of the user's own: files that become code actions and commands (docs/prompts.md)."""

import heapq
import os
import re
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsp_local.config import user_config_file
from lsp_local.userprompts import invisible
from lsp_local.userprompts.answers import DIAGNOSTIC_FORMAT, numbered
from lsp_local.userprompts.frontmatter import Refused, split
from lsp_local.userprompts.settings import Output, Scope, read_settings, unknown

WORKSPACE_FOLDER = Path(".lsp-local", "prompts")
MOST_BYTES = 64 * 1024  # of a file
MOST_FILES = 200  # of a folder
BUILT_IN = frozenset(
    {
        *("fix", "docstring", "annotate", "simplify", "extract"),
        *("guard", "tests", "body", "comment", "rewrite"),
    }
)
CODE = tuple(Scope)
PLACEHOLDERS = (*CODE, "diagnostics", "language")
PLACEHOLDER = re.compile(r"(\\?)\{\{([^{}\n]*)\}\}")
NAME = re.compile(r"\w[\w.-]*")
FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt of the user's own. Invariant: every field has a legal value.

    `name` is how the command line calls it. `languages` are LSP ids; none means all. `body` names
    the code of `scope`: where the file does not, its load adds that at the end.
    """

    name: str
    path: Path
    title: str
    kind: str
    languages: tuple[str, ...]
    scope: Scope
    output: Output
    body: str


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file or folder that is not used: one sentence says why, and what to write instead.

    `line` counts from 1, which is also the line of what concerns the whole file.
    """

    path: Path
    line: int
    reason: str


def own_folder() -> Path:
    """Return the folder of the user's own prompt files, beside the user's `config.toml`."""
    return user_config_file().parent / "prompts"


def folders_for(workspace: Path | None, is_trusted: bool) -> list[Path]:
    """Return the folders to load, nearest first; a workspace counts only when it is trusted."""
    own = [own_folder()]
    return [workspace / WORKSPACE_FOLDER, *own] if workspace and is_trusted else own


def load(folders: Sequence[Path]) -> tuple[list[PromptFile], list[BadFile]]:
    """Read all prompt files; of equal names the one in the earlier folder wins.

    A folder that is missing is empty. Only in the user's own folder are symlinks followed.
    """
    prompts: dict[str, PromptFile] = {}
    bad: list[BadFile] = []
    for folder in dict.fromkeys(folders):
        here: dict[str, PromptFile] = {}
        for path in _listed(folder, bad):
            try:
                prompt = _read(path)
                if other := here.get(prompt.name):
                    raise Refused(1, f"{other.path.name} has the same name; rename one of them")
                here[prompt.name] = prompt
            except Refused as error:
                bad.append(BadFile(path, error.line, _printable(error.reason)))
        prompts = {**prompts, **{name: here[name] for name in here if name not in prompts}}
    return list(prompts.values()), bad


def filled(prompt: PromptFile, values: Mapping[str, str]) -> str:
    """Return the text that the model reads; what `values` do not name is empty.

    One pass: a placeholder in inserted code stays as it is. For diagnostics the lines of the code
    in question are numbered, and the form of the answer is said at the end.
    """

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        name = match[2].strip().lower()
        if name not in PLACEHOLDERS:
            return match[0]
        found = values.get(name, "")
        is_numbered = prompt.output is Output.DIAGNOSTIC and name == prompt.scope
        return numbered(found) if is_numbered else found

    text = PLACEHOLDER.sub(value, prompt.body)
    return f"{text}\n\n{DIAGNOSTIC_FORMAT}" if prompt.output is Output.DIAGNOSTIC else text


def name_problem(name: str) -> str:
    """Say why no prompt file can be called `name`, "" where one can."""
    if not NAME.fullmatch(name):
        return "a name has letters, digits, `-`, `_` and `.` only; rename the file"
    if name.lower() in BUILT_IN:
        return f"`{name.lower()}` is the name of a built-in action; rename the file"
    return ""


def _listed(folder: Path, bad: list[BadFile]) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            wanted = (entry.name for entry in entries if _is_prompt(entry.name))
            names = heapq.nsmallest(MOST_FILES + 1, wanted)
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        bad.append(BadFile(folder, 1, f"{_unreadable(error)}; it must be a folder that you own"))
        return []
    if _is_redirected(folder):
        bad.append(BadFile(folder, 1, "is a link to elsewhere; put a folder with files there"))
        return []
    if len(names) > MOST_FILES:
        reason = f"holds over {MOST_FILES} prompt files, and the rest is not read; remove some"
        bad.append(BadFile(folder, 1, reason))
    return [folder / name for name in names[:MOST_FILES]]


def _is_prompt(name: str) -> bool:
    # Editors and macOS leave hidden files beside the real ones; README.md explains the folder.
    is_markdown = name.lower().endswith(".md")
    return is_markdown and not name.startswith(".") and name.lower() != "readme.md"


def _is_redirected(folder: Path) -> bool:
    """Whether `.lsp-local` or `prompts` in a workspace is a link."""
    if folder == own_folder():
        return False
    straight = folder.absolute()
    top = straight.parents[min(1, len(straight.parents) - 1)]
    try:
        return straight.resolve() != top.resolve() / straight.relative_to(top)
    except (OSError, RuntimeError):
        return True


def _read(path: Path) -> PromptFile:
    """Return what a file says. Raises Refused."""
    # Some file systems take names apart into letters and accents.
    name = unicodedata.normalize("NFC", path.name[: -len(".md")])
    if problem := name_problem(name):
        raise Refused(1, problem)
    entries, below, first_line = split(_text(path))
    settings = read_settings(entries)
    body = below.strip()
    if not body:
        line = first_line if entries else 1
        raise Refused(line, "says nothing to the model; write below what it is to do")
    used = _placeholders(below, first_line)
    scope = settings.scope or next((scope for scope in CODE if scope in used), Scope.SELECTION)
    if scope not in used:
        body += f"\n\n```{{{{language}}}}\n{{{{{scope}}}}}\n```"
    title = settings.title or _heading(body) or name.replace("-", " ").replace("_", " ")
    title = title[:1].upper() + title[1:]
    kind, languages, output = settings.kind, settings.languages, settings.output
    return PromptFile(name, path, title, kind, languages, scope, output, body)


def _text(path: Path) -> str:
    """Return the text of a file with the line ends of Unix. Raises Refused."""
    content = _bytes(path)
    if len(content) > MOST_BYTES:
        raise Refused(1, f"is larger than {MOST_BYTES // 1024} kB; make it shorter")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        raise Refused(line, "is not UTF-8; save the file as UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = 1 + text.count("\n", 0, text.index("\0"))
        raise Refused(line, "holds a NUL byte, so it is no text; save the file as UTF-8")
    _, unseen = invisible.removed(text)
    if unseen:
        raise Refused(unseen[0].line, f"holds {unseen[0]}; remove them")
    return text


def _bytes(path: Path) -> bytes:
    try:
        # A link could show the model any file of the user's.
        if path.parent != own_folder() and path.resolve().parent != path.parent.resolve():
            raise Refused(1, "is a link out of its folder; put a copy in its place")
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # reading a pipe would never end
            what = "a folder" if stat.S_ISDIR(mode) else "no file"
            raise Refused(1, f"is {what}; put a file with text there or rename it")
        with path.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        raise Refused(1, f"{_unreadable(error)}; check the file and its rights") from None


def _printable(reason: str) -> str:
    # What a file says is quoted, and no terminal should be told all of it.
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in reason)


def _unreadable(error: Exception) -> str:
    return f"cannot be read ({getattr(error, 'strerror', None) or error})"


def _placeholders(text: str, first_line: int) -> set[str]:
    """Return the names of a text's placeholders. Raises Refused where one is none of ours."""
    used = set()
    for match in PLACEHOLDER.finditer(text):
        name = match[2].strip().lower()
        if match[1] or not name:
            continue
        if name not in PLACEHOLDERS:
            line = first_line + text.count("\n", 0, match.start())
            written = f"there is no {{{{{match[2].strip()[:40]}}}}}"
            means = "; write `\\{{` for braces that stay"
            raise Refused(line, unknown(written, name, PLACEHOLDERS) + means)
        used.add(name)
    return used


def _heading(body: str) -> str:
    """Return the first heading of a text, outside of code, where it can be a title."""
    is_code = False
    for line in body.split("\n"):
        is_code ^= bool(FENCE.match(line))
        if line.startswith("# ") and not is_code:
            title = line[2:].strip().rstrip("#").strip()
            return title if title.isprintable() and len(title) <= 80 and "{{" not in title else ""
    return ""
