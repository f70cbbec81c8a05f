"""Servers that are slow, cut off, talk nonsense, or never end: an error each, in bounded time."""

import asyncio
import time

import pytest
from remote_server import Asked, Script, Write, answers, event, head, ok, remote, said, streamed

from lsp_local.engine.base import EngineDied, EngineError, GenerateRequest
from lsp_local.engine.remote import breaker, http
from lsp_local.engine.remote.engine import RemoteEngine


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF_S", (0.01, 0.01))
    monkeypatch.setattr(http, "SILENCE_S", 0.3)
    monkeypatch.setattr(http, "ANSWER_S", 1.5)
    monkeypatch.setattr(http, "MOST_BYTES", 2**20)


async def ask(engine: RemoteEngine, n_predict: int = 50) -> str:
    (tokens,) = await engine.tokenize(["x = "])
    return (await engine.generate(GenerateRequest(tokens, n_predict))).text


async def never(asked: Asked, write: Write) -> None:
    await asyncio.sleep(3600)


async def drips(asked: Asked, write: Write) -> None:
    await write(head())
    while True:
        await write(b": still here\n")
        await asyncio.sleep(0.05)


def endless(block: bytes) -> Script:
    async def script(asked: Asked, write: Write) -> None:
        await write(head())
        while True:
            await write(block)

    return script


EMPTY = event(said("")) + b": " + b"x" * 8192 + b"\n\n"


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        pytest.param(never, r"was silent for", id="it says nothing"),
        pytest.param(drips, r"did not answer within", id="it says nothing, again and again"),
        pytest.param(
            answers([head(), event(said("1"))]), r"broke off in the middle", id="it breaks off"
        ),
        pytest.param(answers(b""), r"was lost", id="it hangs up"),
        pytest.param(answers(b"SSH-2.0-OpenSSH_9.2\r\n"), r"was lost", id="it is no HTTP server"),
        pytest.param(
            answers(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"), r"was lost", id="cut JSON"
        ),
        pytest.param(
            answers([head(), b"data: {nonsense\n\n"]), r"no JSON", id="events that are no JSON"
        ),
        pytest.param(
            answers([head(), b"data: " + b"[" * 100_000 + b"\n\n"]), r"no JSON", id="a deep event"
        ),
        pytest.param(
            answers(head(kind="text/html") + b"<html>Log in</html>"),
            r"something else than JSON; is that an OpenAI-compatible server",
            id="a page to log in",
        ),
        pytest.param(
            answers(head(kind="application/json") + b"[" * 100_000),
            r"something else than JSON",
            id="deep JSON",
        ),
        pytest.param(endless(EMPTY), r"more than 1 MB", id="events without end that say nothing"),
        pytest.param(endless(b"x" * 4096), r"a line without end", id="a line without end"),
        pytest.param(
            endless(b"data: " + b"x" * 4096 + b"\n"), r"an event without end", id="a long event"
        ),
        pytest.param(answers(head() + b"x" * 3_000_000), r"a line without end", id="a huge block"),
        pytest.param(
            answers(head(more="content-encoding: gzip\r\n") + b"\x1f\x8b"),
            r"compressed",
            id="a bomb of zeros, perhaps",
        ),
        pytest.param(
            answers(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000), r"was lost", id="endless head"
        ),
        pytest.param(
            answers(ok({}, "302 Found", "location: https://evil.example/\x1b[31mv1\r\n")),
            r"was lost|redirects to https://evil.example/\[31mv1; if you trust that",
            id="a redirect to elsewhere is not followed",
        ),
        pytest.param(
            answers(ok({"error": {"message": "no\x1b[2J\nmemory"}}, "500 Internal Server Error")),
            r"answers 500 to /v1/completions: no\[2J memory$",
            id="an error, without what steers a terminal",
        ),
        pytest.param(
            answers([head(), event({"error": {"message": "out of memory"}})]),
            r"says: out of memory",
            id="an error in the stream",
        ),
        pytest.param(answers(ok({}, "401 Unauthorized")), r"refuses the key", id="a wrong key"),
        pytest.param(
            answers(ok({}, "503 Service Unavailable")), r"answers 503", id="it is never ready"
        ),
        pytest.param(
            answers(head("400 Bad Request") + b"x" * 10_000_000),
            r"answers 400 to /v1/completions: it does not say why",
            id="a huge error",
        ),
    ],
)
async def test_each_is_an_error_in_time(script: Script, wrong: str) -> None:
    async with remote(script) as (engine, _):
        await engine.info()
        started = time.monotonic()
        with pytest.raises(EngineError, match=wrong):
            await ask(engine)
        assert time.monotonic() - started < 10  # that it ends at all


