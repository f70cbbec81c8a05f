"""A memory as JSON: to read, to mend, to take to another machine. What comes in is checked."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from lsp_local.memory.choosing import FORGOTTEN
from lsp_local.memory.habits import SENTENCES
from lsp_local.memory.observations import MOST_TEXT, Kind, Observation
from lsp_local.memory.store import MOST_KEPT, Store
from lsp_local.memory.styles import Style
from lsp_local.text import UserError

VERSION = 1
MOST_WAS = 4 * MOST_TEXT  # characters; of a commit it is the paths
DAYS = ("first", "last", "used")


def exported(store: Store) -> dict[str, Any]:
    """Return all that is known of a project."""
    styles = [
        {**style._asdict(), "source": source, "n": round(n, 2)}
        for (style, source), n in sorted(store.styles().items())
    ]
    return {
        "lsp-local memory": VERSION,
        "observations": [as_json(one) for one in store.observations()],
        "styles": styles,
    }


def as_json(one: Observation) -> dict[str, Any]:
    """Return an observation as it is printed."""
    days = {name: getattr(one, name).isoformat() for name in DAYS}
    return {**asdict(one), **days, "confidence": round(one.confidence, 2)}


def take_over(store: Store, told: object) -> tuple[int, int]:
    """Add what `exported` has made; return how many observations and counts. Raises UserError."""
    match told:
        case {
            "lsp-local memory": version,
            "observations": list(observations),
            "styles": list(styles),
        } if version == VERSION:
            found = [_observation(n, one) for n, one in enumerate(observations)]
            counts = [_style(n, one) for n, one in enumerate(styles)]
        case _:
            raise UserError("this is no memory that `lsp-local memory export` has written")
    if len(found) > MOST_KEPT:
        raise UserError(f"{len(found)} observations are too many; at most {MOST_KEPT} are kept")
    known = {(one.kind, one.path, one.symbol, one.text) for one in store.observations()}
    new = [one for one in found if (one.kind, one.path, one.symbol, one.text) not in known]
    store.put_back(new)
    for style, source, n in counts:
        store.count_styles({style: n}, source)
        store.set_fact(f"{FORGOTTEN}{style.language}.{style.trait}", "")
    return len(new), len(counts)


def _observation(n: int, told: object) -> Observation:
    try:
        if not isinstance(told, dict):
            raise ValueError("it is no object")
        known = {field.name for field in fields(Observation)} - {"id"}
        values = {name: told[name] for name in known}
        _check_texts(values[name] for name in ("path", "symbol", "language", "text", "was"))
        pure = PurePosixPath(values["path"])
        if pure.is_absolute() or ".." in pure.parts:
            raise ValueError(f"{pure} leads out of the project")
        if not isinstance(values["n"], int) or not 0 < values["n"] < 10**6:
            raise ValueError("`n` is no count")
        values |= {name: date.fromisoformat(values[name]) for name in DAYS}
        return Observation(**{**values, "kind": Kind(values["kind"])})
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"observation {n + 1} is not one of ours ({error}); mend it") from None


def _check_texts(texts: Iterable[object]) -> None:
    """Raise ValueError for what is no text of a bounded length, UTF-8 and without NUL."""
    for text in texts:
        if not isinstance(text, str) or len(text) > MOST_WAS or "\0" in text:
            raise ValueError("a text is none, too long, or has a NUL")
        text.encode()


def _style(n: int, told: object) -> tuple[Style, str, float]:
    match told:
        case {
            "trait": str(trait),
            "language": str(language),
            "value": str(value),
            "source": "edits" | "code" | "own" | "promoted" as source,
            "n": int() | float() as count,
        } if (trait, value) in SENTENCES and 0 <= count < 1e9 and language.isidentifier():
            return Style(trait, language, value), source, float(count)
    raise UserError(f"habit {n + 1} is not one of ours; mend it")
