"""The instruct head: the same model, asked in words. What all questions share is read once."""

from collections.abc import Sequence
from dataclasses import dataclass

from lsp_local import chat
from lsp_local.chat import Message
from lsp_local.engine.base import (
    ChatEngine,
    EngineError,
    Generated,
    GenerateRequest,
    OnText,
    Priority,
)

FENCE = "```"
LEAST_PREDICTED = 16  # tokens; an answer of fewer is none
# Examples say more to a small model than rules do. All of this is in one KV state, also on disk.
HEAD = (
    Message(
        "system",
        "You are a careful programmer. You are shown code and told what to do with it. When asked"
        " to change code, answer with all of the changed code in one block and nothing else; keep"
        " names, comments and style, and change only what is asked. When asked to explain, answer"
        " in at most three short sentences about this very code.",
    ),
    Message(
        "user",
        "```python\ndef total(prices):\n    result = 0\n    for n in range(1, len(prices)):\n"
        "        result += prices[n]\n    return result\n```\n"
        "Fix the bug in this function: total([5, 2]) returns 2, not 7",
    ),
    Message(
        "assistant",
        "```python\ndef total(prices):\n    result = 0\n    for n in range(len(prices)):\n"
        "        result += prices[n]\n    return result\n```",
    ),
    Message(
        "user",
        "```typescript\nfunction isAdult(user: User): boolean {\n"
        "  if (user.age >= 18) {\n    return true;\n  } else {\n    return false;\n  }\n}\n```\n"
        "Simplify this function without changing what it does.",
    ),
    Message(
        "assistant",
        "```typescript\nfunction isAdult(user: User): boolean {\n  return user.age >= 18;\n}\n```",
    ),
    Message(
        "user",
        "```go\nfunc (c *Cache) Get(key string) (string, bool) {\n\tc.mu.Lock()\n"
        "\tdefer c.mu.Unlock()\n\tvalue, ok := c.items[key]\n\treturn value, ok\n}\n```\n"
        "Explain `Get`.",
    ),
    Message(
        "assistant",
        "`Get` looks up `key` in `items` while it holds the lock `mu`. It returns the value and"
        " whether the key was there.",
    ),
)


def fenced(language: str, code: str) -> str:
    """Return code as all questions show it, so that what was read of it serves them all."""
    return f"{FENCE}{language}\n{code.rstrip()}\n{FENCE}"


class TooMuchCode(EngineError):
    """What is asked about does not fit into the context."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the instruct head is asked. `task` holds the user's code, as plain text.

    The answer begins with `opening` and ends before `until`. `draft` is a text that the answer
    repeats most of, which makes it quicker. `before` is what was said since the head.
    """

    task: str
    n_predict: int
    opening: str = ""
    until: str = ""
    draft: str = ""
    priority: Priority = Priority.CODE_ACTION
    before: tuple[Message, ...] = ()


async def ask(engine: ChatEngine, question: Question, on_text: OnText = lambda _text: None) -> str:
    """Return the model's answer, with its opening, without what it said to itself.

    Cancelling the task stops the decode. Raises TooMuchCode for what does not fit into the
    context, UserError for a model that cannot be talked to.
    """
    answer = await ask_for(engine, question, on_text)
    return question.opening + chat.without_thoughts(answer.text)


async def ask_for(
    engine: ChatEngine,
    question: Question,
    on_text: OnText = lambda _text: None,
    n_seconds: int = 0,
) -> Generated:
    """Return the model's answer as `ask` does, but with all that is known of it.

    Its text goes on from the opening. With `n_seconds` it says where it was a near thing.
    """
    info = await engine.info()
    messages = [*HEAD, *question.before, Message("user", question.task)]
    tokens = await tokens_of(engine, info.chat_template, messages, question.opening)
    n_predict = min(question.n_predict, info.n_ctx - len(tokens) - 1)
    if n_predict < min(question.n_predict, LEAST_PREDICTED):
        raise TooMuchCode(
            f"this is too much code for a context of {info.n_ctx} tokens; select less of it, or "
            "raise `n_ctx`"
        )
    (draft,) = await engine.tokenize([question.draft]) if question.draft else [[]]
    request = GenerateRequest(
        tokens,
        n_predict,
        heal=bool(question.opening),
        priority=question.priority,
        until=question.until,
        draft=tuple(draft),
        n_seconds=n_seconds,
    )
    return await engine.generate(request, on_text)


async def warm(engine: ChatEngine) -> None:
    """Read what all questions share, unless a KV state holds it, and keep it; others go first."""
    tokens = await tokens_of(engine, (await engine.info()).chat_template, [*HEAD])
    if await engine.n_missing(tokens):
        await engine.generate(GenerateRequest(tokens, 0, priority=Priority.LINT))
        await engine.write_states()


async def read(engine: ChatEngine, beginning: str) -> None:
    """Read what a question is going to begin with, after the head; others go first.

    Of a question that begins so, only the rest has to be read then.
    """
    info = await engine.info()
    tokens = await tokens_of(engine, info.chat_template, [*HEAD, Message("user", beginning)])
    if len(tokens) < info.n_ctx:
        await engine.generate(GenerateRequest(tokens, 0, priority=Priority.LINT))


async def tokens_of(
    engine: ChatEngine, template: str | None, messages: Sequence[Message], opening: str = ""
) -> list[int]:
    """Tokenise a conversation; what anybody said is plain text, whatever it looks like.

    The answer begins with `opening`. Raises UserError for a model that cannot be talked to.
    """
    parts = chat.parts(template, messages)
    own = [part.text for part in parts if part.is_template]
    said = [part.text for part in parts if not part.is_template]
    of_template = iter(await engine.tokenize_template(own))
    of_text = iter(await engine.tokenize([*said, opening] if opening else said))
    tokens: list[int] = []
    for part in parts:
        tokens += next(of_template if part.is_template else of_text)
    return tokens + (next(of_text) if opening else [])
