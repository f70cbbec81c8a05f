"""Whether actions follow what was learned: the same tasks before and after many accepted edits."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsp_local.actions import catalogue as actions
from lsp_local.actions.docstyle import shown_by
from lsp_local.engine.base import ChatEngine
from lsp_local.evals.following_cases import ACCEPTED, CASES
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.memory.keeping import keep
from lsp_local.memory.noting import Event
from lsp_local.memory.observations import Kind
from lsp_local.memory.recall import NOTHING, Told, place_of, recall
from lsp_local.memory.store import Store
from lsp_local.memory.styles import styles_in
from lsp_local.text import Document
from lsp_local.trees import parse
from lsp_local.verify.minimal import applied

WISHES = {"docstring": "numpy", "rewrite": "single"}  # what the accepted edits show
MODES = ("before", "told", "after")  # nothing known; the model is told; and what follows without it
ENDS = ("before", "after")
N_DAYS = 90


@dataclass(frozen=True, slots=True)
class Result:
    """What an action has written: its style, "" where it shows none, "mixed" where several."""

    action: str
    mode: str
    name: str
    style: str
    text: str

    @property
    def follows(self) -> bool:
        """Whether all of it is in the style of the edits that were accepted."""
        return self.style == WISHES[self.action]


def accept(store: Store, n: int) -> None:
    """Have a user accept `n` edits, all in one style, as the session notes them."""
    for n_edit in range(n):
        before, text, behind = ACCEPTED[n_edit % len(ACCEPTED)]
        before, text = (one.replace("NAME", f"item_{n_edit}") for one in (before, text))
        doc = _doc(f"{before}{text}{behind}", f"part_{n_edit % 7}.py")
        start = len(before)
        keep(store, Event(Kind.ACCEPTED, doc, start, start + len(text)), N_DAYS)


async def run(
    engine: ChatEngine, folder: Path, n: int, n_accepted: int, modes: Sequence[str] = MODES
) -> AsyncIterator[Result]:
    """Yield what becomes of `n` tasks of each kind, with nothing known and with what was learned.

    The memory is made in `folder`. Raises UserError for a model that follows no instructions.
    """
    store, of_all = Store(folder / "memory.sqlite"), Store(folder / "all.sqlite")
    accept(store, n_accepted)
    for action, name, doc, instruction in _tasks(n):
        for mode in modes:
            told = NOTHING if mode == "before" else _told(store, of_all, doc)
            if mode == "told" and action == "docstring":
                continue  # its form is ours alone
            habits = told.habits if mode == "after" else ()
            offer = actions.offer(action, doc, 5, 5, [])
            assert offer is not None
            wanted = Wanted(offer, instruction, told.text, habits=habits)
            found = await resolve(engine, doc, wanted)
            text = applied(doc.text, found.edits)
            yield Result(action, mode, name, _style(action, doc, text), text)


def figures(results: list[Result]) -> dict[str, object]:
    """Return how many answers follow the style, of those that show any, by action and mode."""
    found: dict[str, object] = {}
    for action in (*WISHES, ""):
        for mode in MODES:
            of_mode = [one for one in results if one.mode == mode and action in ("", one.action)]
            showing = [one for one in of_mode if one.style]
            if showing:
                share = sum(one.follows for one in showing) / len(showing)
                figure = {"value": round(share, 3), "n": len(showing)}
                found[f"{action or 'all'} {mode}"] = figure
    return found


def _tasks(n: int) -> Iterator[tuple[str, str, Document, str]]:
    for code, instruction in CASES[:n]:
        name = code.removeprefix("def ").partition("(")[0]
        for action in WISHES:
            said = instruction if action == "rewrite" else ""
            yield action, name, _doc(code, f"{name}.py"), said


def _told(store: Store, of_all: Store, doc: Document) -> Told:
    place = place_of(doc.path, doc.language, (), doc.text)
    return recall(store, place, is_trusted=False, of_all=of_all)


def _style(action: str, doc: Document, text: str) -> str:
    """Return the one style of what is new, "mixed" for several, "" for none."""
    if text == doc.text:
        return ""
    if action == "docstring":
        found = shown_by(text, "python")
        return str(found or "")
    tree = parse(text, "python")
    shown = styles_in(tree, doc, 0, len(text)) if tree is not None else {}
    quotes = {style.value for style in shown if style.trait == "quotes"}
    return quotes.pop() if len(quotes) == 1 else "mixed" if quotes else ""


def _doc(text: str, path: str) -> Document:
    return Document(f"file:///shop/{path}", path, "shop", "python", text)
