from dataclasses import dataclass, field

import pytest
from marks import doc_at

from lsp_local.engine.base import (
    EngineDied,
    EngineError,
    Finish,
    Generated,
    GenerateRequest,
    ModelInfo,
    OnText,
    Speed,
)
from lsp_local.features.inline_completion import complete
from lsp_local.features.reading import Reader, Wish
from lsp_local.options import Options
from lsp_local.prompt import FimTokens
from lsp_local.stops import cut, cut_short
from lsp_local.text import Outcome, Suggestion
from lsp_local.windows import Windows

FIM = FimTokens(prefix=1, suffix=2, middle=3, repo_name=4, file_sep=5)


@dataclass
class ScriptedEngine:
    """Says one answer to everything, a character at a time; every character is some tokens."""

    answer: str = ""
    n_per_char: int = 1
    n_ctx: int = 4096
    fim: FimTokens | None = FIM
    failure: EngineError | None = None
    requests: list[GenerateRequest] = field(default_factory=list)
    n_tokenized: int = 0
    n_known: int = 0  # tokens of every prompt that are in the KV cache
    prefill: float = 9000.0

    async def info(self) -> ModelInfo:
        if self.failure:
            raise self.failure
        return ModelInfo("m.gguf", "m", "", 9, self.n_ctx, self.n_ctx, self.fim, None, 0.0, "")

    async def speed(self) -> Speed:
        return Speed(self.prefill, decode=40.0)

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        self.n_tokenized += 1
        return [[100 + ord(char) for char in text] * self.n_per_char for text in texts]

    async def n_missing(self, tokens: list[int]) -> int:
        return max(0, len(tokens) - self.n_known)

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        self.requests.append(request)
        assert request.stops
        text, rule, n = self.answer[: request.n_predict], "", 0
        kept = cut_short(request.stops, text) if len(self.answer) > len(text) else text
        for n in range(1, len(text) + 1):
            if found := cut(request.stops, text[:n]):
                kept, rule = found.text, found.rule
                break
        n_prompt = len(request.tokens)
        return Generated(kept, Finish.STOP, n_prompt, 1, n_prompt - 1, n, 7.0, 9.0, [], rule)


async def check(
    marked: str, answer: str, want: tuple[str, str], language: str = "python"
) -> Outcome:
    """Complete at the mark; want the suggestion ("" for none) and the reason."""
    doc, offset = doc_at(marked, language)
    outcome = await complete(
        Reader(ScriptedEngine(answer), Options(), Windows()), doc, offset, Wish(3.0)
    )
    text = outcome.suggestion.text if outcome.suggestion else ""
    assert (text, str(outcome.reason)) == want
    return outcome


@pytest.mark.parametrize(
    ("language", "marked", "answer", "want"),
    [
        pytest.param("python", "x = <CURSOR>", "1\ny = 2", ("1", "shown"), id="a line in Python"),
        pytest.param(
            "javascript", "f(<CURSOR>);\n", "a, b);\n", ("a, b", "shown"), id="in JavaScript"
        ),
        pytest.param("go", "x := <CURSOR>", "f(y)\n\t", ("f(y)", "shown"), id="in Go"),
        pytest.param(
            "python",
            "def f():<CURSOR>",
            "\n    a()\n    b()\n\n",
            ("\n    a()\n    b()", "shown"),
            id="a block in Python",
        ),
        pytest.param(
            "typescript",
            "if (a) {<CURSOR>}",
            "\n  b();\n}",
            ("\n  b();\n", "shown"),
            id="a block between braces in TypeScript",
        ),
        pytest.param("go", "func f() {\n\t<CURSOR>\n}", "a()\n}", ("a()", "shown"), id="in Go too"),
        pytest.param("python", "<CURSOR>", "x", ("", "nothing-to-read"), id="an empty file"),
        pytest.param("python", " \n<CURSOR>x", "y", ("", "nothing-to-read"), id="a blank start"),
        pytest.param("python", "a = fo<CURSOR>o", "b", ("", "middle-of-word"), id="in a word"),
        pytest.param("go", "a := <CURSOR>_b", "c", ("", "middle-of-word"), id="before a word"),
        pytest.param("c", "x = 1<CURSOR>2", "3", ("", "middle-of-word"), id="in a number"),
        pytest.param("python", "x = <CURSOR>", " \n", ("", "statement-complete"), id="no answer"),
        pytest.param("go", "x := 1<CURSOR>", "\n", ("", "statement-complete"), id="complete"),
        pytest.param("go", "f(<CURSOR>)", ")", ("", "repeats-suffix"), id="what is there already"),
        pytest.param(
            "python",
            "x = <CURSOR>",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            ("", "blank"),
            id="an endless word",
        ),
        pytest.param(
            "python", "x = <CURSOR>", "ab, " * 99, ("", "repeats-itself"), id="an endless list"
        ),
    ],
)
async def test_complete(language: str, marked: str, answer: str, want: tuple[str, str]) -> None:
    await check(marked, answer, want, language)


