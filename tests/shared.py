"""Windows that share a model process: real ones, in a folder of their own."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from lsp_local.engine import finding
from lsp_local.engine.base import Generated, GenerateRequest, Priority
from lsp_local.engine.client import EngineClient
from lsp_local.engine.spawning import LLAMA, Load
from lsp_local.private_sockets import folders

N_CTX, N_THREADS = 1024, 1
FOREVER = 900  # tokens; no test waits for the last of them
WINDOW = f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from shared import FOREVER, decode, window

async def main():
    engine = window(Path(sys.argv[1]), 60)
    await engine.info()
    running = asyncio.create_task(decode(engine, [300, 301], FOREVER))
    await engine.tokenize(["until the decode has been sent"])
    print("decodes", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def window(model: Path, linger: float = 0) -> EngineClient:
    """Return what a window has of the worker; 135M in 1,024 tokens with one thread."""
    engine = EngineClient(model, n_ctx=N_CTX, n_threads=N_THREADS)
    engine.share(linger)
    return engine


def load_of(model: Path) -> Load:
    """Return what such a worker loads."""
    return Load(model.resolve(), N_CTX, N_THREADS, None, 0, LLAMA)


def another_window(model: Path) -> "subprocess.Popen[bytes]":
    """Start a process that has the model decode until it is killed; return once it does."""
    # -P: the same code as here, which is not always what lies in the working directory.
    command = [sys.executable, "-P", "-c", WINDOW, str(model)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"decodes\n"
    return process


async def decode(
    engine: EngineClient,
    tokens: list[int],
    n_predict: int = 4,
    priority: Priority = Priority.INLINE,
) -> Generated:
    """Have `tokens` continued."""
    return await engine.generate(GenerateRequest(tokens, n_predict, priority=priority))


def names() -> list[str]:
    """Return what lies where workers are found."""
    return sorted(path.name for folder in folders() for path in folder.glob("*"))


async def n_windows() -> int:
    """Return how many windows the only worker has, 0 without a worker."""
    found = await asyncio.to_thread(finding.statuses)
    assert len(found) <= 1
    return int(found[0]["n_windows"]) if found else 0


async def until(is_true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that sends no message; a hang is the test runner's to end."""
    while not await is_true():
        await asyncio.sleep(0.02)
