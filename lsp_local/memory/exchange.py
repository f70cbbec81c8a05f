"""A memory as JSON: to read, to mend, to take to another machine. What comes in is checked."""

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
        case {"lsp-local memory": 1, "observations": list(observations), "styles": list(styles)}:
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
        assert isinstance(told, dict)
        known = {field.name for field in fields(Observation)} - {"id"}
        values = {name: told[name] for name in known}
        texts = {name: values[name] for name in ("path", "symbol", "language", "text", "was")}
        assert all(isinstance(text, str) and len(text) <= MOST_WAS for text in texts.values())
        assert all("\0" not in text and text.encode() for text in texts.values() if text)
        pure = PurePosixPath(values["path"])
        assert not pure.is_absolute()
        assert ".." not in pure.parts
        assert isinstance(values["n"], int)
        assert 0 < values["n"] < 10**6
        values |= {name: date.fromisoformat(values[name]) for name in DAYS}
        return Observation(**{**values, "kind": Kind(values["kind"])})
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        reason = f" ({error})" if str(error) else ""
        raise UserError(f"observation {n + 1} is not one of ours{reason}; mend it") from None


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
