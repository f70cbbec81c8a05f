from typing import Any

import pytest
from remote_server import answers, ok, remote

from lsp_local.engine.base import CannotScoreError


async def scores(text: str, logprobs: dict[str, Any] | None) -> list[tuple[bytes, float, Any]]:
    """Return what `score` says of a text whose echo has `logprobs`."""
    echo = ok({"choices": [{"text": text, "logprobs": logprobs, "finish_reason": "length"}]})
    async with remote(answers(echo)) as (engine, server):
        (tokens,) = await engine.tokenize([text])
        found = await engine.score(tokens, n_best=2, first=1)
        assert server.questions[0]["echo"] is True
        return [
            (
                (await engine.pieces([one.token]))[0],
                round(one.logprob, 2),
                [((await engine.pieces([token]))[0], logprob) for token, logprob in one.best],
            )
            for one in found
        ]


async def test_scores_of_other_tokens_add_up() -> None:
    best = [None, {" =": -0.5, " +": -1.5}, {" lo": -1.0}, {"nger": -0.1}, {"x": -9.0}]
    logprobs = {
        "tokens": ["a", " =", " lo", "nger", "!"],
        "token_logprobs": [None, -0.5, -1.0, -0.1, -9.0],
        "top_logprobs": best,
    }
    assert await scores("a = longer", logprobs) == [
        (b" =", -0.5, [(b" =", -0.5), (b" +", -1.5)]),
        (b" longer", -1.1, []),
    ]


@pytest.mark.parametrize(
    "logprobs",
    [
        pytest.param(None, id="none"),
        pytest.param({"tokens": ["b"], "token_logprobs": [-1.0]}, id="of the answer only"),
    ],
)
async def test_a_server_without_scores_is_said_to_be_one(logprobs: dict[str, Any] | None) -> None:
    with pytest.raises(CannotScoreError, match=r"does not say how probable a text is .*llama\.cpp"):
        await scores("a = longer", logprobs)
