"""The same model asked in plain words for the line that has a bug."""

from lsp_local.chat import Message
from lsp_local.engine.base import ChatEngine, GenerateRequest
from lsp_local.features.instruct import tokens_of

REVIEW = (
    "There is a bug in one line of this code:\n```{language}\n{code}```\n"
    "Quote that line, then the next most suspicious ones, one line each, nothing else."
)
N_REVIEW = 160  # tokens


async def reviewed(
    engine: ChatEngine, language: str, code: str, line: int
) -> tuple[int, ...] | None:
    """Return the lines that the model quotes, from 0; None for code that does not fit.

    What is quoted stands for `line` where it is as that line, else for the first that it is.
    """
    said = REVIEW.format(language=language, code=code)
    about = await engine.info()
    tokens = await tokens_of(engine, about.chat_template, [Message("user", said)])
    if len(tokens) + N_REVIEW > about.n_ctx:
        return None
    answer = await engine.generate(GenerateRequest(tokens, N_REVIEW))
    lines = [one.strip() for one in code.split("\n")]
    quoted = [one.strip().strip("`").strip() for one in answer.text.split("\n")]
    return tuple(
        dict.fromkeys(
            line if one == lines[line] else lines.index(one)
            for one in quoted
            if one and one in lines
        )
    )
