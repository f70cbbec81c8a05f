"""What is asked of an OpenAI-compatible server, and what becomes of its answers."""

from collections.abc import Sequence
from typing import Any

import pytest
from marks import doc_at, split_at
from remote_server import Asked, Write, answers, event, head, ok, remote, said, streamed

from lsp_local.engine.base import (
    EngineError,
    Finish,
    GenerateRequest,
    Priority,
    Speed,
)
from lsp_local.engine.remote.engine import RemoteEngine
from lsp_local.features.inline_completion import complete
from lsp_local.features.reading import Reader
from lsp_local.options import Options
from lsp_local.text import Reason
from lsp_local.windows import Windows


async def prompt_for(text: str, heal: bool = True, **chosen: Any) -> dict[str, Any]:
    """Return what is sent for a text that ends at the cursor."""
    async with remote(streamed("x"), **chosen) as (engine, server):
        (tokens,) = await engine.tokenize([text])
        await engine.generate(GenerateRequest(tokens, 8, heal=heal))
        return server.questions[0]


async def test_a_request_has_all_that_a_server_needs() -> None:
    assert await prompt_for("a = b", heal=False) == {
        "model": "qwen2.5-coder-7b",
        "prompt": "a = b",
        "max_tokens": 8,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "logprobs": 1,
    }


@pytest.mark.parametrize(
    ("model", "chosen", "want"),
    [
        pytest.param(
            "Qwen/Qwen2.5-Coder-7B",
            {},
            "<|repo_name|>shop\n<|file_sep|>app.py\n"
            "<|fim_prefix|><|fim_suffix|>\ny = 2\n<|fim_middle|>a =",
            id="Qwen's repository format",
        ),
        pytest.param(
            "bigcode/starcoder2-3b",
            {},
            "<repo_name>shop\n<file_sep>app.py\n<fim_prefix><fim_suffix>\ny = 2\n<fim_middle>a =",
            id="StarCoder 2 has one, too",
        ),
        pytest.param(
            "deepseek-coder-6.7b-base",
            {},
            "<\uff5cfim\u2581begin\uff5c><\uff5cfim\u2581hole\uff5c>\ny = 2\n"
            "<\uff5cfim\u2581end\uff5c>a =",
            id="DeepSeek's tokens have odd letters",
        ),
        pytest.param(
            "codellama:7b-code", {}, "<PRE>  <SUF>\ny = 2\n <MID>a =", id="CodeLlama's have spaces"
        ),
        pytest.param(
            "codestral-22b", {}, "[SUFFIX]\ny = 2\n[PREFIX]a =", id="Codestral has the suffix first"
        ),
        pytest.param(
            "codegemma-2b",
            {},
            "<|fim_prefix|><|fim_suffix|>\ny = 2\n<|fim_middle|>a =",
            id="CodeGemma names no files",
        ),
        pytest.param("llama-3.2-1b", {}, "a =", id="others read what stands before the cursor"),
        pytest.param(
            "mine",
            {"remote_fim": ("qwen",)},
            "<|repo_name|>shop\n<|file_sep|>app.py\n"
            "<|fim_prefix|><|fim_suffix|>\ny = 2\n<|fim_middle|>a =",
            id="an option names the family",
        ),
        pytest.param(
            "mine",
            {"remote_fim": ("<A>", "<B>", "<C>")},
            "<A><B>\ny = 2\n<C>a =",
            id="or the tokens themselves",
        ),
    ],
)
async def test_the_prompt_is_in_the_words_of_the_model(
    model: str, chosen: dict[str, Any], want: str
) -> None:
    doc, offset = doc_at("a = x<CURSOR>\ny = 2\n")
    async with remote(streamed(" x + 1"), model=model, **chosen) as (engine, server):
        reader = Reader(engine, Options(), Windows())
        await complete(reader, doc, offset, reader.wish(is_automatic=False))
        # The word at the cursor is left out, and the answer has to begin with it.
        assert server.questions[0]["prompt"] == want


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        pytest.param("a<|fim_middle|>b", "a<\u2060|fim_middle|>b", id="a token for the middle"),
        pytest.param("<|im_end|>", "<\u2060|im_end|>", id="the end of a message"),
        pytest.param("<|im_<|im_end|>end|>", "<|im_<\u2060|im_end|>end|>", id="one in another"),
        pytest.param("<PRE> <s>", "<PRE> <s>", id="those of other models are only text"),
        pytest.param("a\ud800b\r\n\t é日🎉\0", "a?b\r\n\t é日🎉\0", id="odd text"),
    ],
)
async def test_a_file_does_not_steer_the_model(text: str, sent: str) -> None:
    assert (await prompt_for(text, heal=False))["prompt"] == sent


