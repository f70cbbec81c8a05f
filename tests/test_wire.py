"""Messages survive the socket, and a broken peer is noticed."""

import asyncio
import socket

import pytest

from lsp_local.engine import wire
from lsp_local.engine.base import GenerateRequest, ModelInfo, Priority
from lsp_local.prompt import FimTokens
from lsp_local.stops import Kind, Stops


def through_the_wire(fields: wire.Message) -> wire.Message:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(wire.pack(fields))
        got = wire.receive(theirs)
        assert got is not None
        return got


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(GenerateRequest([1, 2], 5), id="without stop rules"),
        pytest.param(
            GenerateRequest([], 1, heal=True, stops=Stops(Kind.BLOCK, "\té😋", indent=4)),
            id="with stop rules and text of every kind",
        ),
        pytest.param(GenerateRequest([7], 1, priority=Priority.LINT), id="of low priority"),
    ],
)
def test_a_request_arrives_as_it_was(request_: GenerateRequest) -> None:
    assert wire.request_from(through_the_wire(wire.fields_of(request_))) == request_


@pytest.mark.parametrize("fim", [None, FimTokens(1, 2, 3), FimTokens(1, 2, 3, 4, 5)])
def test_a_description_arrives_as_it_was(fim: FimTokens | None) -> None:
    info = ModelInfo("/m.gguf", "m", "a model", 100, 512, 2048, fim, None, 12.5, "AVX2 = 1")
    assert wire.info_from(through_the_wire(wire.fields_of(info))) == info


def test_the_end_of_the_peer_is_no_message() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(wire.pack({"id": 1})[:-2])
        ours.close()
        assert wire.receive(theirs) is None


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"\xff\xff\xff\xff....", id="a length beyond all bounds"),
        pytest.param(b"\0\0\0\4nope", id="no JSON"),
        pytest.param(b"\0\0\0\2[]", id="no object"),
    ],
)
async def test_nonsense_is_an_error_on_both_sides(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(sent)
        with pytest.raises(wire.WireError):
            wire.receive(theirs)
    reader = asyncio.StreamReader()
    reader.feed_data(sent)
    with pytest.raises(wire.WireError):
        await wire.receive_async(reader)
