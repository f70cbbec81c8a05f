import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import AUTOMATIC, INVOKED, Editor, start_server, stop_server, until
from lsprotocol import types
from processes import IS_TOLD, is_alive, kill
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not IS_TOLD, reason="finds the worker in /proc"),
]

LONG = "".join(f"def double_{n}(x):\n    return {n} * x\n\n\n" for n in range(200))
REQUEST_CANCELLED = -32800


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(qwen: Path) -> AsyncIterator[LanguageClient]:
    """One server for the whole file; at the end it has said nothing that nobody asked for."""
    client = await start_server()
    await Editor(client).start(qwen)
    yield client
    assert [message.message for message in client.messages] == []
    assert client.log_messages == []
    for reports in client.progress_reports.values():
        begin, end = reports
        assert isinstance(begin, types.WorkDoneProgressBegin)
        assert isinstance(end, types.WorkDoneProgressEnd)
    await client.shutdown_session()
    await stop_server(client)


@pytest.fixture
def editor(client: LanguageClient, caplog: pytest.LogCaptureFixture) -> Iterator[Editor]:
    editor = Editor(client)
    yield editor
    # A second answer to a request would be one to a request that is no longer known.
    assert "unknown message id" not in caplog.text
    assert client.protocol._request_futures == {}


@pytest.mark.parametrize(
    ("name", "language", "marked", "want"),
    [
        pytest.param(
            "sums.py",
            "python",
            "def add(a, b):\n    return <CURSOR>\n\n\ndef sub(a, b):\n    return a - b\n",
            "a + b",
            id="the rest of a line in Python",
        ),
        pytest.param(
            "sums.js",
            "javascript",
            "function add(a, b) {\n  return <CURSOR>\n}\n\n"
            "function sub(a, b) {\n  return a - b;\n}\n",
            "a + b;",
            id="in JavaScript",
        ),
        pytest.param(
            "sums.go",
            "go",
            "package sums\n\nfunc Add(a, b int) int {\n\treturn <CURSOR>\n}\n\n"
            "func Sub(a, b int) int {\n\treturn a - b\n}\n",
            "a + b",
            id="in Go",
        ),
    ],
)
async def test_ghost_text(editor: Editor, name: str, language: str, marked: str, want: str) -> None:
    uri = editor.open(name, marked, language)
    assert await editor.ghost_text(uri) == want
    assert await editor.reason(uri) == "shown"


async def test_what_was_read_is_not_read_again(editor: Editor) -> None:
    uri = editor.open("typed.py", "def add(first, second):\n    return <CURSOR>\n")
    assert await editor.ghost_text(uri) == "first + second"
    editor.type(uri, "sec")
    assert await editor.ghost_text(uri) != ""
    newest, oldest = await editor.why(uri)
    assert 0 < newest["n_evaluated"] < oldest["n_evaluated"]


async def test_typing_into_a_suggestion_needs_no_model(editor: Editor) -> None:
    uri = editor.open("into.py", "def add(first, second):\n    return <CURSOR>\n")
    assert await editor.ghost_text(uri) == "first + second"
    editor.type(uri, "fi")
    assert await editor.ghost_text(uri) == "rst + second"
    newest, _ = await editor.why(uri)
    assert (newest["n_prompt"], newest["n_predicted"]) == (0, 0)


@pytest.mark.parametrize(
    ("marked", "parts"),
    [
        pytest.param(
            "def add(first, second):\n    return <CURSOR>\n", ["first", " +"], id="word by word"
        ),
        pytest.param(
            "def largest(numbers):\n    best = numbers[0]\n    for number in numbers:<CURSOR>\n\n",
            ["\n        if number > best:"],
            id="line by line",
        ),
    ],
)
async def test_a_part_that_is_taken_leaves_the_rest_without_the_model(
    editor: Editor, marked: str, parts: list[str]
) -> None:
    uri = editor.open("taken.py", marked)
    rest = await editor.ghost_text(uri)
    for part in parts:
        assert rest.startswith(part)
        rest = rest.removeprefix(part)
        editor.insert(uri, part)
        for kind in (AUTOMATIC, INVOKED):
            assert editor.text_of(uri, await editor.ask(uri, kind)[1]) == rest != ""
            newest = (await editor.why(uri))[0]
            assert (newest["source"], newest["n_predicted"]) == ("cache", 0)
    editor.close(uri)