async def test_an_outcome_says_where_and_what_it_cost() -> None:
    outcome = await check("x = <CURSOR>\n", "1\n", ("1", "shown"))
    assert outcome.suggestion == Suggestion(4, "1")
    stats = outcome.stats
    n_prompt = len("shop" + "app.py" + "\n" * 2 + "x = \n") + 5
    assert (stats.model, stats.n_prompt, stats.n_predicted) == ("m", n_prompt, 2)
    assert (stats.n_reused, stats.n_evaluated) == (1, n_prompt - 1)


@pytest.mark.parametrize(
    ("failure", "want"),
    [
        pytest.param(EngineDied("oops"), "engine-died", id="a worker that died"),
        pytest.param(EngineError("no such file"), "no-model", id="a model that is not there"),
    ],
)
async def test_an_engine_that_cannot_answer_is_silence(failure: EngineError, want: str) -> None:
    doc, offset = doc_at("x = <CURSOR>")
    outcome = await complete(
        Reader(ScriptedEngine(failure=failure), Options(), Windows()), doc, offset, Wish(3.0)
    )
    assert (outcome.suggestion, str(outcome.reason)) == (None, want)


@pytest.mark.parametrize("around", ["x = 1\n", "x = [1, 2, ", "日本🙂", "\x00\x7f", "\t\n \n"])
@pytest.mark.parametrize("n_times", [1, 9000])
@pytest.mark.parametrize("n_per_char", [1, 3, 12])
@pytest.mark.parametrize("n_ctx", [512, 4096])
async def test_a_prompt_always_fits(around: str, n_times: int, n_per_char: int, n_ctx: int) -> None:
    marked = around * n_times + "x = <CURSOR>\n" + around * n_times
    doc, offset = doc_at(marked, path="very/" * 90 + "long.py")
    for options in (Options(), Options(n_predict_line=512, n_predict_block=1024, n_ctx=n_ctx)):
        engine = ScriptedEngine("1\n", n_per_char, n_ctx)
        await complete(Reader(engine, options, Windows()), doc, offset, Wish(3.0))
        (request,) = engine.requests
        assert request.n_predict > 0
        assert len(request.tokens) + request.n_predict < n_ctx
        assert engine.n_tokenized <= 12


async def test_what_the_model_reads() -> None:
    doc, offset = doc_at("a<CURSOR> b", path="c.py")
    engine = ScriptedEngine(" = 1\n")
    await complete(
        Reader(engine, Options(n_predict_line=7), Windows()),
        doc,
        offset,
        Wish(3.0, is_automatic=False),
    )
    (request,) = engine.requests
    words = "".join(chr(token - 100) if token > 5 else f"<{token}>" for token in request.tokens)
    assert words == "<4>shop\n<5>c.py\n<1><2> b<3>a"
    assert (request.n_predict, request.heal) == (7, True)


async def test_a_model_that_reads_left_to_right_gets_what_stands_before() -> None:
    doc, offset = doc_at("a<CURSOR> b")
    engine = ScriptedEngine(" = 1\n", fim=None)
    wish = Wish(3.0, is_automatic=False)
    await complete(Reader(engine, Options(), Windows()), doc, offset, wish)
    assert engine.requests[0].tokens == [100 + ord("a")]


@pytest.mark.parametrize(
    ("prefill", "n_known", "seconds", "want"),
    [
        pytest.param(9000.0, 0, 0.5, 1024, id="a machine that reads it all in time"),
        pytest.param(300.0, 0, 0.5, 128, id="a slow one reads little at first"),
        pytest.param(300.0, 0, 3.0, 768, id="and more for who waits for it"),
        pytest.param(300.0, 980, 0.5, 1024, id="what is in the cache costs nothing"),
        pytest.param(300.0, 100, 0.5, 128, id="unless much is missing"),
    ],
)
async def test_how_much_is_read(prefill: float, n_known: int, seconds: float, want: int) -> None:
    doc, offset = doc_at("ab\n" * 2000 + "x = <CURSOR>\n" + "cd\n" * 2000)
    engine = CountingEngine("1\n", prefill=prefill, n_known=n_known)
    await complete(Reader(engine, Options(), Windows()), doc, offset, Wish(seconds))
    n_read = len(engine.requests[0].tokens)
    assert want * 3 // 5 <= n_read <= want + 20


class CountingEngine(ScriptedEngine):
    """Knows tokens of four characters, as is usual in code."""

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        return [[100] * (-(-len(text) // 4)) for text in texts]
