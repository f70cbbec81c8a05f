"""What every backend promises, in this process."""

from pathlib import Path

import pytest
from engines import KINDS, Kind, backend_of

from lsp_local.engine.base import Backend, EngineError, Generated, GenerateRequest
from lsp_local.engine.generation import generate

CODE = "".join(f"def f{n}(x):\n    return x * {n} + {n * n}\n\n" for n in range(60))


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.backend)
def backend(request: pytest.FixtureRequest, smollm: Path) -> Backend:
    kind: Kind = request.param
    kind.prepare(smollm)
    return backend_of(kind, smollm, 1024)


def n_evaluated(backend: Backend, tokens: list[int]) -> int:
    *_, answer = generate(backend, GenerateRequest(tokens, 1))
    assert isinstance(answer, Generated)
    return answer.n_evaluated


def logprobs(backend: Backend, tokens: list[int], first: int) -> list[float]:
    return [one.logprob for chunk in backend.score(tokens, 0, first) for one in chunk]


def test_an_interrupted_prefill_reads_nothing_until_it_is_resumed(backend: Backend) -> None:
    tokens = backend.tokenize("# interrupted\n" + CODE)[:100]
    backend.interrupt()
    assert backend.prefill(tokens, 64) == len(tokens)
    assert all(chunk == [] for _, chunk in zip(range(3), backend.score(tokens, 1), strict=False))
    backend.resume()
    assert backend.prefill(tokens, 64) == 36
    assert backend.prefill(tokens, 64) == 0
    assert backend.n_missing([*tokens, 1000, 2000]) == 2


def test_a_draft_does_not_change_the_answer(backend: Backend) -> None:
    tokens = backend.tokenize(CODE[: CODE.index("def f9(")])
    plain, drafted, wrong = (
        list(generate(backend, GenerateRequest(tokens, 12, draft=tuple(draft))))[-1]
        for draft in ([], backend.tokenize("def f9(x):\n    return x * 9"), [1000, 2000, 3000])
    )
    assert isinstance(plain, Generated)
    assert isinstance(drafted, Generated)
    assert isinstance(wrong, Generated)
    assert plain.text == drafted.text == wrong.text


def test_scores_are_the_same_whatever_was_read_before(backend: Backend) -> None:
    tokens = backend.tokenize("# scored\n" + CODE)[:100]
    other = [*tokens[:70], 1000, *tokens[70:90]]
    n_evaluated(backend, [*tokens[:50], 1000])
    scores, of_other = logprobs(backend, tokens, 45), logprobs(backend, other, 70)
    assert len(scores) == 55
    for before in (tokens[:59], other, [1000, 1001], tokens):
        n_evaluated(backend, before)
        assert logprobs(backend, other, 70) == of_other
        assert logprobs(backend, tokens, 45) == scores


def test_a_single_token_is_read_and_not_healed(backend: Backend) -> None:
    tokens = backend.tokenize("import")
    n_evaluated(backend, backend.tokenize("something else\n"))
    answers = [
        list(generate(backend, GenerateRequest(tokens, 3, heal)))[-1] for heal in (True, False)
    ]
    healed, plain = (answer for answer in answers if isinstance(answer, Generated))
    assert healed.text == plain.text
    assert healed.n_prompt == 1


@pytest.mark.parametrize("n_best", [0, 1, 10**6])
def test_as_many_alternatives_as_there_are(backend: Backend, n_best: int) -> None:
    ((score,),) = backend.score([100, 200], n_best)
    assert len(score.best) == min(n_best, backend.info.n_vocab)
    assert [logprob for _, logprob in score.best] == sorted(
        (logprob for _, logprob in score.best), reverse=True
    )


def test_too_long_a_text_to_score_is_an_error_at_once(backend: Backend) -> None:
    with pytest.raises(EngineError, match="does not fit"):
        next(backend.score([100] * 1025, 1))
