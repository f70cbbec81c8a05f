"""The llama.cpp backend in this process, where what it reads can be counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_local.engine.base import Generated, GenerateRequest
from lsp_local.engine.generation import generate
from lsp_local.engine.llama import LlamaBackend

CODE = "".join(f"def f{n}(x):\n    return x * {n} + {n * n}\n\n" for n in range(60))


@pytest.fixture(scope="module")
def backend(smollm: Path) -> LlamaBackend:
    return LlamaBackend(smollm, 1024, 2)


def n_evaluated(backend: LlamaBackend, tokens: list[int]) -> int:
    *_, answer = generate(backend, GenerateRequest(tokens, 1))
    assert isinstance(answer, Generated)
    return answer.n_evaluated


def n_steps(steps: Iterator[object]) -> int:
    return sum(1 for _ in steps)


def test_work_that_was_interrupted_goes_on_and_the_other_loses_nothing(
    backend: LlamaBackend,
) -> None:
    slow = backend.tokenize("# slow\n" + CODE)[:600]
    quick = backend.tokenize("# quick\n" + CODE)[:300]
    background = generate(backend, GenerateRequest(slow, 1))
    for _ in range(3):
        next(background)
    assert n_evaluated(backend, quick) >= 299
    assert n_steps(background) <= 4  # two chunks, a token, the answer: not all five chunks again
    assert n_evaluated(backend, [*quick, 1000]) == 1


def test_scoring_does_not_cost_the_document_its_state(backend: LlamaBackend) -> None:
    doc = backend.tokenize("# document\n" + CODE)[:300]
    n_evaluated(backend, doc)
    scores = backend.score(backend.tokenize("# scored\n" + CODE)[:400], 1)
    for _ in range(8):
        next(scores)
    assert n_evaluated(backend, [*doc, 1000]) == 1
    assert len(next(scores)) == 0  # reads again what came before, without a result
    assert n_evaluated(backend, [*doc, 1000, 1001]) == 1


def logprobs(backend: LlamaBackend, tokens: list[int], first: int) -> list[float]:
    return [one.logprob for chunk in backend.score(tokens, 0, first) for one in chunk]


def test_many_tokens_at_once_are_read_as_one_by_one(backend: LlamaBackend) -> None:
    # The model's weights are Q4_1, which the library reads wrongly unless it is called with care.
    text = backend.tokenize("at once\n" + CODE)[:97]
    assert backend.prefill(text, 96) == 1
    assert backend.prefill(text, 1) == 0
    at_once = backend.next_token(b"")
    backend.prefill(text[:1], 1)
    for n in range(2, 98):
        backend.prefill(text[:n], 1)
    one_by_one = backend.next_token(b"")
    assert at_once is not None
    assert one_by_one is not None
    assert at_once.token == one_by_one.token
    assert at_once.logprob == pytest.approx(one_by_one.logprob, abs=0.05)


def test_scoring_reads_of_a_text_with_the_same_beginning_only_the_rest(
    backend: LlamaBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = backend.tokenize("# scored\n" + CODE)[:200]
    logprobs(backend, tokens, 1)
    sizes, read = [], backend._read

    def counted(tokens: list[int], rows: list[int], n_threads: int) -> bool:
        sizes.append(len(tokens))
        return read(tokens, rows, n_threads)

    monkeypatch.setattr(backend, "_read", counted)
    logprobs(backend, [*tokens[:150], 1000, *tokens[150:170]], 150)
    assert sizes == [32, 10]  # from the last whole block before the change