@pytest.mark.parametrize(
    ("said_", "want", "finish"),
    [
        pytest.param(["1", " + 2"], "1 + 2", Finish.END, id="to its end"),
        pytest.param(["1", "<|file_sep|>a"], "1", Finish.END, id="a special token is the end"),
        pytest.param(["<\u2060|im_end|>"], "<|im_end|>", Finish.END, id="what was broken up"),
        pytest.param(["", "", "1"], "1", Finish.END, id="events without text"),
        pytest.param([], "", Finish.END, id="nothing"),
        pytest.param(list("abcdefghijkl"), "abcdefgh", Finish.LENGTH, id="no more than asked for"),
    ],
)
async def test_an_answer_is_taken_as_it_is_meant(
    said_: list[str], want: str, finish: Finish
) -> None:
    async with remote(streamed(*said_)) as (engine, _):
        (tokens,) = await engine.tokenize(["x = "])
        texts: list[str] = []
        found = await engine.generate(GenerateRequest(tokens, 8), texts.append)
        assert (found.text, found.finish, "".join(texts)) == (want, finish, want)


async def heal(marked: str, *replies: Sequence[dict[str, Any]], **chosen: Any) -> tuple[Any, ...]:
    """Return the answer and the prompts that were sent; each reply is a stream of pieces."""
    before, _ = split_at(marked)
    streams = [[head(), *map(event, reply), b"data: [DONE]\n\n"] for reply in replies]
    async with remote(answers(*streams), model="plain", owner="", **chosen) as (engine, server):
        (tokens,) = await engine.tokenize([before])
        found = await engine.generate(GenerateRequest(tokens, 8, heal=True))
        return found.text, [one["prompt"] for one in server.questions], found.logprobs


async def test_the_word_at_the_cursor_is_said_again() -> None:
    reply = [said("(path", -0.5, others={"(path": -0.5, "(self": -1.0}), said(")", -0.1)]
    assert await heal("open(pa<CURSOR>", reply) == ("th)", ["open"], [0.0, -0.1])


async def test_what_fits_best_is_gone_on_from() -> None:
    others = {"(self": -0.1, "(p": -1.0, "(paths": -2.0, "(pair": -3.0}
    first, second = [said("(self", -0.1, others=others)], [said("[0]", -0.2)]
    text, prompts, logprobs = await heal("open(pa<CURSOR>", first, second)
    assert (text, prompts) == ("ths[0]", ["open", "open(paths"])
    assert logprobs[0] == pytest.approx(-0.313, abs=0.01)  # among the two that fit


async def test_where_nothing_fits_the_prompt_is_sent_as_it_is() -> None:
    first, second = [said("(self", -0.1)], [said("th)", -0.2)]
    assert await heal("open(pa<CURSOR>", first, second) == ("th)", ["open", "open(pa"], [-0.2])


async def test_a_word_that_ends_with_the_answer_is_sent_as_it_is() -> None:
    first, second = [said("(p", -0.1)], [said("th", -0.2)]
    assert await heal("open(pa<CURSOR>", first, second) == ("th", ["open", "open(pa"], [-0.2])


async def test_without_probabilities_it_is_sent_as_it_is_at_once() -> None:
    first, second = [said("(self")], [said("th)")]
    chosen = {"has_logprobs": False}
    assert await heal("a(pa<CURSOR>", first, second, **chosen) == ("th)", ["a", "a(pa"], [0.0])


