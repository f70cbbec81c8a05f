"""What the model should see beside the text around the cursor: other places, the stable first."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from lsp_local import privacy
from lsp_local.imports import named_by
from lsp_local.index import Index
from lsp_local.outline import Symbol
from lsp_local.prompt import CHARS_PER_TOKEN
from lsp_local.similar import similar_parts
from lsp_local.stops import columns
from lsp_local.text import Document
from lsp_local.trees import NAME, Tree
from lsp_local.typed_trees import parse_typed

N_NEAR = 800  # characters on each side of the cursor whose names count
N_QUERY = 400  # characters before the cursor that say what is being written
# What is worth looking up: `with_tax`, `withTax`, `Cart`; a word such as `error` is everywhere.
SPEAKING = re.compile(r"[a-z0-9](_\w|[A-Z])|^[A-Z][a-z]\w\w")
MOST_DEFINED = 3  # definitions of one name in a project; of `run` there are more, and none is it
IMPORTS_SHARE = 0.6  # of the budget
USES_SHARE = 0.2
N_USES = 3  # of the name before the cursor, in other files
MOST_SIGNATURE = 500  # characters
N_EDITS = 3  # of the recently edited places
N_CHUNKS = 20  # of the project, beside the open files, to try until some fit
SHORTEST_PIECE = 12  # characters


class Source(StrEnum):
    """Where a piece comes from, in the order of the prompt: what changes least stands first."""

    IMPORTED = "imported"
    NAMED = "named"
    USED = "used"
    REPOSITORY = "repository"
    OPEN_FILE = "open-file"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of another place that the model reads. `reason` is a sentence for a person."""

    path: str
    text: str
    source: Source
    reason: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A place that was edited in this session, as text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside a document: other open ones and edits, newest first, and the project."""

    documents: tuple[Document, ...] = ()
    edits: tuple[Edit, ...] = ()
    index: Index | None = None
    left_out: frozenset[Source] = frozenset({Source.USED})  # of which no gain is proven


NOTHING = Surroundings()


def gather(doc: Document, offset: int, around: Surroundings, n_tokens: int) -> tuple[Piece, ...]:
    """Choose other places worth reading at `offset`, of about `n_tokens` together.

    The order is that of `Source`, and within it that of paths: it does not depend on the cursor.
    """
    n_chars = n_tokens * CHARS_PER_TOKEN
    if n_chars <= 0:
        return ()
    tree = parse_typed(doc.text, doc.language)
    chosen: list[Piece] = []
    for candidates, share in (
        (_imported(doc, offset, tree, around.index), IMPORTS_SHARE),
        (_named(doc, offset, tree, around.index), IMPORTS_SHARE),
        (_used(doc, offset, around), USES_SHARE),
        (_edited(doc, offset, around), 1.0),
        (_similar(doc, offset, around), 1.0),
    ):
        wanted = (piece for piece in candidates if piece.source not in around.left_out)
        _take(chosen, wanted, int(n_chars * share), n_chars)
    return _merged(chosen)


def _merged(chosen: list[Piece]) -> tuple[Piece, ...]:
    """Put what comes from one file for one reason together, in an order that always is the same."""
    order = list(Source)
    by_place: dict[tuple[int, str, str], list[Piece]] = {}
    for piece in chosen:
        key = order.index(piece.source), piece.path, piece.reason
        by_place.setdefault(key, []).append(piece)
    return tuple(
        replace(pieces[0], text="\n".join(sorted(piece.text for piece in pieces)))
        for _, pieces in sorted(by_place.items(), key=lambda one: one[0])
    )


def head(text: str, language: str, start: int, offset: int, n_chars: int) -> str:
    """Return what a window that begins at `start` cuts off and the cursor still needs.

    That is the imports of the file and the headers of what stands around the cursor.
    """
    tree = parse_typed(text, language) if start else None
    if tree is None:
        return ""
    column = columns(text[text.rfind("\n", 0, offset) + 1 : offset] + "x")
    last = len(text[:offset].rstrip())  # on a blank line, what ends above may go on
    around = [
        one
        for one in tree.enclosing(last)
        if one.start < start and columns(_lines(text, one.start, one.body)) < column
    ]
    headers = [_lines(text, one.start, min(one.body, start)) for one in around]
    imports = [line for line in tree.imports() if text.find(line) < start]
    lines = "\n".join(imports)
    room = n_chars - sum(len(header) + 1 for header in headers)
    if len(lines) > room:
        lines = lines[: lines.rfind("\n", 0, max(0, room)) + 1].rstrip("\n")
    parts = [lines + "\n" if lines else "", *headers]
    return "".join(part + "\n" for part in parts if part)


def _lines(text: str, start: int, end: int) -> str:
    """Return the text of a header from the beginning of its first line."""
    return text[text.rfind("\n", 0, start) + 1 : end].rstrip()


def _take(chosen: list[Piece], candidates: Iterable[Piece], most: int, most_in_all: int) -> None:
    """Add what fits of `candidates`, the best first."""
    n_taken = 0
    n_before = sum(len(piece.text) + len(piece.path) for piece in chosen)
    for piece in candidates:
        size = len(piece.text) + len(piece.path)
        if n_taken + size > most or n_before + n_taken + size > most_in_all:
            continue
        if len(piece.text.strip()) >= SHORTEST_PIECE and not _is_known(chosen, piece):
            chosen.append(piece)
            n_taken += size


def _is_known(chosen: list[Piece], piece: Piece) -> bool:
    return any(piece.path == one.path and piece.text in one.text for one in chosen)


def _imported(
    doc: Document, offset: int, tree: Tree | None, index: Index | None
) -> Iterator[Piece]:
    """Yield the signatures of what the file imports from its project, the nearest names first."""
    if tree is None or index is None:
        return
    near = _near(doc, offset)
    known = Counter(NAME.findall(doc.text))
    found: list[tuple[int, str, int, Piece]] = []
    for path, names in named_by(tree.imports(), doc.language, doc.path, index.paths()):
        for symbol in index.symbols_in(path) if path != doc.path else ():
            if symbol.name in (names or known):
                piece = _signature(symbol, Source.IMPORTED, "imported here")
                found.append((-near[symbol.name], path, symbol.line, piece))
    for *_, piece in sorted(found, key=lambda one: one[:3]):
        yield piece


def _named(doc: Document, offset: int, tree: Tree | None, index: Index | None) -> Iterator[Piece]:
    """Yield the signatures of what is named near the cursor and defined elsewhere."""
    if index is None:
        return
    near = _near(doc, offset)
    own = {one.name for one in tree.definitions()} if tree else set()
    names = [name for name in near if name not in own and SPEAKING.search(name)]
    by_name: dict[str, list[Symbol]] = {}
    for symbol in index.symbols(names, limit=200):
        if symbol.path != doc.path and symbol.kind != "field":
            by_name.setdefault(symbol.name, []).append(symbol)
    for name in sorted(by_name, key=lambda name: (-near[name], name)):
        symbols = by_name[name]
        if len({symbol.path for symbol in symbols}) <= MOST_DEFINED:
            for symbol in symbols:
                yield _signature(symbol, Source.NAMED, "named here")


def _used(doc: Document, offset: int, around: Surroundings) -> Iterator[Piece]:
    """Yield how other files use what is named just before the cursor."""
    if around.index is None or Source.USED in around.left_out:
        return
    before = NAME.findall(re.sub(r"\w+$", "", doc.text[max(0, offset - N_QUERY) : offset]))
    name = next((name for name in before[::-1] if SPEAKING.search(name)), None)
    for use in around.index.uses(name, doc.path, N_USES) if name else ():
        yield Piece(use.path, use.text, Source.USED, "uses what is named here")


def _signature(symbol: Symbol, source: Source, reason: str) -> Piece:
    text = symbol.text
    if len(text) > MOST_SIGNATURE:
        text = text[: text.rfind("\n", 0, MOST_SIGNATURE)] if "\n" in text else ""
    if symbol.parent and symbol.kind == "function":
        text = f"{symbol.parent}: {text}"
    return Piece(symbol.path, text, source, reason)


def _similar(doc: Document, offset: int, around: Surroundings) -> Iterator[Piece]:
    """Yield what resembles the text at the cursor, of open files and of the project."""
    query = set(NAME.findall(_window(doc, offset)))
    others = [
        replace(other, text=privacy.hidden(other.text))
        for other in around.documents
        if other.uri != doc.uri
    ]
    for part in similar_parts(query, others):
        reason = f"shares {part.share:.0%} of its names with what is around the cursor"
        text = privacy.redact(part.text)
        yield Piece(part.path, text, Source.OPEN_FILE, reason)
    if around.index is None:
        return
    words = NAME.findall(doc.text[max(0, offset - N_QUERY) : offset])
    open_paths = {other.path for other in others}
    for chunk in around.index.similar(words, limit=N_CHUNKS, not_path=doc.path):
        if chunk.path not in open_paths:
            yield Piece(chunk.path, chunk.text, Source.REPOSITORY, "names much of what stands here")


def _edited(doc: Document, offset: int, around: Surroundings) -> Iterator[Piece]:
    """Yield the places edited last, but not what the window shows anyway."""
    window = _window(doc, offset)
    elsewhere = (edit for edit in around.edits if edit.text.strip() not in window)
    for edit, _ in zip(elsewhere, range(N_EDITS), strict=False):
        text = privacy.redact(edit.text)
        yield Piece(edit.path, text, Source.EDITED, "edited a moment ago")


def _window(doc: Document, offset: int) -> str:
    return doc.text[max(0, offset - N_NEAR) : offset + N_NEAR]


def _near(doc: Document, offset: int) -> Counter[str]:
    """Count the names around the cursor; a word that is being typed is none yet."""
    before = re.sub(r"\w+$", "", doc.text[max(0, offset - N_NEAR) : offset])
    return Counter(NAME.findall(before + doc.text[offset : offset + N_NEAR]))
