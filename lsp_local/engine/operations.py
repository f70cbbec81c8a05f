"""What a worker can be asked: each operation as steps, or at once."""

import codecs
from collections.abc import Callable, Iterator
from typing import Any

from lsp_local.engine import wire
from lsp_local.engine.base import Backend, EngineError, Generated, Token
from lsp_local.engine.generation import generate
from lsp_local.engine.wire import Message


def at_once(backend: Backend, message: Message) -> Callable[[], Any] | None:
    """Return how to answer what need not wait for its turn; None for what must."""
    match message["op"]:
        case "tokenize":
            return lambda: _tokenize(backend, message)
        case "pieces":
            return lambda: [piece.decode("latin-1") for piece in backend.pieces(message["tokens"])]
        case "n_missing":
            return lambda: backend.n_missing(message["tokens"])
        case "work":
            return lambda: wire.fields_of(backend.work())
    return None


def steps(backend: Backend, message: Message) -> Iterator[Message | None]:
    """Yield what is to be sent, step by step; the last frame has a `result`. Raises EngineError."""
    match message["op"]:
        case "info":
            yield {"result": {**wire.fields_of(backend.info), **_speed(backend)}}
        case "tokenize":
            yield {"result": _tokenize(backend, message)}
        case "generate":
            yield from _generate(backend, message)
        case "score":
            yield from _score(backend, message)
        case "write_states":
            yield from upkeep(backend)
        case unknown:
            raise EngineError(f"the worker knows no operation {unknown!r}")


def upkeep(backend: Backend) -> Iterator[Message | None]:
    """Write to the disk what is not there yet."""
    for _ in backend.write_states():
        yield None
    yield {"result": None}


def said(error: Exception) -> str:
    """Return what the server is told about an error."""
    if isinstance(error, EngineError):
        return str(error)
    return f"internal error in the engine: {error!r}; please report it"


def _tokenize(backend: Backend, message: Message) -> list[list[int]]:
    allow_special = bool(message.get("allow_special"))
    return [backend.tokenize(text, allow_special) for text in message["texts"]]


def _speed(backend: Backend) -> Message:
    return {"speed": wire.fields_of(backend.speed())}


def _generate(backend: Backend, message: Message) -> Iterator[Message | None]:
    # A character may be spread over several tokens.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for event in generate(backend, wire.request_from(message["request"])):
        match event:
            case Token():
                yield {"text": decoder.decode(event.piece)}
            case Generated():
                yield {"result": {**wire.fields_of(event), **_speed(backend)}}
            case None:
                yield None


def _score(backend: Backend, message: Message) -> Iterator[Message | None]:
    scores: list[list[Any]] = []
    for chunk in backend.score(message["tokens"], message["n_best"], message["first"]):
        scores += [[score.token, score.logprob, score.best] for score in chunk]
        yield None
    yield {"result": scores}
