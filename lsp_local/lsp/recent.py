"""How the last requests ended: in memory, and in a file only if the user has named one."""

import asyncio
import json
import logging
import os
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from lsp_local.lsp.convert import absolute_path
from lsp_local.text import Outcome

logger = logging.getLogger(__name__)

N_RECENT = 50
N_UNWRITTEN = 1000  # lines that wait for a slow disk; more are lost


@dataclass(frozen=True, slots=True)
class Ended:
    """One request and its end; `line` and `character` are the client's, `time` is Unix time."""

    time: float
    uri: str
    line: int
    character: int
    is_automatic: bool
    outcome: Outcome

    def in_short(self) -> dict[str, object]:
        """Return what `lspLocal/why` says."""
        place = {"uri": self.uri, "line": self.line, "character": self.character}
        return {**self.outcome.as_json(), **place}

    def in_full(self) -> dict[str, object]:
        """Return what `lsp-local why` prints."""
        told = {k: v for k, v in asdict(self.outcome).items() if k not in ("suggestion", "stats")}
        logprobs = [round(logprob, 3) for logprob in self.outcome.logprobs]
        when = {"time": round(self.time, 3), "is_automatic": self.is_automatic}
        return {**told, **self.in_short(), **when, "logprobs": logprobs}


class Recent:
    """The last ends, newest first. Invariant: without `log_to` nothing is written anywhere."""

    def __init__(self) -> None:
        self._ended: deque[Ended] = deque(maxlen=N_RECENT)
        self._log: Path | None = None
        self._unwritten: deque[str] = deque(maxlen=N_UNWRITTEN)
        self._writing: asyncio.Task[None] | None = None

    def log_to(self, path: str) -> None:
        """Also append each end to a file from now on, a JSON object a line; "" is no file."""
        self._log = Path(path).expanduser() if path else None

    def add(
        self, uri: str, line: int, character: int, outcome: Outcome, is_automatic: bool = False
    ) -> None:
        """Take note of an end."""
        ended = Ended(time.time(), uri, line, character, is_automatic, outcome)
        self._ended.appendleft(ended)
        if self._log is None:
            return
        self._unwritten.append(json.dumps(ended.in_full()))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    def in_short(self, uri: str | None = None) -> list[dict[str, object]]:
        """Return the ends, of one document or of all."""
        return [ended.in_short() for ended in self._ended if uri in (None, ended.uri)]

    def in_full(self, n_most: int = N_RECENT, path: str | None = None) -> list[dict[str, object]]:
        """Return at most `n_most` ends with all that is known, of one file or of all."""
        wanted = [e for e in self._ended if path is None or absolute_path(e.uri) == path]
        return [ended.in_full() for ended in wanted[:n_most]]

    def forget(self) -> None:
        """Forget all ends, also those that wait to be written."""
        self._ended.clear()
        self._unwritten.clear()

    async def close(self) -> None:
        """Wait until the file has what it is to have."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        while self._unwritten and self._log is not None:
            lines = "".join(f"{line}\n" for line in self._unwritten)
            self._unwritten.clear()
            try:
                await asyncio.to_thread(_append, self._log, lines)
            except OSError as error:
                logger.warning("why_log %s is not written: %s", self._log, error)
                self._log = None


def _append(path: Path, lines: str) -> None:
    """Append to a file that is the user's alone where it is new. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(file, "a", encoding="utf-8") as stream:
        stream.write(lines)
