"""FILE:LINE:COL on the command line: which document, and where in it."""

import re
from dataclasses import dataclass
from pathlib import Path

from lsp_local.languages import language_of
from lsp_local.text import Document, UserError

RANGE = re.compile(r"(.+?):(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")
LAST = 10**9  # column
ROOT_MARKERS = (".git", "pyproject.toml", "package.json", "go.mod", "Cargo.toml")


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor in a file on disk."""

    doc: Document
    offset: int
    root: Path


@dataclass(frozen=True, slots=True)
class Selection:
    """What is between two offsets in a file on disk, which held the bytes `raw`."""

    doc: Document
    start: int
    end: int
    root: Path
    path: Path
    raw: bytes


def selection_at(place: str) -> Selection:
    """Read FILE:LINE, FILE:LINE-LINE or FILE:LINE:COL-LINE:COL, from 1. Raises UserError.

    Whole lines include their last character; a column is that before which the cursor stands.
    """
    found = RANGE.fullmatch(place)
    if found is None:
        raise UserError(
            f"{place!r} is no range; write FILE:LINE, FILE:LINE-LINE or FILE:LINE:COL-LINE:COL, "
            "such as src/app.py:12-20"
        )
    name, *numbers = found.groups()
    if any(one and not int(one) for one in numbers):
        raise UserError(f"{place!r} counts from 0; lines and columns are counted from 1")
    first, column, last, behind = (int(one) if one else 0 for one in numbers)
    doc, root, raw = _read(Path(name))
    if (first, column or 1) > (last or first, behind or column or LAST):
        raise UserError(f"{place!r} ends before it begins")
    start, line_end = _line(name, doc.text, first)
    start += _column(name, doc.text[start:line_end], first, column or 1)
    if not last:
        return Selection(doc, start, start, root, Path(name), raw)
    begin, end = _line(name, doc.text, last)
    if behind:
        end = begin + _column(name, doc.text[begin:end], last, behind)
    return Selection(doc, start, end, root, Path(name), raw)


def _line(name: str, text: str, line: int) -> tuple[int, int]:
    """Return where a line begins and ends."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise UserError(f"{name} has {len(lines)} lines; there is no line {line}")
    start = sum(len(one) + 1 for one in lines[: line - 1])
    return start, start + len(lines[line - 1].removesuffix("\r"))


def _column(name: str, line: str, number: int, column: int) -> int:
    if not 1 <= column <= len(line) + 1:
        raise UserError(
            f"line {number} of {name} has {len(line)} characters, so columns 1 to "
            f"{len(line) + 1}; there is no column {column}"
        )
    return column - 1


def place_at(place: str) -> Place:
    """Read FILE:LINE:COL, both from 1, as editors show them. Raises UserError."""
    name, *numbers = place.rsplit(":", 2)
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise UserError(f"{place!r} is no place; write FILE:LINE:COL, such as src/app.py:12:5")
    line, column = map(int, numbers)
    doc, root = document(Path(name))
    start, end = _line(name, doc.text, line)
    return Place(doc, start + _column(name, doc.text[start:end], line, column), root)


def document(path: Path) -> tuple[Document, Path]:
    """Read a file, with its own line ends, and find the folder of its project. Raises UserError."""
    doc, root, _ = _read(path)
    return doc, root


def _read(path: Path) -> tuple[Document, Path, bytes]:
    """Return a file as an editor sends it, so without a byte order mark, its project, its bytes."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; give the path of a file") from None
    full = path.resolve()
    root = project_root(full)
    language = language_of(path.name)
    relative = full.relative_to(root).as_posix()
    return Document(full.as_uri(), relative, root.name, language, text), root, raw


def project_root(path: Path) -> Path:
    """Return the nearest folder above `path` that looks like a project, else its own folder."""
    marked = (up for up in path.parents if any((up / marker).exists() for marker in ROOT_MARKERS))
    return next(marked, path.parent)
