"""A model whose process is killed while it loads."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from scripted_chat import ScriptedChat

from lsp_local.engine.base import EngineClosed, EngineDied, EngineError, ModelInfo
from lsp_local.engine.opening import loaded

DIED = EngineDied("the model process has died")


@dataclass
class Mortal(ScriptedChat):
    """An engine whose load ends as often as there are `ends`, and then succeeds."""

    model: Path | None = Path("small.gguf")
    ends: list[EngineError] = field(default_factory=list)

    async def info(self) -> ModelInfo:
        if self.ends:
            raise self.ends.pop(0)
        return await super().info()


@pytest.mark.parametrize(
    ("ends", "want", "n_left"),
    [
        pytest.param([], "", 0, id="nothing happens"),
        pytest.param([DIED, DIED], "", 0, id="twice is bad luck"),
        pytest.param([DIED] * 4, "died 3 times while it loaded small.gguf", 1, id="it is the file"),
        pytest.param([EngineError("damaged"), DIED], "damaged", 1, id="a refusal is final"),
        pytest.param([EngineClosed("closed"), DIED], "closed", 1, id="nobody wants it any more"),
    ],
)
def test_loaded(ends: Sequence[EngineError], want: str, n_left: int) -> None:
    engine = Mortal(ends=list(ends))
    if want:
        with pytest.raises(EngineError, match=want):
            asyncio.run(loaded(engine))  # type: ignore[arg-type]
    else:
        assert asyncio.run(loaded(engine)).path  # type: ignore[arg-type]
    assert len(engine.ends) == n_left


def test_what_a_server_says_is_said() -> None:
    engine = Mortal(model=None, ends=[EngineDied("the server has closed the connection")])
    with pytest.raises(EngineDied, match="the server has closed the connection"):
        asyncio.run(loaded(engine))  # type: ignore[arg-type]
