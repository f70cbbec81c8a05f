"""What the user decides about habits: sets them, forgets them, takes them to all projects."""

from collections.abc import Iterable

from lsp_local.memory.habits import (
    OWN,
    PROMOTED,
    SENTENCES,
    Habit,
    habits,
    together,
)
from lsp_local.memory.store import Store, store_of_all
from lsp_local.memory.styles import Style
from lsp_local.text import UserError

N_PROMOTED = 20.0  # edits that a promoted habit counts as
FORGOTTEN = "forgotten:"  # begins the name of the fact that a habit is not to be learned again


def habits_of(store: Store, of_all: Store | None = None) -> list[Habit]:
    """Return the habits of a project, with those of all projects where it has none."""
    everywhere = of_all if of_all is not None else store_of_all()
    return _wanted(store, together(own_habits(store), own_habits(everywhere)))


def own_habits(store: Store) -> list[Habit]:
    """Return the habits that one memory holds."""
    return _wanted(store, habits(store.styles()))


def habit_named(found: Iterable[Habit], name: str) -> Habit:
    """Return the habit called `name`, such as `python.quotes`. Raises UserError."""
    known = {one.name: one for one in found}
    if name not in known:
        names = ", ".join(known) or "none as yet"
        raise UserError(f"there is no habit {name!r} here; the habits are: {names}")
    return known[name]


def set_habit(store: Store, name: str, value: str) -> None:
    """Have a habit be what the user says. Raises UserError."""
    language, trait = _parts(name)
    values = [known for of, known in SENTENCES if of == trait]
    if value not in values:
        raise UserError(f"{name} can be {', '.join(values)}, not {value!r}")
    _replace(store, Style(trait, language, value), OWN)


def forget_habit(store: Store, name: str) -> None:
    """Erase a habit; it is not learned again until it is set. Raises UserError."""
    language, trait = _parts(name)
    store.forget(trait=(trait, language))
    store.set_fact(FORGOTTEN + name, "yes")


def promote(store: Store, name: str) -> Habit:
    """Let a habit of a project count in all that have no other. Raises UserError."""
    found = habit_named(habits_of(store), name)
    _replace(store_of_all().insisting(), Style(found.trait, found.language, found.value), PROMOTED)
    return found


def _replace(store: Store, style: Style, source: str) -> None:
    store.forget(trait=(style.trait, style.language))
    store.count_styles({style: N_PROMOTED}, source)
    store.set_fact(f"{FORGOTTEN}{style.language}.{style.trait}", "")


def _wanted(store: Store, found: list[Habit]) -> list[Habit]:
    return [one for one in found if not store.fact(FORGOTTEN + one.name)]


def _parts(name: str) -> tuple[str, str]:
    language, _, trait = name.rpartition(".")
    traits = sorted({of for of, _ in SENTENCES})
    if not language or trait not in traits:
        raise UserError(f"{name!r} is no habit; write LANGUAGE.TRAIT, of {', '.join(traits)}")
    return language, trait
