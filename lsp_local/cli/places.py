"""FILE:LINE:COL on the command line: which document, and where in it."""

from dataclasses import dataclass
from pathlib import Path

from lsp_local.languages import language_of
from lsp_local.text import Document, UserError

ROOT_MARKERS = (".git", "pyproject.toml", "package.json", "go.mod", "Cargo.toml")


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor in a file on disk."""

    doc: Document
    offset: int
    root: Path


def place_at(place: str) -> Place:
    """Read FILE:LINE:COL, both from 1, as editors show them. Raises UserError."""
    name, *numbers = place.rsplit(":", 2)
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise UserError(f"{place!r} is no place; write FILE:LINE:COL, such as src/app.py:12:5")
    line, column = map(int, numbers)
    doc, root = document(Path(name))
    lines = doc.text.split("\n")
    if not 1 <= line <= len(lines):
        raise UserError(f"{name} has {len(lines)} lines; there is no line {line}")
    if not 1 <= column <= len(lines[line - 1]) + 1:
        raise UserError(
            f"line {line} of {name} has {len(lines[line - 1])} characters, so columns "
            f"1 to {len(lines[line - 1]) + 1}; there is no column {column}"
        )
    return Place(doc, sum(len(text) + 1 for text in lines[: line - 1]) + column - 1, root)


def document(path: Path) -> tuple[Document, Path]:
    """Read a file and find the folder of its project. Raises UserError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; give the path of a file") from None
    full = path.resolve()
    root = project_root(full)
    language = language_of(path.name)
    relative = full.relative_to(root).as_posix()
    return Document(full.as_uri(), relative, root.name, language, text), root


def project_root(path: Path) -> Path:
    """Return the nearest folder above `path` that looks like a project, else its own folder."""
    marked = (up for up in path.parents if any((up / marker).exists() for marker in ROOT_MARKERS))
    return next(marked, path.parent)
