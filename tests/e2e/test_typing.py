"""A replay of typing against the real server: every key waits until the one before is answered."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lsp_local.evals import ours
from lsp_local.evals.figures import figures
from lsp_local.evals.ours import Ours
from lsp_local.evals.replay import Replay
from lsp_local.evals.rhythm import Rhythm
from lsp_local.evals.traces import Trace, Typist
from lsp_local.text import Document, UserError

CODE = """import math


class Circle:
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math."""
TYPED = "pi * self.radius ** 2\n\n    def circ"
SECONDS = 60  # after which a server hangs


class PatientClock:
    """Its time goes on when the system has nothing left to do, or has shown something."""

    def __init__(self, system: Ours) -> None:
        self._system = system
        self._time = 0.0

    def now(self) -> float:
        return self._time

    async def wait(self, until: float, woken: asyncio.Event) -> None:
        async with asyncio.timeout(SECONDS):
            while not self._system.is_idle and not woken.is_set():
                await asyncio.sleep(0.001)
        if not woken.is_set():
            self._time = until


async def test_typing_at_the_real_server(
    tmp_path: Path, qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "QUIET_S", 0)
    root = tmp_path / "shop"
    typist = Typist(Rhythm("1"))
    uri = (root / "circle.py").as_uri()
    typist.open(Document(uri, "circle.py", "shop", "python", CODE, 1))
    typist.move(len(CODE))
    typist.type(TYPED)
    trace = Trace("circle", root, tuple(typist.steps))

    system = Ours()
    try:
        await system.start(root, qwen, 2)
        run = await Replay(system, trace, PatientClock(system)).run()
    finally:
        await system.stop()
    found: dict[str, Any] = figures([run])
    assert found["requests"] == found["keys_typed"] + found["accepted"]
    assert (found["stale"], found["dropped"]) == (0, 0)
    assert found["right_shown"] >= 1
    assert found["accepted"] >= 1
    assert found["keystrokes_saved"] > 0.1
    assert found["n_decoded"] > 0
    assert sum(found["endings"].values()) == found["requests"]
    assert found["endings"]["shown"] >= found["shown"]


async def test_a_model_that_does_not_load_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"no model")
    system = Ours()
    try:
        with pytest.raises(UserError):
            await system.start(tmp_path / "shop", tmp_path / "broken.gguf", 1)
    finally:
        await system.stop()