ODD: list[object] = [
    *(None, 0, "", [], {}, [1], {"choices": None}, {"choices": [None]}, {"choices": [[]]}),
    {"choices": [{"text": 5, "logprobs": 7, "finish_reason": {}}], "usage": []},
    {"choices": [{"text": "a", "logprobs": {"tokens": [1, None], "token_logprobs": ["x", {}]}}]},
    {"choices": [{"text": "b", "logprobs": {"content": [None, {"token": 3, "bytes": [999]}]}}]},
    {"choices": [{"text": "c", "logprobs": {"tokens": ["c"], "token_logprobs": [10**400]}}]},
    {"choices": [{"text": "d", "logprobs": {"tokens": ["d"], "token_logprobs": [float("nan")]}}]},
    {"choices": [{"text": "e"}], "usage": {"prompt_tokens": -(10**400)}},
    {"choices": [{"text": "\ud800"}]},
    {"choices": [{"delta": {"content": "f"}}]},
]


async def test_odd_events_say_what_can_be_read_of_them() -> None:
    script = answers([head(), *map(event, ODD), b"data: [DONE]\n\n"])
    async with remote(script) as (engine, _):
        assert await ask(engine) == "abcde?f"


async def test_the_server_is_asked_again_where_it_has_not_begun() -> None:
    busy = ok({}, "429 Too Many Requests", "retry-after: 0\r\n")
    whole = ok({"choices": [{"text": "1", "finish_reason": "stop"}]})
    async with remote(answers(busy, ok({}, "503 Service Unavailable"), whole)) as (engine, server):
        assert await ask(engine) == "1"
        assert len(server.questions) == 3


async def test_an_answer_that_broke_off_is_not_asked_for_again() -> None:
    async with remote(answers([head(), event(said("1"))])) as (engine, server):
        with pytest.raises(EngineDied):
            await ask(engine)
        assert len(server.questions) == 1


async def test_who_fails_all_the_time_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(breaker, "PAUSE_S", 0.2)
    broken = ok({"error": "broken"}, "500 Internal Server Error")
    good = ok({"choices": [{"text": "1", "finish_reason": "stop"}]})
    replies = [broken] * breaker.N_FAILURES + [good]
    async with remote(answers(*replies)) as (engine, server):
        for _ in range(breaker.N_FAILURES):
            with pytest.raises(EngineError, match="500"):
                await ask(engine)
        with pytest.raises(EngineError, match=r"broken; it is asked again in 0 s"):
            await ask(engine)
        assert len(server.questions) == breaker.N_FAILURES
        await asyncio.sleep(0.25)
        assert await ask(engine) == "1"


async def test_nobody_there_says_what_to_do() -> None:
    async with remote(never) as (engine, server):
        pass
    engine = RemoteEngine(engine._options)
    with pytest.raises(EngineError, match=rf"127.0.0.1:{server.port} cannot be reached .*start"):
        await engine.info()
    assert not engine.is_ready
    await engine.close()


@pytest.mark.parametrize("n_before", [pytest.param(0, id="reading"), pytest.param(2, id="saying")])
async def test_cancelling_closes_the_connection(n_before: int) -> None:
    reached = asyncio.Event()

    async def script(asked: Asked, write: Write) -> None:
        if n_before:
            await write(head())
        for _ in range(n_before):
            await write(event(said("a", -0.1)))
        reached.set()
        await asyncio.sleep(3600)

    async with remote(script) as (engine, server):
        await engine.info()
        asking = asyncio.create_task(ask(engine))
        await asyncio.wait_for(reached.wait(), 5)
        asking.cancel()
        await asyncio.wait_for(server.gone.wait(), 5)
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await engine.n_missing([300]) == 1  # the engine goes on


async def test_a_stop_of_ours_closes_the_connection() -> None:
    async with remote(endless(event(said("a", -0.1)))) as (engine, server):
        assert await ask(engine, n_predict=3) == "aaa"
        await asyncio.wait_for(server.gone.wait(), 5)


async def test_closing_the_engine_ends_a_request() -> None:
    async with remote(drips) as (engine, server):
        await engine.info()
        asking = asyncio.create_task(ask(engine))
        while not server.questions:
            await asyncio.sleep(0.01)
        await engine.close()
        with pytest.raises(EngineError):
            await asking


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"data": 5}, id="a number"),
        pytest.param({"data": [None, [], {}, {"id": 5}, {"id": ""}]}, id="models without names"),
    ],
)
async def test_a_mad_list_of_models_names_none(listed: object) -> None:
    async with remote(streamed("a"), listed=listed) as (engine, _):
        with pytest.raises(EngineError, match=r"lists no models; set `remote_model`"):
            await engine.info()
    async with remote(streamed("a"), listed=listed, remote_model="m") as (engine, _):
        assert (await engine.info()).name == "m"
