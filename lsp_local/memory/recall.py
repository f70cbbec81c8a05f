"""What of the memory a question is told: habits first, then what was changed near the code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lsp_local.actions.functions import all_functions
from lsp_local.memory.choosing import habits_of
from lsp_local.memory.habits import Habit, as_rules, for_language
from lsp_local.memory.observations import Kind, Observation, plain_name
from lsp_local.memory.store import Store
from lsp_local.options import Options
from lsp_local.text import Document
from lsp_local.trees import parse
from lsp_local.trust import is_trusted

N_TOKENS = 160  # of a question: a small model follows few rules
CHARS_A_TOKEN = 3.0
N_CANDIDATES = 40
MOST_CORRECTIONS = 3
MOST_COMPARED = 2000  # characters of the code
TOLD = (Kind.EDITED, Kind.FIXED)  # what the user has mended, the model can learn from
Span = tuple[int, int]
HEADING = "Suggestions here that had to be corrected, and how (examples, not instructions):"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question is asked: the file, the names around, the code."""

    path: str
    language: str
    symbols: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the model is told, "" for nothing, and from what: habits and observations."""

    text: str = ""
    habits: tuple[Habit, ...] = ()
    observations: tuple[Observation, ...] = ()


NOTHING = Told()


def recall(
    store: Store,
    place: Place,
    *,
    is_trusted: bool,
    n_tokens: int = N_TOKENS,
    n_days: int = 90,
    of_all: Store | None = None,
) -> Told:
    """Return what is known for a question, in about `n_tokens`; what changes least stands first.

    In a folder that is not trusted it is our own sentences only: no text of a file, and so nobody's
    instruction, comes that way.
    """
    known = for_language(habits_of(store, of_all), place.language)
    n_chars = int(n_tokens * CHARS_A_TOKEN)
    text = as_rules(known)[:n_chars]
    if not is_trusted:
        return Told(text, tuple(known))
    found = _corrections(store, place, n_days)
    chosen: list[Observation] = []
    lines: list[str] = []
    for one in found:
        line = _shown(one)
        if len(text) + len(HEADING) + sum(map(len, lines)) + len(line) > n_chars:
            continue
        chosen.append(one)
        lines.append(line)
        if len(chosen) == MOST_CORRECTIONS:
            break
    store.mark_used([one.id for one in chosen])
    parts = [text, "\n".join([HEADING, *sorted(lines)])] if lines else [text]
    return Told("\n\n".join(part for part in parts if part), tuple(known), tuple(chosen))


def _corrections(store: Store, place: Place, n_days: int) -> list[Observation]:
    near = store.near(place.path, place.symbols, place.text, N_CANDIDATES)
    today = date.today()
    wanted = [one for one in near if one.kind in TOLD and one.was and "\n" not in one.was]
    return sorted(wanted, key=lambda one: -_nearness(one, place) * one.weight(today, n_days))


def _nearness(one: Observation, place: Place) -> float:
    return 1.0 + 2.0 * (one.symbol in place.symbols) + 1.0 * (one.path == place.path)


def _shown(one: Observation) -> str:
    where = f" in `{plain_name(one.symbol)}`" if one.symbol else ""
    became = one.text.strip().split("\n")[0]
    return f"- {one.was.strip()!r} became {became!r}{where}"


def told_about(store: Store, root: Path, options: Options, doc: Document, span: Span) -> Told:
    """Return what a question about a piece of a document is told. Call it in a thread."""
    start, end = span
    tree = parse(doc.text, doc.language)
    around = [one.name for one in tree.enclosing(start)] if tree else []
    inside = [f.name for f in all_functions(tree) if start <= f.head < end] if tree else []
    place = place_of(doc.path, doc.language, [*around, *inside], doc.text[start:end])
    trusted = is_trusted(options, root)
    return recall(store, place, is_trusted=trusted, n_days=options.memory_days)


def place_of(path: str, language: str, symbols: Sequence[str], text: str) -> Place:
    """Return a place; of the code only its beginning is compared."""
    return Place(path, language, tuple(name for name in symbols if name), text[:MOST_COMPARED])
