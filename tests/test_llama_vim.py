"""The peer of the benchmark does what llama.vim does; time is simulated and skips the waiting."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from marks import doc_at

from lsp_local.evals.llama_context import Hint, hint_of, place_at
from lsp_local.evals.llama_memory import Answers
from lsp_local.evals.llama_request import Settings
from lsp_local.evals.llama_server import ServerOptions
from lsp_local.evals.llama_vim import LlamaVim, variants
from lsp_local.evals.system import Act, Shown

ANSWER_S = 0.4  # what a scripted answer takes
Body = dict[str, Any]


class SkippingSelector(selectors.SelectSelector):
    """Never waits: what it was to wait is added to the time."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


def in_no_time(act: Callable[[], Coroutine[Any, Any, None]]) -> None:
    selector = SkippingSelector()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        loop.run_until_complete(act())
    finally:
        loop.close()


class ScriptedServer:
    """Gives one answer after the other, each after 0.4 s; used up, it says nothing."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.bodies: list[tuple[float, Body]] = []
        self.n_running = 0

    async def start(self, model: Path, options: ServerOptions, n_threads: int) -> None:
        pass

    async def infill(self, body: Body) -> Body | None:
        self.bodies.append((round(asyncio.get_running_loop().time(), 3), body))
        if not body["n_predict"]:
            return {}
        self.n_running += 1
        assert self.n_running == 1, "one at a time"
        await asyncio.sleep(ANSWER_S)
        self.n_running -= 1
        content = self.answers.pop(0) if self.answers else ""
        return {"content": content, "timings/prompt_n": 7, "timings/predicted_n": 3}

    def cpu_s(self) -> float:
        return 0.0

    async def stop(self) -> None:
        pass


async def played(server: ScriptedServer, marked: str, script: list[str | float]) -> list[str]:
    """Type the strings of a script, one act each, and wait its seconds; return what was shown."""
    shown: list[str] = []

    def see(one: Shown) -> None:
        assert (one.version, one.offset) == (doc.version, offset), "stale"
        shown.append(f"{asyncio.get_running_loop().time():.1f} {one.text}")

    vim = LlamaVim("vim", Settings(), server)
    vim.on_shown = see
    await vim.start(Path(), Path(), 2)
    doc, offset = doc_at(marked)
    for step in script:
        if isinstance(step, float):
            await asyncio.sleep(step)
            continue
        text = doc.text[:offset] + step + doc.text[offset:]
        doc, offset = replace(doc, text=text, version=doc.version + 1), offset + len(step)
        vim.act(Act.TYPED, doc, offset)
    spent = vim.spent()
    assert spent.n_evaluated == [7] * (len(spent.n_evaluated))
    assert spent.n_decoded == 3 * len(spent.n_evaluated)
    await vim.stop()
    return shown


def check(
    marked: str, answers: list[str], script: list[str | float], shown: list[str], asked: list[str]
) -> None:
    """`shown` and `asked` say when and what; asked is the text of the line before the cursor."""
    server = ScriptedServer(*answers)

    async def play() -> None:
        assert await played(server, marked, script) == shown

    in_no_time(play)
    assert [f"{at:.1f} {body['prompt']}" for at, body in server.bodies] == asked


@pytest.mark.parametrize(
    ("answers", "script", "shown", "asked"),
    [
        pytest.param(
            ["urn 1"],
            ["t", 1.0],
            ["0.4 urn 1"],
            ["0.0 ret", "0.5 return 1"],
            id="an answer is shown, and 0.1 s later the next is asked for as if it were accepted",
        ),
        pytest.param(
            ["urn 1", "", ""],
            ["t", 1.0, "u", 0.01, "r", 1.0],
            ["0.4 urn 1", "1.0 rn 1", "1.0 n 1"],
            ["0.0 ret", "0.5 return 1", "1.0 retu", "1.4 retur"],
            id="what is typed into a suggestion shows its rest at once, and asks nevertheless",
        ),
        pytest.param(
            ["urn 1"],
            ["t", 0.1, "u", 0.1, "r", 1.0],
            ["0.4 n 1"],
            ["0.0 ret", "0.5 return 1"],
            id="an answer for an older text shows what is left of it",
        ),
        pytest.param(
            ["urn 1", "ake(3)"],
            ["t", 0.1, "r", 1.5],
            ["0.9 ake(3)"],
            ["0.0 ret", "0.5 retr", "1.0 retrake(3)"],
            id="an answer that no longer fits is kept to itself, and no request is stopped",
        ),
        pytest.param(
            [],
            ["t", 0.05, "u", 0.05, "r", 0.05, "n", 0.05, "s", 1.0],
            [],
            ["0.0 ret", "0.5 returns"],
            id="while a request runs only the last key waits for it",
        ),
        pytest.param(
            ["urn", "  \n"],
            ["t", 1.0],
            ["0.4 urn"],
            ["0.0 ret", "0.5 return"],
            id="a blank answer is not shown",
        ),
        pytest.param(
            ["\n    pass"], ["t", 1.0], [], ["0.0 ret"], id="the line below is not repeated"
        ),
    ],
)
def test_policy(
    answers: list[str], script: list[str | float], shown: list[str], asked: list[str]
) -> None:
    check("re<CURSOR>\n    pass\n", answers, script, shown, asked)


def test_nothing_is_asked_left_of_a_long_rest_of_the_line() -> None:
    check("re<CURSOR>= 34567890\n", ["x"], ["t", 1.0], [], [])


BODY = {
    "id_slot": 0,
    "input_prefix": "a = 1\n\n",
    "input_suffix": ")\nb = 2\n",
    "input_extra": [],
    "prompt": "  f(a",
    "n_predict": 128,
    "stop": [],
    "n_indent": 2,
    "top_k": 40,
    "top_p": 0.9,
    "samplers": ["top_k", "top_p", "infill"],
    "stream": False,
    "cache_prompt": True,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 250,
    "response_fields": ["content", "timings/prompt_n", "timings/predicted_n"],
}


def test_the_whole_requests_for_a_key_and_behind_its_answer() -> None:
    server = ScriptedServer(", b")

    async def play() -> None:
        await played(server, "a = 1\n\n  f(<CURSOR>)\nb = 2\n", ["a", 1.0])

    in_no_time(play)
    # What is drawn ends with the rest of the line, and llama.vim appends it to the whole line.
    behind = {"prompt": "  f(a), b)", "input_suffix": "\nb = 2\n", "t_max_predict_ms": 1000}
    assert [body for _, body in server.bodies] == [BODY, {**BODY, **behind}]


def test_chunks_of_other_files_are_read_while_the_user_rests() -> None:
    server = ScriptedServer()

    async def play() -> None:
        vim = LlamaVim("vim", Settings(), server)
        await vim.start(Path(), Path(), 2)
        vim.act(Act.OPENED, *doc_at("one\ntwo\nthree<CURSOR>\n", path="a.py"))
        await asyncio.sleep(0.5)
        vim.act(Act.OPENED, *doc_at("four\nfive\nsix<CURSOR>\n", path="b.py"))
        vim.act(Act.TYPED, *doc_at("four\nfive\nsixt<CURSOR>\n", path="b.py"))
        await asyncio.sleep(6.0)
        await vim.stop()

    in_no_time(play)
    a = {"text": "one\ntwo\nthree\n", "filename": "a.py"}
    b = {"text": "four\nfive\nsixt\n", "filename": "b.py"}
    asked = [(at, body["n_predict"], body["input_extra"]) for at, body in server.bodies]
    # Every second, but not within three of a key.
    assert asked == [(0.5, 128, []), (4.0, 0, [a]), (5.0, 0, [a, b])]


def test_a_move_asks_where_it_rests() -> None:
    server = ScriptedServer()

    async def play() -> None:
        vim = LlamaVim("vim", Settings(), server)
        await vim.start(Path(), Path(), 2)
        vim.act(Act.MOVED, *doc_at("one\nt<CURSOR>wo\n"))
        await asyncio.sleep(0.05)
        vim.act(Act.MOVED, *doc_at("one<CURSOR>\ntwo\n"))
        await asyncio.sleep(1.0)
        await vim.stop()

    in_no_time(play)
    assert [(at, body["prompt"]) for at, body in server.bodies] == [(0.15, "one")]


@pytest.mark.parametrize(
    ("marked", "answer", "drawn", "text", "can_accept"),
    [
        pytest.param("f(<CURSOR>)", "a, b", ["a, b)"], "a, b", True, id="over the rest"),
        pytest.param("x = <CURSOR>", "1\n\n", ["1"], "1", True, id="no empty lines at the end"),
        pytest.param("<CURSOR>", "", [""], "", False, id="nothing"),
        pytest.param("f(<CURSOR>)", ")", [")"], "", True, id="the rest of the line again"),
        pytest.param("    <CURSOR>", "      a", ["  a"], "  a", True, id="indented already"),
        pytest.param("<CURSOR>\n\na\nb", "a\nb", [""], "", False, id="the next lines again"),
        pytest.param("<CURSOR>\na\nbc", "a\nb", [""], "", False, id="half of the next lines"),
        pytest.param("<CURSOR>\na\nb", "a\nc", ["a", "c"], "a\nc", True, id="other lines"),
    ],
)
def test_hint(marked: str, answer: str, drawn: list[str], text: str, can_accept: bool) -> None:
    assert hint_of(place_at(*doc_at(marked)), answer) == Hint(drawn, text, can_accept)


def test_the_least_recently_used_answer_is_forgotten() -> None:
    answers = Answers(2)
    for key in ("a", "b"):
        answers.insert((key, ""), key)
    answers.get(("a", ""))
    answers.insert(("c", ""), "c")
    assert [answers.get((key, "")) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_the_variants_say_what_they_are() -> None:
    first, *others = variants("llama-vim")
    assert first.name == "llama-vim"
    assert "256 lines before and 64 behind the cursor" in first.description
    assert "-b 1024 -ub 1024 --ctx-size 0 --cache-reuse 256" in first.description
    assert len({first.name, *(one.name for one in others)}) == 1 + len(others)
