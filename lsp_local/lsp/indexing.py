"""The process that keeps the index of the user's project, from the server's side."""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from lsp_local.index import store

logger = logging.getLogger(__name__)

FIRST_LOOK_SECONDS = 1.0  # after the start: the model loads first
AGAIN_SECONDS = 60.0  # after a process that died
MOST_STARTS = 3


class Indexing:
    """One project's indexing process. It starts a moment later, and ends with this one.

    Invariant: nobody waits for it; what cannot be told to it, it finds out by looking.
    """

    def __init__(self, root: Path, exclude: Sequence[str], is_watched: bool) -> None:
        self._arguments = str(root), json.dumps(list(exclude)), str(store.database_of(root))
        self._is_watched = is_watched
        self._process: asyncio.subprocess.Process | None = None
        self._work = asyncio.create_task(self._run())

    def changed(self, paths: Sequence[str]) -> None:
        """Have these files looked at now."""
        if paths:
            self._tell({"changed": list(paths)})

    def watched(self) -> None:
        """Have the project looked at less often, as changes will be told."""
        self._is_watched = True
        self._tell({"is_watched": True})

    def close(self) -> None:
        """End the process; it stops between two files."""
        self._work.cancel()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    def _tell(self, wish: dict[str, object]) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(wish).encode() + b"\n")

    async def _run(self) -> None:
        await asyncio.sleep(FIRST_LOOK_SECONDS)
        for _ in range(MOST_STARTS):
            try:
                code = await self._once()
            except OSError as error:
                logger.warning("the project's index cannot be built: %s", error)
                return
            logger.warning("the index of the project has ended with code %s", code)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _once(self) -> int:
        """Start a process, and hear what it says until it ends."""
        # -P: a `sqlite3.py` in the user's working directory must not become ours.
        command = [sys.executable, "-P", "-m", "lsp_local.index.process", *self._arguments]
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=null
        )
        self._process = process
        if self._is_watched:
            self.watched()
        assert process.stdout is not None
        async for line in process.stdout:
            said = json.loads(line)
            if "warning" in said:
                logger.warning("%s", said["warning"])
        return await process.wait()
