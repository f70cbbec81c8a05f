"""Messages between server and worker: a length of four bytes, then JSON."""

import asyncio
import json
import socket
import struct
from dataclasses import asdict
from typing import Any

from lsp_local.engine.base import (
    EngineError,
    Finish,
    Generated,
    GenerateRequest,
    ModelInfo,
    Priority,
    Second,
    Speed,
    Work,
)
from lsp_local.prompt import FimTokens
from lsp_local.stops import Kind, Stops

PROTOCOL = 1  # of the operations and their fields; one more with every change to them
LENGTH = struct.Struct(">I")
LONGEST = 64 * 2**20  # bytes; a longer message is a broken peer

Message = dict[str, Any]


class WireError(Exception):
    """The peer sent what no peer of ours sends; the connection is of no more use."""


def pack(message: Message) -> bytes:
    """Return the bytes of a message. Raises EngineError for one that the peer would not take."""
    body = json.dumps(message, separators=(",", ":")).encode()
    if len(body) > LONGEST:
        raise EngineError(f"a message of {len(body)} bytes is too long for the model process")
    return LENGTH.pack(len(body)) + body


def receive(peer: socket.socket) -> Message | None:
    """Wait for the next message; None when the peer is gone. Raises WireError."""
    head = _receive_exactly(peer, LENGTH.size)
    body = _receive_exactly(peer, _body_length(head)) if head else b""
    return _parse(body) if body else None


async def receive_async(reader: asyncio.StreamReader) -> Message | None:
    """Wait for the next message; None when the peer is gone. Raises WireError."""
    try:
        head = await reader.readexactly(LENGTH.size)
        return _parse(await reader.readexactly(_body_length(head)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def _receive_exactly(peer: socket.socket, n_bytes: int) -> bytes:
    chunks = bytearray()
    while len(chunks) < n_bytes:
        chunk = peer.recv(min(n_bytes - len(chunks), 2**20))
        if not chunk:
            return b""
        chunks += chunk
    return bytes(chunks)


def _body_length(head: bytes) -> int:
    (n_bytes,) = LENGTH.unpack(head)
    if n_bytes > LONGEST:
        raise WireError(f"a message of {n_bytes} bytes")
    return int(n_bytes)


def _parse(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise WireError(str(error)) from error
    if not isinstance(message, dict):
        raise WireError("a message that is no object")
    return message


def request_from(fields: Message) -> GenerateRequest:
    """Rebuild a request from its JSON form."""
    stops = fields["stops"]
    return GenerateRequest(
        tokens=fields["tokens"],
        n_predict=fields["n_predict"],
        heal=fields["heal"],
        stops=Stops(**{**stops, "kind": Kind(stops["kind"])}) if stops else None,
        least_probability=fields["least_probability"],
        priority=Priority(fields["priority"]),
        on_this_line=fields["on_this_line"],
        until=fields["until"],
        draft=tuple(fields["draft"]),
        n_seconds=fields["n_seconds"],
    )


def answer_from(fields: Message) -> Generated:
    """Rebuild an answer from its JSON form."""
    seconds = [Second(**one) for one in fields["seconds"]]
    return Generated(**{**fields, "finish": Finish(fields["finish"]), "seconds": seconds})


def info_from(fields: Message) -> ModelInfo:
    """Rebuild a model's description from its JSON form."""
    fim = fields["fim"]
    return ModelInfo(**{**fields, "fim": FimTokens(**fim) if fim else None})


def speed_from(fields: Message) -> Speed:
    """Rebuild a speed from its JSON form."""
    return Speed(**fields)


def fields_of(value: GenerateRequest | Generated | ModelInfo | Speed | Work) -> Message:
    """Return the JSON form of a value of the contract."""
    return asdict(value)