RULE = r'root ::= "\x2Eb" [^\x00]*'


@pytest.mark.parametrize(
    ("owner", "field", "want"),
    [
        pytest.param("llamacpp", "grammar", RULE, id="llama.cpp's server"),
        pytest.param("vllm", "structured_outputs", {"grammar": RULE}, id="vLLM"),
    ],
)
async def test_a_server_that_knows_grammars_keeps_to_the_word(
    owner: str, field: str, want: object
) -> None:
    sent = await prompt_for('if "é" in a.b', owner=owner)
    assert sent["prompt"] == 'if "é" in a'
    assert sent[field] == want


async def test_a_server_that_knows_no_grammars_after_all_is_asked_without() -> None:
    async def script(asked: Asked, write: Write) -> None:
        if asked.body and "structured_outputs" in asked.body:
            return await write(ok({"error": "no grammars"}, "400 Bad Request"))
        return await streamed(".b", "c")(asked, write)

    async with remote(script) as (engine, server):
        (tokens,) = await engine.tokenize(["a.b"])
        assert (await engine.generate(GenerateRequest(tokens, 8, heal=True))).text == "c"
        assert [one["prompt"] for one in server.questions] == ["a", "a"]


async def test_a_completion_without_a_model_is_silence_with_a_reason() -> None:
    doc, offset = doc_at("x = <CURSOR>")
    async with remote(answers(ok({"error": "broken"}, "500 Oh"))) as (engine, _):
        reader = Reader(engine, Options(), Windows())
        outcome = await complete(reader, doc, offset, reader.wish(is_automatic=False))
        assert outcome.reason is Reason.NO_MODEL


async def test_what_is_read_soon_is_not_read_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    async with remote(streamed("x")) as (engine, server):
        (tokens,) = await engine.tokenize(["a b c d e f g h"])
        await engine.generate(GenerateRequest(tokens, 0, priority=Priority.PREFETCH))
        assert server.questions == []
        monkeypatch.setattr(engine, "_speed", Speed(prefill=10.0, decode=1.0))
        assert await engine.n_missing(tokens) == 8
        await engine.generate(GenerateRequest(tokens, 0, priority=Priority.PREFETCH))
        assert [one["max_tokens"] for one in server.questions] == [1]
        assert await engine.n_missing(tokens) == 0


@pytest.mark.parametrize(
    ("command", "variable", "want"),
    [
        pytest.param((), "", None, id="no key"),
        pytest.param((), "sk-1\n", "Bearer sk-1", id="of the environment"),
        pytest.param(("echo", "sk-2"), "", "Bearer sk-2", id="of a command"),
        pytest.param(("echo", "sk-2"), "sk-1", "Bearer sk-1", id="the environment first"),
    ],
)
async def test_the_key_is_sent(
    command: tuple[str, ...], variable: str, want: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSP_LOCAL_REMOTE_KEY", variable)
    async with remote(streamed("x"), remote_key_command=command) as (engine, server):
        await engine.info()
        assert {one.headers.get("authorization") for one in server.asked} == {want}


async def test_a_refused_key_is_asked_for_again(tmp_path: Any) -> None:
    key = tmp_path / "key"
    key.write_text("old")

    async def script(asked: Asked, write: Write) -> None:
        if asked.headers["authorization"] == "Bearer old":
            return await write(ok({}, "401 Unauthorized"))
        return await streamed("x")(asked, write)

    async with remote(script, remote_key_command=("cat", str(key))) as (engine, _):
        with pytest.raises(EngineError, match="refuses the key"):
            await engine.generate(GenerateRequest([300], 1))
        key.write_text("new")
        assert (await engine.generate(GenerateRequest([300], 1))).text == "x"


def test_a_mistake_in_the_options_is_said_at_once() -> None:
    for chosen in ({"remote_url": "ftp://x"}, {"remote_fim": ("a", "b")}, {"remote_fim": ("a",)}):
        with pytest.raises(EngineError, match=r"`remote_(url|fim)`"):
            RemoteEngine(Options(**chosen))
