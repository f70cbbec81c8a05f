"""What a project asks of those who change its code: AGENTS.md and its like, in short.

Call it only for a workspace that `trust.is_trusted` vouches for.
"""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lsp_local import privacy
from lsp_local.options import NEVER, is_excluded
from lsp_local.userprompts import invisible
from lsp_local.userprompts.ruleblocks import blocks_of, chosen

FILES = ("AGENTS.md", "CLAUDE.md", ".cursorrules", ".github/copilot-instructions.md")
MOST_BYTES = 64 * 1024  # of a file; rules that are longer nobody has read
N_FOR_ACTIONS = 1200  # characters that are told with an action: a small model follows few rules
MOST_FOLDERS = 40  # that are looked into, the nearest ones and the root
MOST_WARNINGS = 5  # of a file about hidden characters


@dataclass(frozen=True, slots=True)
class Rules:
    """What to tell the model about a file. Invariant: `text` keeps its cap.

    `sources` are the paths that `text` is from, nearest first, relative to the root. `warnings`
    are sentences for the user.
    """

    text: str = ""
    sources: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def rules_for(root: Path, path: str, n_chars: int, exclude: Sequence[str] = ()) -> Rules:
    """Return the rules for the file `path` (relative to `root`) in at most `n_chars` characters.

    Nearest file first, never from above the root. Of a file that is too long, headings and the
    items of lists go first, then prose, in the order of the file.
    """
    parts: list[str] = []
    sources: list[str] = []
    warnings: list[str] = []
    seen: set[str] = set()
    room = n_chars
    for name in _candidates(path):
        text = _text(root, name, (*NEVER, *exclude), warnings)
        # CLAUDE.md is often AGENTS.md by another name.
        if not text or text in seen:
            continue
        seen.add(text)
        heading = f"# {_shown(name)}\n"
        lines = chosen(blocks_of(text), room - len(heading))
        if lines:
            parts.append(heading + "".join(f"{line}\n" for line in lines))
            sources.append(name)
            room -= len(parts[-1])
    return Rules("".join(parts), tuple(sources), tuple(warnings))


def _candidates(path: str) -> Iterator[str]:
    """Yield the paths where rules for `path` may stand, nearest first, all below the root."""
    pure = PurePosixPath(path)
    is_inside = not pure.is_absolute() and ".." not in pure.parts
    folders = list(pure.parents) if is_inside else []
    for folder in dict.fromkeys((*folders[: MOST_FOLDERS - 1], PurePosixPath(""))):
        yield from ((folder / name).as_posix() for name in FILES)


def _text(root: Path, name: str, exclude: Sequence[str], warnings: list[str]) -> str:
    """Return what a model may read of a file, "" where there is none."""
    content = _content(root, name, exclude, warnings)
    if content is None:
        return ""
    name = _shown(name)
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    seen, unseen = invisible.removed(privacy.hidden(text))
    warnings += [
        f"{name}:{found.line} holds {found}; they were left out" for found in unseen[:MOST_WARNINGS]
    ]
    if len(unseen) > MOST_WARNINGS:
        n_more = len(unseen) - MOST_WARNINGS
        warnings.append(f"{name} holds invisible characters in {n_more} lines more, left out too")
    return privacy.redact(seen)


def _content(root: Path, name: str, exclude: Sequence[str], warnings: list[str]) -> str | None:
    path = root / name
    name = _shown(name)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe would never end
            return None
        top, target = root.resolve(), path.resolve()
        if not target.is_relative_to(top):
            warnings.append(f"{name} is a link out of the project, so it was not read")
            return None
        # A link may lead to what is excluded by another name.
        paths = (path, target, path.relative_to(root), target.relative_to(top))
        if any(is_excluded(exclude, one.as_posix()) for one in paths):
            return None
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, RuntimeError, ValueError) as error:
        if not isinstance(error, NotADirectoryError | ValueError):
            reason = getattr(error, "strerror", None) or error
            warnings.append(f"{name} cannot be read ({reason}), so it was left out")
        return None
    return _decoded(name, content, warnings)


def _shown(name: str) -> str:
    # A folder may be called what would read as a rule of its own.
    return name if name.isprintable() else repr(name)[1:-1]


def _decoded(name: str, content: bytes, warnings: list[str]) -> str | None:
    if len(content) > MOST_BYTES:
        warnings.append(f"{name} is larger than {MOST_BYTES // 1024} kB, so it was not read")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        warnings.append(f"{name} is not UTF-8 text, so it was not read")
        return None
    return text
