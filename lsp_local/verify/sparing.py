"""Lines of an answer that change the code, told from those that only change its looks."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from lsp_local.brackets import line_comment
from lsp_local.languages import SCRIPTS
from lsp_local.parts import Leaf, Role, without_last_commas
from lsp_local.trees import Tree

MOST_LINES = 3000  # old and new ones
Token = tuple[str, int]  # a text and the trail of its nodes

QUOTED = re.compile(r"([A-Za-z]*)('''|')([^\"\\]*)\2", re.DOTALL)
WITH_EITHER_QUOTES = frozenset({"python", *SCRIPTS})
WITHOUT_SEMICOLONS = frozenset(SCRIPTS)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the tokens that stand in it; `note_at` is where a comment behind code begins.

    `notes` are comments and lines of a docstring, which `is_docstring` tells apart.
    """

    text: str
    code: tuple[Token, ...]
    untyped: tuple[Token, ...]
    notes: tuple[str, ...]
    note_at: int
    is_docstring: bool = False


def lines_of(tree: Tree | None, text: str, language: str, start: int, end: int) -> list[Line]:
    """Return the lines between two offsets; without a tree, each has one token or none."""
    lines = text[start:end].split("\n")
    if tree is None:
        return [_plain(line, language) for line in lines]
    starts = [start]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    pieces: list[list[tuple[str, Leaf]]] = [[] for _ in lines]
    for leaf in without_last_commas(tree.leaves(start, end)):
        n = text.count("\n", start, max(start, leaf.start))
        for m, piece in enumerate(text[max(start, leaf.start) : min(end, leaf.end)].split("\n")):
            pieces[n + m].append((piece, leaf))
    return [_line(line, language, starts[n], pieces[n]) for n, line in enumerate(lines)]


def tokens_of(lines: list[Line]) -> list[Token]:
    """Return the code of some lines."""
    return [token for line in lines for token in line.code]


def untyped_of(lines: list[Line]) -> list[Token]:
    """Return the code of some lines without annotations."""
    return [token for line in lines for token in line.untyped]


def spared(old: list[Line], new: list[Line], only_annotations: bool) -> list[str]:
    """Return the lines of `new`, but those of `old` where nothing has changed that may change.

    So comments that are only left out come back.
    """
    if len(old) + len(new) > MOST_LINES:
        return _texts(old if only_annotations else new)
    first, second = ([_key(line, only_annotations) for line in lines] for lines in (old, new))
    found: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if tag == "equal":
            for one, other in zip(old[i1:i2], new[j1:j2], strict=True):
                found += _chosen([one], [other], only_annotations)
            continue
        for before, after in _parts(old[i1:i2], new[j1:j2]):
            found += _chosen(before, after, only_annotations)
    return found


def _parts(old: list[Line], new: list[Line]) -> list[tuple[list[Line], list[Line]]]:
    """Cut off lines at both ends that say the same with other line ends."""
    first, above = _same_ends(old, new)
    last, below = _same_ends(old[first:][::-1], new[above:][::-1])
    middle = old[first : len(old) - last], new[above : len(new) - below]
    ends = old[len(old) - last :], new[len(new) - below :]
    return [part for part in ((old[:first], new[:above]), middle, ends) if part != ([], [])]


def _same_ends(old: list[Line], new: list[Line]) -> tuple[int, int]:
    """Return with how many lines each both begin by saying the same; turned, they may end so."""
    ends: dict[int, int] = {}
    n_tokens = 0
    for n, line in enumerate(new, 1):
        n_tokens += len(line.code)
        ends.setdefault(n_tokens, n)
    found = 0, 0
    n_tokens = 0
    for n, line in enumerate(old, 1):
        n_tokens += len(line.code)
        if line.code and n_tokens in ends:
            m = ends[n_tokens]
            if sorted(tokens_of(old[:n])) != sorted(tokens_of(new[:m])):
                break
            found = n, m
    return found


def _key(line: Line, only_annotations: bool) -> tuple[object, ...]:
    """Return what is equal in lines that say the same, whatever they look like."""
    code = line.untyped if only_annotations else line.code
    return code or ("note", line.notes)