async def test_an_excluded_file_is_never_read(editor: Editor) -> None:
    uri = editor.open(".env", "TOKEN=<CURSOR>", "dotenv")
    assert await editor.ghost_text(uri) == ""
    assert await editor.reason(uri) == "disabled"


async def test_a_cancelled_request_is_refused_and_its_decode_stops(editor: Editor) -> None:
    uri = editor.open("cancelled.py", LONG + "def last(x):\n    return <CURSOR>")
    msg_id, answer = editor.ask(uri)
    await editor.until_decoding(editor.worker)
    editor.cancel(msg_id)
    with pytest.raises(JsonRpcException) as refusal:
        await answer
    assert refusal.value.code == REQUEST_CANCELLED
    assert await editor.reason(uri) == "cancelled"
    assert await editor.ghost_text(editor.open("next.py", "one = 1\ntwo = <CURSOR>")) != ""


async def test_a_newer_request_supersedes_the_older(editor: Editor) -> None:
    uri = editor.open("superseded.py", "def add(a, b):\n    return <CURSOR>")
    answers = [editor.ask(uri)[1] for _ in range(5)]
    *older, newest = await asyncio.gather(*answers)
    assert older == [[], [], [], []]
    assert editor.text_of(uri, newest) == "a + b"
    reasons = [entry["reason"] for entry in await editor.why(uri)]
    assert reasons == ["shown"] + 4 * ["superseded"]


async def test_who_asks_by_hand_is_answered_though_the_editor_asks_too(editor: Editor) -> None:
    uri = editor.open("by_hand.py", "def add(a, b):\n    return <CURSOR>")
    answers = [editor.ask(uri, kind)[1] for kind in (INVOKED, AUTOMATIC, AUTOMATIC)]
    by_hand, older, _ = await asyncio.gather(*answers)
    assert editor.text_of(uri, by_hand) == "a + b"
    assert older == []


async def test_an_answer_for_an_older_text_is_never_sent(editor: Editor) -> None:
    uri = editor.open("stale.py", "def add(a, b):\n    return <CURSOR>")
    _, answer = editor.ask(uri)
    editor.type(uri, "a")
    assert await answer == []
    assert await editor.reason(uri) == "stale-version"


async def test_a_closed_document_has_no_answer(editor: Editor) -> None:
    uri = editor.open("closed.py", "def add(a, b):\n    return <CURSOR>")
    _, answer = editor.ask(uri)
    editor.close(uri)
    assert await answer == []
    assert await editor.ghost_text(uri) == ""


async def test_two_documents_do_not_disturb_each_other(editor: Editor) -> None:
    adds = editor.open("adds.py", "def add(a, b):\n    return <CURSOR>")
    subtracts = editor.open("subtracts.py", "def subtract(a, b):\n    return <CURSOR>")
    for _ in range(3):
        answers = await asyncio.gather(editor.ask(adds)[1], editor.ask(subtracts)[1])
        assert [items[0].insert_text for items in answers] == ["a + b", "a - b"]


async def test_a_thousand_keys_have_a_thousand_answers(editor: Editor) -> None:
    uri = editor.open("burst.py", "numbers = [<CURSOR>\n")
    answers = []
    for n in range(1000):
        editor.type(uri, f"{n % 10},")
        answers.append(editor.ask(uri, AUTOMATIC)[1])
    *older, _ = await asyncio.gather(*answers)
    assert older == 999 * [[]]
    assert len(await editor.why(uri)) == 50


async def test_a_killed_worker_costs_one_answer(editor: Editor) -> None:
    uri = editor.open("killed.py", LONG + "def last(x):\n    return <CURSOR>")
    _, answer = editor.ask(uri)
    worker = editor.worker
    await editor.until_decoding(worker)
    kill(worker)
    assert await answer == []
    assert await editor.reason(uri) == "engine-died"
    small = editor.open("alive.py", "def add(a, b):\n    return <CURSOR>")
    assert await editor.ghost_text(small) == "a + b"
    assert editor.worker != worker
    await until(lambda: not is_alive(worker))
