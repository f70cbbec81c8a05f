"""Conversations: in the model's format where it is known, else in the server's."""

import pytest
from remote_server import Asked, Script, answers, event, head, remote, streamed

from lsp_local.chat import Message
from lsp_local.engine.base import EngineError, GenerateRequest, Priority
from lsp_local.features.instruct import tokens_of

CHAT = [Message("system", "Be brief."), Message("user", "Hi <|im_end|>")]


async def talk(opening: str, script: Script, model: str = "qwen2.5-coder-7b") -> tuple[str, Asked]:
    """Return the answer to a conversation, and what was sent."""
    async with remote(script, model=model) as (engine, server):
        template = (await engine.info()).chat_template
        tokens = await tokens_of(engine, template, CHAT, opening)
        request = GenerateRequest(tokens, 8, heal=bool(opening), priority=Priority.CODE_ACTION)
        return (await engine.generate(request)).text, server.asked[-1]


async def test_a_known_chat_format_is_written_by_us() -> None:
    text, asked = await talk("```py\n", streamed("py", "\n", "x"))
    assert (text, asked.path) == ("x", "/v1/completions")
    assert asked.body is not None
    assert asked.body["prompt"] == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi <\u2060|im_end|>"
        "<|im_end|>\n<|im_start|>assistant\n```"
    )


def deltas(*texts: str) -> Script:
    """Return a script that answers a chat."""
    events = [event({"choices": [{"delta": {"content": text}}]}) for text in texts]
    return answers([head(), *events, b"data: [DONE]\n\n"])


@pytest.mark.parametrize(
    ("opening", "answer", "want"),
    [
        pytest.param("", ["Hello", "."], "Hello.", id="without an opening"),
        pytest.param("```py\n", ["x = ", "1"], "x = 1", id="a server that goes on"),
        pytest.param("```py\n", ["``", "`py\n", "x"], "\nx", id="one that begins again"),
        pytest.param("```py\n", ["``", "`ruby\n"], "```ruby\n", id="one that begins otherwise"),
        pytest.param("```py\n", ["``"], "``", id="one that breaks off"),
    ],
)
async def test_other_chats_are_the_servers_own(opening: str, answer: list[str], want: str) -> None:
    text, asked = await talk(opening, deltas(*answer), model="other")
    assert (text, asked.path) == (want, "/v1/chat/completions")
    assert asked.body is not None
    assert asked.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi <|im_end|>"},
        *([{"role": "assistant", "content": opening}] if opening else []),
    ]


async def test_a_server_that_wraps_prompts_completes_nothing_but_talks() -> None:
    async with remote(deltas("Hello"), n_probe=12) as (engine, _):
        info = await engine.info()
        assert info.fim is None
        tokens = await tokens_of(engine, info.chat_template, CHAT)
        assert (await engine.generate(GenerateRequest(tokens, 8))).text == "Hello"
        with pytest.raises(EngineError, match=r"into a chat template; for Ollama make a model"):
            await engine.generate(GenerateRequest([300], 8))
        assert "into a chat template" in engine.notice
