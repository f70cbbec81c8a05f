"""Which models share the memory with that of the completions: those asked last, if they fit."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Protocol

from lsp_local.engine.base import EngineError
from lsp_local.engine.memory import MEGABYTE, free_bytes


class Lodger(Protocol):
    """A model in memory that may have to go."""

    @property
    def size(self) -> int:
        """Return what it takes, in bytes."""

    @property
    def is_loaded(self) -> bool:
        """Tell whether it has taken that already."""

    @property
    def last_asked(self) -> float | None:
        """Return when its last question ended (monotonic), None while it may not go.

        That is while it is asked, loading or already going.
        """

    async def evict(self) -> None:
        """Leave the memory and the room, and be back at the next question."""


class Room:
    """Invariant: the model of the completions stays; of the others one at a time moves in."""

    def __init__(self, of_completions: Callable[[], int]) -> None:
        self.memory_mb = 0
        self.door = asyncio.Lock()  # held by the one that moves in
        self._of_completions = of_completions
        self._lodgers: list[Lodger] = []  # the one asked last at the end
        self._news = asyncio.Event()

    async def make(self, name: str, size: int, patience: float) -> None:
        """Evict what was asked longest ago until `size` bytes fit.

        With `patience` only what nobody has asked for so many seconds; it waits for that. Raises
        EngineError if they never fit.
        """
        while not self._fits(size):
            if not self._lodgers:
                self._refuse(name, size)
                return
            oldest = self._lodgers[0]
            pause = self._until_evictable(oldest, patience)
            if pause == 0:
                await oldest.evict()
            else:
                await self._hear(pause)

    def enter(self, lodger: Lodger) -> None:
        """Take note of a model that is being loaded."""
        self._lodgers.append(lodger)

    def leave(self, lodger: Lodger) -> None:
        """Take note of a model that has gone, or never came."""
        if lodger in self._lodgers:
            self._lodgers.remove(lodger)
        self._news.set()

    def asked(self, lodger: Lodger) -> None:
        """Take note of a question to a model, or of its end."""
        if lodger in self._lodgers:
            self._lodgers.remove(lodger)
            self._lodgers.append(lodger)
        self._news.set()

    def _fits(self, size: int) -> bool:
        if self.memory_mb:
            return self._n_held() + size <= self.memory_mb * MEGABYTE
        return 2 * size <= self._n_free()

    def _refuse(self, name: str, size: int) -> None:
        """Raise EngineError where a model has no room even alone beside the completions'."""
        needed = size // MEGABYTE
        if self.memory_mb:
            held = self._n_held() // MEGABYTE
            raise EngineError(
                f"{name} needs about {needed} MB beside the {held} MB of the model that completes, "
                f"and `memory_mb` is {self.memory_mb}; raise it or name a smaller model"
            )
        free = self._n_free()
        if size > free:
            raise EngineError(
                f"{name} needs about {needed} MB of memory, and {max(0, free) // MEGABYTE} MB are "
                "free; end something, name a smaller model, or set `memory_mb` to load it anyway"
            )

    def _n_held(self) -> int:
        return self._of_completions() + sum(one.size for one in self._lodgers)

    def _n_free(self) -> int:
        return free_bytes() - sum(one.size for one in self._lodgers if not one.is_loaded)

    def _until_evictable(self, lodger: Lodger, patience: float) -> float | None:
        """Return the seconds until a model may go, None for as long as it is asked."""
        last = lodger.last_asked
        return None if last is None else max(0.0, last + patience - time.monotonic())

    async def _hear(self, seconds: float | None) -> None:
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
