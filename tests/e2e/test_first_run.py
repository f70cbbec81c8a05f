"""The first start, on a machine that has no model yet: the question, the download, ghost text."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import Editor, start_server, stop_server, until
from lsprotocol import types
from processes import kill
from pygls.exceptions import JsonRpcMethodNotFound
from pytest_lsp import LanguageClient
from tiny_models import Files, serve

from lsp_local.models import CATALOGUE, HubFile, Model

ADD = "def add(a, b):\n    return <CURSOR>\n"
MODEL = CATALOGUE["smollm2-135m"]
HERE = "lsp-local: smollm2-135m is here"
SHOWS_QUESTIONS = types.ShowMessageRequestClientCapabilities(
    message_action_item=types.ClientShowMessageActionItemOptions()
)


def path_on_hub(model: Model) -> str:
    source = model.sources[0]
    assert isinstance(source, HubFile)
    return f"/{source.repo}/resolve/{source.revision}/{model.file_name}"


@pytest.fixture(scope="module")
def content(smollm: Path) -> bytes:
    return smollm.read_bytes()


@pytest.fixture
def hub(content: bytes) -> Iterator[Files]:
    """A hub on this machine that has the model."""
    with serve(Files({path_on_hub(MODEL): content})) as files:
        yield files


def variables(folder: Path, url: str) -> dict[str, str]:
    """Return an environment with an empty models folder, a hub, and a package index without any."""
    (folder / "config.toml").touch()
    return {
        "LSP_LOCAL_MODELS_DIR": str(folder / "models"),
        "LSP_LOCAL_CONFIG": str(folder / "config.toml"),
        "HF_ENDPOINT": url.rstrip("/"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
    }


class FirstRun(Editor):
    """An editor whose user answers questions with `click`; None is one that shows none at all."""

    def __init__(self, client: LanguageClient, click: str | None) -> None:
        super().__init__(client)
        self.click = click
        self.questions: list[types.ShowMessageRequestParams] = []
        client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)(lambda params: self._ask(params))

    async def greet(self, **options: object) -> None:
        window = types.WindowClientCapabilities(show_message=SHOWS_QUESTIONS)
        capabilities = types.ClientCapabilities(window=window)
        await self.start(Path(MODEL.name), capabilities, **options)

    def _ask(self, params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
        self.questions.append(params)
        if self.click is None:
            raise JsonRpcMethodNotFound
        clicked = [action for action in params.actions or [] if action.title == self.click]
        return clicked[0] if clicked else None

    def said(self) -> list[str]:
        return [message.message for message in self.client.messages]

    async def pull(self) -> object:
        params = types.ExecuteCommandParams("lspLocal.pullModel")
        return await self.client.workspace_execute_command_async(params)


async def first_run(folder: Path, url: str, click: str | None) -> FirstRun:
    return FirstRun(await start_server(variables(folder, url)), click)


async def end(editor: FirstRun) -> None:
    await editor.client.shutdown_session()
    assert editor.process.returncode == 0
    await stop_server(editor.client)


async def test_one_click_and_there_is_ghost_text(tmp_path: Path, hub: Files) -> None:
    editor = await first_run(tmp_path, hub.url, "Download")
    await editor.greet()
    uri = editor.open("add.py", ADD)
    await until(lambda: HERE in editor.said())
    # Nobody asks by hand: the model is loaded by itself.
    await until(
        lambda: any("Loading" in str(one) for one in editor.client.progress_reports.values())
    )
    assert await editor.ghost_text(uri) != ""
    (question,) = editor.questions
    assert question.message == (
        "lsp-local: smollm2-135m is not on this computer yet. Download it (98 MB)?"
    )
    assert editor.said() == [HERE]
    assert hub.n_sent(path_on_hub(MODEL)) == MODEL.n_bytes
    (reports, *_) = editor.client.progress_reports.values()
    assert isinstance(reports[0], types.WorkDoneProgressBegin)
    assert (reports[0].title, reports[0].percentage) == ("Downloading smollm2-135m", 0)
    percentages = [
        report.percentage
        for report in reports[1:-1]
        if isinstance(report, types.WorkDoneProgressReport) and report.percentage is not None
    ]
    assert percentages == sorted(percentages) != []
    assert isinstance(reports[-1], types.WorkDoneProgressEnd)
    kill(editor.worker)
    await editor.ghost_text(editor.open("again.py", ADD))
    assert (len(editor.questions), editor.said()) == (1, [HERE])
    await end(editor)


async def test_a_model_that_another_program_has_fetched_is_noticed_by_one_word(
    tmp_path: Path, smollm: Path
) -> None:
    editor = await first_run(tmp_path, "http://127.0.0.1:9", "Not now")
    await editor.greet()
    uri = editor.open("add.py", ADD)
    assert await editor.ghost_text(uri) == ""
    folder = tmp_path / "models"
    folder.mkdir(exist_ok=True)
    for file in (smollm, smollm.with_name(f"{smollm.name}.sha256")):
        (folder / file.name).symlink_to(file)
    editor.tell_cursor(uri)  # at once, and never again
    await until(
        lambda: any("Loading" in str(one) for one in editor.client.progress_reports.values())
    )
    assert await editor.ghost_text(uri) != ""
    await end(editor)


async def test_not_now_then_by_command_stopped_and_taken_up_again(
    tmp_path: Path, hub: Files
) -> None:
    half = MODEL.n_bytes // 2
    hub.cut[path_on_hub(MODEL)], hub.holds = half, True
    editor = await first_run(tmp_path, hub.url, "Not now")
    await editor.greet()
    uri = editor.open("add.py", ADD)
    for _ in range(3):
        assert await editor.ghost_text(uri) == ""
    assert (len(editor.questions), editor.said()) == (1, [])

    assert await editor.pull() == "begun"
    part = tmp_path / "models" / f"{MODEL.file_name}.part"
    await until(lambda: part.exists() and part.stat().st_size == half)
    assert await editor.pull() == "running"
    (token,) = editor.client.progress_reports
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    reports = editor.client.progress_reports[token]
    await until(lambda: isinstance(reports[-1], types.WorkDoneProgressEnd))
    assert editor.said() == []

    hub.release.set()
    assert await editor.pull() == "begun"
    await until(lambda: HERE in editor.said())
    first, *later = [start for _, start, _ in hub.sent]
    assert first == 0
    assert min(later) >= half  # nothing is fetched again
    assert await editor.ghost_text(uri) != ""
    assert len(editor.questions) == 1
    await end(editor)


@pytest.mark.parametrize(
    ("click", "options", "n_questions", "said"),
    [
        pytest.param("Download", {}, 1, "smollm2-135m could not be pulled", id="no network"),
        pytest.param(None, {}, 1, "smollm2-135m is not here yet", id="no questions after all"),
        pytest.param(
            "Download",
            {"firstRun": "client"},
            0,
            "smollm2-135m is not here yet",
            id="the client asks itself",
        ),
    ],
)
async def test_one_sentence(
    tmp_path: Path, click: str | None, options: dict[str, object], n_questions: int, said: str
) -> None:
    editor = await first_run(tmp_path, "http://127.0.0.1:1", click)
    await editor.greet(**options)
    await until(lambda: bool(editor.said()))
    uri = editor.open("add.py", ADD)
    for _ in range(3):
        assert await editor.ghost_text(uri) == ""
        assert await editor.reason(uri) == "no-model"
    (sentence,) = editor.said()
    assert sentence.startswith(f"lsp-local: {said}")
    assert "\n" not in sentence
    assert len(editor.questions) == n_questions
    await asyncio.wait_for(end(editor), 20)
