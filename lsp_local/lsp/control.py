"""The command line's way into a running server: one JSON line asks, one answers."""

import asyncio
import json
import logging
import socket
from typing import Any

from lsp_local import private_sockets
from lsp_local.lsp import sockets
from lsp_local.lsp.session import Session

logger = logging.getLogger(__name__)

READ_SECONDS = 2.0  # for a request to come; then nobody is there
N_MOST = 50


class Control:
    """One socket. Invariant: whatever is wrong with it or its clients, the server goes on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._listener: socket.socket | None = None
        self._opening: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None

    def open(self) -> None:
        """Begin to listen, soon; the files are looked after in a thread."""
        if self._opening is None and private_sockets.HAS_SOCKETS:
            self._opening = asyncio.create_task(self._open())

    def close(self) -> None:
        """Take the name away at once; never raises."""
        listener, self._listener = self._listener, None
        if listener is not None:
            sockets.remove(listener)

    async def _open(self) -> None:
        try:
            self._listener = await asyncio.to_thread(sockets.listening)
            self._server = await asyncio.start_unix_server(
                self._serve, sock=self._listener, limit=sockets.LONGEST_REQUEST
            )
        except OSError as error:
            logger.warning("`lsp-local why` cannot ask this server: %s", error)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                line = await reader.readline()
            if line:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError) as error:  # gone, silent for too long, or without an end
            logger.info("a command was not served: %s", error)
        except Exception:
            logger.exception("a command failed")
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            return {"error": "the request is not JSON"}
        match request:
            case {"request": "why"}:
                n_most, path = request.get("n", N_MOST), request.get("path")
                if not isinstance(n_most, int) or not isinstance(path, str | None):
                    return {"error": "`n` is a number, `path` a text"}
                return {"answer": self._session.recent.in_full(max(0, n_most), path)}
            case {"request": "stats"}:
                return {"answer": await self._session.figures()}
            case {"request": "pause" | "resume" as wish}:
                self._session.pause(wish == "pause")
                return {"answer": wish}
            case {"request": "purge"}:
                return {"answer": await self._session.purge()}
            case {"request": "forget-feedback"}:
                self._session.records.forget_feedback()
                return {"answer": "forgotten"}
        return {"error": "the requests are why, stats, pause, resume, purge and forget-feedback"}
