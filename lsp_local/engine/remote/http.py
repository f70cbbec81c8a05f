"""Requests to an OpenAI-compatible server, and all that can go wrong with one.

Invariant: nothing is read without bounds in bytes and seconds, and no redirect is followed.
"""

import asyncio
import importlib.util
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lsp_local.engine.base import EngineDied, EngineError
from lsp_local.engine.remote.address import KEY_VARIABLE, Address
from lsp_local.engine.remote.breaker import Breaker
from lsp_local.engine.remote.events import Events, GarbageError, said_wrong

if TYPE_CHECKING:
    import httpx2

CONNECT_S = 5.0
SILENCE_S = 60.0  # between two bytes; a busy server may read a long prompt first
ANSWER_S = 300.0  # for a whole answer
MOST_BYTES = 32 * 2**20
MOST_ERROR_BYTES = 64 * 2**10
BACKOFF_S = (0.2, 0.6, 1.8)
MOST_BACKOFF_S = 5.0
ASK_AGAIN = (429, 503)  # it says that it has not begun


class Refused(EngineError):
    """The server is well, but not willing; `status` is its answer's."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Connection:
    """A server to which requests go. `key` is asked for once, and again after it was refused."""

    def __init__(self, address: Address, key: Callable[[], Awaitable[str]]) -> None:
        if importlib.util.find_spec("httpx2") is None:
            raise EngineError("the engine `openai` needs `pip install 'lsp-local[openai]'`")
        self.address = address
        self._key = key
        self._known_key: str | None = None
        self._breaker = Breaker()
        self._client: httpx2.AsyncClient | None = None

    async def close(self) -> None:
        """Close all connections at once."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return the answer to a request, a GET without a body. Raises EngineError.

        A path that begins with `..` is beside the folder that the address names.
        """
        async with self._opened(path, body) as response:
            return await self._whole(response)

    async def events(self, path: str, body: dict[str, Any]) -> AsyncGenerator[Any]:
        """Yield what is streamed; the whole answer at once from a server that does not stream.

        Leaving the iterator closes the connection, and the server stops. Raises EngineError, and
        EngineDied where the answer breaks off.
        """
        async with self._opened(path, body) as response:
            if "text/event-stream" not in response.headers.get("content-type", ""):
                yield await self._whole(response)
                return
            events = Events()
            async for block in self._blocks(response, MOST_BYTES):
                for event in events.take(block):
                    if wrong := said_wrong(event):
                        raise self._failure(f"says: {wrong}")
                    try:
                        yield event
                    except GeneratorExit:  # enough was said
                        self._breaker.succeeded()
                        raise
                if events.is_over:
                    return
            if not events.is_finished:
                self._breaker.failed(f"{self.address.host} breaks off its answers")
                raise EngineDied(f"{self.address.host} broke off in the middle of its answer")

    @asynccontextmanager
    async def _opened(
        self, path: str, body: dict[str, Any] | None
    ) -> AsyncIterator["httpx2.Response"]:
        """Give a response that is worth reading, in time and once; faults become EngineErrors."""
        import httpx2

        self._breaker.check()
        try:
            async with asyncio.timeout(ANSWER_S):
                response = await self._sent(path, body)
                try:
                    await self._refuse(response)
                    yield response
                finally:
                    await response.aclose()
        except TimeoutError:
            raise self._failure(f"did not answer within {ANSWER_S:.0f} s") from None
        except httpx2.TimeoutException:
            raise self._failure(f"was silent for {SILENCE_S:.0f} s") from None
        except httpx2.HTTPError as error:
            reason = str(error).partition("\n")[0][:200] or type(error).__name__
            self._breaker.failed(f"{self.address.host} does not answer ({reason})")
            raise EngineDied(f"the connection to {self.address.host} was lost: {reason}") from None
        except GarbageError as error:
            raise self._failure(f"{error}; is that an OpenAI-compatible server?") from None
        self._breaker.succeeded()

    async def _sent(self, path: str, body: dict[str, Any] | None) -> "httpx2.Response":
        """Send a request, again where that is safe: nobody has begun to answer it."""
        import httpx2

        client = self._client = self._client or _client(self.address)
        headers = await self._headers()
        for pause in (*BACKOFF_S, None):
            request = client.build_request(
                "GET" if body is None else "POST",
                self._url(path),
                headers=headers,
                json=body,
            )
            try:
                response = await client.send(request, stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                if pause is None:
                    raise self._unreachable(error) from None
            else:
                if response.status_code not in ASK_AGAIN or pause is None:
                    return response
                pause = _wait_s(response.headers.get("retry-after", ""), pause)
                await response.aclose()
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))
        raise AssertionError

    def _url(self, path: str) -> str:
        if not path.startswith("../"):
            return f"{self.address.url}/{path}"
        return f"{self.address.url.rpartition('/')[0]}/{path.removeprefix('../')}"

    async def _headers(self) -> dict[str, str]:
        if self._known_key is None:
            self._known_key = await self._key()
        # No compression: of a few bytes a hostile server would make gigabytes.
        headers = {"accept-encoding": "identity", "user-agent": "lsp-local"}
        return headers | ({"authorization": f"Bearer {self._known_key}"} if self._known_key else {})

    async def _refuse(self, response: "httpx2.Response") -> None:
        """Raise EngineError for a response that is no answer, with what to do."""
        status = response.status_code
        if response.headers.get("content-encoding", "identity") != "identity":
            raise GarbageError("answers with compressed text, which nobody asked for")
        if status == 200:
            return
        if 300 <= status < 400:
            where = "".join(filter(str.isprintable, response.headers.get("location", "")))[:200]
            raise self._failure(f"redirects to {where}; if you trust that, set `remote_url` to it")
        if status in (401, 403):
            self._known_key = None
            raise self._failure(
                f"refuses the key; set {KEY_VARIABLE} or `remote_key_command` to the right one"
            )
        said = b""
        async for block in self._blocks(response, MOST_ERROR_BYTES, is_cut=True):
            said += block
        wrong = said_wrong(_parsed(said)) or "it does not say why"
        what = f"answers {status} to {response.url.path}: {wrong}"
        if 400 <= status < 500 and status not in ASK_AGAIN:
            self._breaker.succeeded()
            raise Refused(f"{self.address.host} {what}", status)
        raise self._failure(what)

    async def _whole(self, response: "httpx2.Response") -> Any:
        text = b""
        async for block in self._blocks(response, MOST_BYTES):
            text += block
        found = _parsed(text)
        if not isinstance(found, dict):
            raise GarbageError("answers with something else than JSON")
        if wrong := said_wrong(found):
            raise self._failure(f"says: {wrong}")
        return found

    async def _blocks(
        self, response: "httpx2.Response", most: int, is_cut: bool = False
    ) -> AsyncIterator[bytes]:
        n_bytes = 0
        async for block in response.aiter_raw():
            n_bytes += len(block)
            if n_bytes > most:
                if is_cut:
                    return
                raise GarbageError(f"sends more than {most // 2**20} MB")
            yield block

    def _failure(self, what: str) -> EngineError:
        """Count a failure and say it."""
        self._breaker.failed(f"{self.address.host} {what}")
        return EngineError(f"{self.address.host} {what}")

    def _unreachable(self, error: Exception) -> EngineError:
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        return self._failure(
            f"cannot be reached ({reason}); start the server, or mend `remote_url`"
        )


def _client(address: Address) -> "httpx2.AsyncClient":
    import httpx2

    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(SILENCE_S, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=not address.is_loopback,  # a proxy of the company's is for what leaves
    )


def _wait_s(retry_after: str, pause: float) -> float:
    """Return how long to wait: what the server asks for, within reason."""
    asked = float(retry_after) if retry_after.isdecimal() and len(retry_after) < 6 else 0.0
    return min(MOST_BACKOFF_S, max(pause, asked))


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