def _chosen(old: list[Line], new: list[Line], only_annotations: bool) -> list[str]:
    """Return the old lines or the new ones, or some of both."""
    is_same = tokens_of(old) == tokens_of(new)
    if only_annotations:
        if is_same or not tokens_of(old) or untyped_of(old) != untyped_of(new):
            return _texts(old)
        if len(old) == len(new) == 1:
            return [_with_note(old[0], new[0])]
        (start, end), (first, last) = _code_span(old), _code_span(new)
        return _texts(old[:start] + new[first:last] + old[end:])
    if is_same:
        return _texts(old) if _notes(new) <= _notes(old) else _annotated(old, new)
    above = [] if _notes(new) else _notes_above(old)
    return _texts(above + _with_blank_lines(old[len(above) :], new))


def _annotated(old: list[Line], new: list[Line]) -> list[str]:
    """Return new comments; a new docstring is no reason for a comment below it to go."""
    is_docstring = all(line.is_docstring or not line.notes for line in new)
    comments = [line for line in old if line.notes and not line.code and not line.is_docstring]
    return _texts(new + comments if is_docstring else new)


def _with_blank_lines(old: list[Line], new: list[Line]) -> list[Line]:
    """Return the new lines with as many blank lines around as the old ones have."""
    if not tokens_of(old) or not tokens_of(new):
        return new
    (start, end), (first, last) = _filled_span(old), _filled_span(new)
    return old[:start] + new[first:last] + old[end:]


def _code_span(lines: list[Line]) -> tuple[int, int]:
    """Return where the code starts and ends in lines that have some."""
    coded = [n for n, line in enumerate(lines) if line.code]
    return coded[0], coded[-1] + 1


def _filled_span(lines: list[Line]) -> tuple[int, int]:
    filled = [n for n, line in enumerate(lines) if line.code or line.notes]
    return filled[0], filled[-1] + 1


def _texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def _notes(lines: list[Line]) -> set[str]:
    return {note for line in lines for note in line.notes}


def _notes_above(lines: list[Line]) -> list[Line]:
    """Return the comments with which some lines begin."""
    n = next((n for n, line in enumerate(lines) if line.code), len(lines))
    while n and not lines[n - 1].notes:
        n -= 1
    return lines[:n]


def _with_note(old: Line, new: Line) -> str:
    """Return the new line with the comment that stood behind the old one."""
    code = new.text if new.note_at < 0 else new.text[: new.note_at].rstrip()
    return code if old.note_at < 0 else f"{code.rstrip()}  {old.text[old.note_at :]}"


def _plain(text: str, language: str) -> Line:
    """Describe a line without a grammar: words behind white space, or a comment."""
    words = text.split()
    mark = line_comment(language)
    if not words or (mark and words[0].startswith(mark)):
        return Line(text, (), (), (text.strip(),) if words else (), -1)
    code = ("", len(text) - len(text.lstrip())), *((word, 0) for word in words)
    return Line(text, code, code, (), -1)


def _line(text: str, language: str, start: int, pieces: list[tuple[str, Leaf]]) -> Line:
    code: list[Token] = []
    untyped: list[Token] = []
    note_at = -1
    for n, (piece, leaf) in enumerate(pieces):
        if leaf.role is Role.NOTE:
            note_at = leaf.start - start if note_at < 0 and leaf.start >= start else note_at
            continue
        is_last = all(other.role is Role.NOTE for _, other in pieces[n + 1 :])
        if leaf.kind == "line_continuation":
            continue
        if is_last and piece == ";" and language in WITHOUT_SEMICOLONS:
            continue
        token = _as_written(piece, leaf, language), leaf.trail
        code.append(token)
        untyped += [] if leaf.role is Role.ANNOTATION else [token]
    notes = [piece.strip() for piece, leaf in pieces if leaf.role is Role.NOTE]
    notes = [note for note in notes if note]
    is_docstring = any(leaf.kind == "expression_statement" for _, leaf in pieces)
    note_at = note_at if code else -1
    return Line(text, tuple(code), tuple(untyped), tuple(notes), note_at, is_docstring)


def _as_written(piece: str, leaf: Leaf, language: str) -> str:
    """Return a token as it would be with the other quotes."""
    if language not in WITH_EITHER_QUOTES or "string" not in leaf.kind:
        return piece
    if leaf.kind in ("string_start", "string_end"):
        return piece.replace("'", '"')
    return (
        QUOTED.sub(lambda match: match[0].replace("'", '"'), piece) if piece == leaf.text else piece
    )
