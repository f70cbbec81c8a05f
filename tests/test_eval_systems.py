"""What is compared, beside our own completions."""

import asyncio
from pathlib import Path

import pytest

from lsp_local.engine.base import Generated, GenerateRequest, ModelInfo, OnText, Speed
from lsp_local.engine.client import EngineClient
from lsp_local.evals import quiet, systems
from lsp_local.options import Options
from lsp_local.text import Document

TEXT = "def add(a, b):\n    return "


class Endless:
    """An engine whose decode never ends."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.is_cancelled = False

    async def info(self) -> ModelInfo:
        return ModelInfo("m.gguf", "m", "", 9, 4096, 4096, None, None, 0.0, "")

    async def speed(self) -> Speed:
        return Speed(9000.0, 40.0)

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        return [[1] * len(text) for text in texts]

    async def n_missing(self, tokens: list[int]) -> int:
        return len(tokens)

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        on_text("half of ")
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.is_cancelled = True
        raise AssertionError(request)


def doc(text: str = TEXT) -> Document:
    return Document("file:///a.py", "a.py", "p", "python", text)


async def test_who_gives_up_gets_no_half_answer() -> None:
    engine = Endless()
    task = asyncio.create_task(systems.raw(engine, Options(), doc(), len(TEXT), "line"))
    await engine.has_begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert engine.is_cancelled


@pytest.mark.parametrize("end", ["", "\n"])
async def test_a_plain_line_is_one_line_whatever_follows_the_want(
    qwen: Path, tmp_path: Path, end: str
) -> None:
    (tmp_path / "a.txt").write_text(f"=== a\n--- doc a.py\n{TEXT}<CURSOR>\n--- want\na + b{end}\n")
    scenarios = quiet.load(tmp_path / "a.txt", "all")
    async with EngineClient(qwen, n_ctx=1024, n_threads=2) as engine:
        (verdict,) = [one async for one in quiet.run(engine, Options(), scenarios)]
    assert verdict.raw.text.strip() == "a + b"
