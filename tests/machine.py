"""A machine on which models come and go: engines that say so, memory, and what the user reads."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from scripted_chat import ScriptedChat

from lsp_local.engine.base import EngineClosed, EngineError, ModelInfo
from lsp_local.engine.memory import MEGABYTE
from lsp_local.lsp import jobs, loading, on_demand, room
from lsp_local.lsp.jobs import JobModel, Models
from lsp_local.models import CATALOGUE, ModelMissing
from lsp_local.options import Options

SIZES = {"small": 100, "big": 1000, "wise": 1000}  # megabytes of the files
# What they take: a fifth more, and 200 MB.
N_SMALL, N_BIG = 320, 1400


@dataclass
class Engine(ScriptedChat):
    """An engine whose coming and going is noted down."""

    model: Path = Path()
    events: list[str] = field(default_factory=list)
    loads: asyncio.Event = field(default_factory=asyncio.Event)
    problem: str = ""
    is_loaded: bool = False
    is_closed: bool = False
    notice: str = ""
    cache_mb: int = 0

    async def start(self) -> None:
        self.events.append(f"+{self.model.stem}")

    async def close(self) -> None:
        if not self.is_closed:
            self.events.append(f"-{self.model.stem}")
        self.is_loaded, self.is_closed = False, True
        self.loads.set()

    async def info(self) -> ModelInfo:
        await self.loads.wait()
        if self.problem:
            raise EngineError(self.problem)
        if self.is_closed:
            raise EngineClosed("the engine is closed")
        self.is_loaded = True
        return await super().info()


class Machine:
    """Memory, files and what the user is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.n_free = 100_000  # megabytes, before a model is loaded
        self.events: list[str] = []
        self.said: list[str] = []
        self.titles: list[str] = []
        self.engines: list[Engine] = []
        self.is_slow = False
        self.problem = ""

    def open(self, options: Options) -> Engine:
        if options.model == "missing":
            raise ModelMissing(CATALOGUE["smollm2-135m"])
        engine = Engine(model=Path(options.model), events=self.events, problem=self.problem)
        engine.cache_mb = options.cache_mb
        if not self.is_slow:
            engine.loads.set()
        self.engines.append(engine)
        return engine

    def free_bytes(self) -> int:
        loaded = [engine.model for engine in self.engines if engine.is_loaded]
        return self.n_free * MEGABYTE - sum(path.stat().st_size for path in loaded)

    def options(self, **named: str | int | bool) -> Options:
        models = ("model", "instruct_model", "lint_model")
        paths = {
            key: str(self.folder / f"{value}.gguf") if key in models and value in SIZES else value
            for key, value in named.items()
        }
        return Options(**{"model": str(self.folder / "small.gguf"), **paths})  # type: ignore[arg-type]

    def error(self, message: str) -> None:
        self.said.append(message)

    def warn(self, messages: list[str]) -> None:
        self.said += messages

    @asynccontextmanager
    async def progress(self, title: str) -> AsyncIterator[None]:
        self.titles.append(title)
        yield


def machine_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a machine with three models, on which lint is impatient."""
    one = Machine(folder)
    for name, n_megabytes in SIZES.items():
        with (folder / f"{name}.gguf").open("wb") as file:
            file.truncate(n_megabytes * 1000 * 1000)
    monkeypatch.setattr(loading, "open_for_window", one.open)
    monkeypatch.setattr(on_demand, "open_for_window", one.open)
    monkeypatch.setattr(room, "free_bytes", one.free_bytes)
    monkeypatch.setattr(jobs, "PATIENCE", 0.0)
    return one


async def started(machine: Machine, **named: str | int | bool) -> Models:
    """Return the models of a server that has loaded that of the completions."""
    models = Models(machine)  # type: ignore[arg-type]
    models.want(machine.options(**named))
    await models.completion.wait()
    return models


async def ask(job: JobModel) -> bool:
    """Ask a model something; tell whether it has answered."""
    engine = await job.wait()
    return engine is not None and await engine.pieces([65]) == [b"A"]


async def soon(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_true():
            await asyncio.sleep(0)


BOTH = {"instruct_model": "big", "lint_model": "wise"}
