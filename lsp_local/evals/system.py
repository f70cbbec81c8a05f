"""What a replay of typing runs against: an editor with one completion system in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lsp_local.text import Document


class Act(StrEnum):
    """What the user did just now."""

    OPENED = "opened"  # a document, also again
    MOVED = "moved"  # the cursor, without a change
    TYPED = "typed"  # one key, or what an editor adds to it (indentation, closing bracket)
    EDITED = "edited"  # anything else: deletion, paste, undo, an accepted suggestion
    STREAMED = "streamed"  # not the user: a program writes, and editors ask for nothing


@dataclass(frozen=True, slots=True)
class Shown:
    """Ghost text that the user sees from now on, at `offset` of version `version` of `uri`."""

    uri: str
    version: int
    offset: int
    text: str


@dataclass(slots=True)
class Spent:
    """What a system has done since its start. Counts are tokens and requests.

    `n_evaluated` has one figure for each answer that needed the model; `n_cached` counts the keys
    that were answered without it, and `cached` are those of its answers that were shown, where the
    system can tell. `n_in_all` counts all tokens that went through the model, read and decoded,
    for answers, for those that nobody saw, and while nobody waited. `n_dropped` answers came for
    a text that was no longer there; nobody saw them. `endings` counts how requests ended, in the
    system's own words.
    """

    n_requests: int = 0
    n_cached: int = 0
    n_in_all: int = 0
    n_decoded: int = 0
    n_dropped: int = 0
    n_evaluated: list[int] = field(default_factory=list)
    cached: list[Shown] = field(default_factory=list)
    endings: dict[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0


class System(Protocol):
    """One completion system as its editor plug-in would drive it.

    `on_shown` is called in the event loop at the moment at which ghost text would appear. What is
    shown vanishes with the next act, unless the system shows it (or its rest) again. `on_silent`
    is called with URI and version when the answer is that nothing be shown there.
    """

    name: str
    description: str  # what exactly it does: requests, cache, debounce, abort
    on_shown: Callable[[Shown], None]
    on_silent: Callable[[str, int], None]

    async def start(self, root: Path, model: Path, n_threads: int) -> None:
        """Start the processes with the model loaded. Raises UserError when it cannot."""

    def act(self, act: Act, doc: Document, offset: int) -> None:
        """Take note of what the user did; `doc` is the text after it. Returns at once."""

    def spent(self) -> Spent:
        """Return what was done so far, processor time of all processes of the system included."""

    async def stop(self) -> None:
        """End every process."""
