from random import Random

import pytest

from lsp_local import prompt
from lsp_local.prompt import FimTokens

FIM = FimTokens(prefix=1, suffix=2, middle=3, repo_name=4, file_sep=5)
CODE = "".join(f"def name_{n}(a, b):\n    return a * {n} + b\n\n\n" for n in range(300))
GIANT_LINE = "x = [" + ", ".join(map(str, range(6000))) + "]\n"
TEXTS = [
    pytest.param(CODE, id="code"),
    pytest.param(GIANT_LINE, id="one giant line"),
    pytest.param("\n" * 9000, id="blank lines"),
    pytest.param(GIANT_LINE[:9000] + CODE[:9000], id="code below a giant line"),
    pytest.param("日本語🙂\n" * 3000, id="other scripts"),
]


def check(text: str, offset: int, n_tokens: int) -> tuple[int, str]:
    """Cut a window; it adjoins at the cursor and keeps its size. Return its start and suffix."""
    prefix, suffix = prompt.window(text, offset, n_tokens)
    start, end = offset - len(prefix), offset + len(suffix)
    assert (text[start:offset], text[offset:end]) == (prefix, suffix)
    assert end - start <= n_tokens * prompt.CHARS_PER_TOKEN
    assert prefix or not offset
    assert suffix or offset == len(text)
    return start, suffix


@pytest.mark.parametrize("text", TEXTS)
def test_a_window_adjoins_at_the_cursor(text: str) -> None:
    random = Random(1)
    for n_tokens in (1, 2, 7, 128, 1536):
        for offset in (0, 1, len(text) - 1, len(text), *random.choices(range(len(text)), k=50)):
            check(text, offset, n_tokens)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("typed", ["return self.x\n    ", "\n", "x" * 11])
def test_typing_moves_the_start_rarely_and_the_suffix_never(text: str, typed: str) -> None:
    n_tokens, n_keys = 256, 1500
    offset = len(text) // 2
    windows = []
    for key in (typed * n_keys)[:n_keys]:
        text = text[:offset] + key + text[offset:]
        offset += 1
        windows.append(check(text, offset, n_tokens))
    step = int(n_tokens * prompt.PREFIX_SHARE * prompt.CHARS_PER_TOKEN) // 2
    starts = [start for start, _ in windows]
    assert starts == sorted(starts)
    assert len(set(starts)) <= n_keys // step + 2
    assert len({suffix for _, suffix in windows}) == 1


@pytest.mark.parametrize(
    ("before", "behind", "want"),
    [
        pytest.param("a\n" * 9, "b\n" * 4, ("a\n" * 9, "b\n" * 4), id="what fits is whole"),
        pytest.param("a\n" * 40, "", ("a\n" * 15, ""), id="the start is at a line"),
        pytest.param("", "bbbb\n" * 9, ("", "bbbb\n" * 3), id="the end is at a line"),
        pytest.param("a" * 80, "b" * 80, ("a" * 32, "b" * 16), id="unless lines are too long"),
    ],
)
def test_window(before: str, behind: str, want: tuple[str, str]) -> None:
    assert prompt.window(before + behind, len(before), 16) == want


@pytest.mark.parametrize(
    ("prefill_speed", "cold_ms", "n_ctx", "want"),
    [
        pytest.param(0.0, 2500, 4096, 128, id="nothing measured yet"),
        pytest.param(60.0, 2500, 4096, 128, id="a slow machine"),
        pytest.param(200.0, 2500, 4096, 384, id="two cores"),
        pytest.param(240.0, 2500, 4096, 512, id="a little faster"),
        pytest.param(9000.0, 2500, 4096, 3072, id="a graphics card is bound by the context"),
        pytest.param(9000.0, 2500, 512, 384, id="the smallest context"),
    ],
)
def test_budget(prefill_speed: float, cold_ms: int, n_ctx: int, want: int) -> None:
    assert prompt.budget(prefill_speed, cold_ms, n_ctx) == want


@pytest.mark.parametrize(
    ("fim", "n_path", "want"),
    [
        pytest.param(FIM, 2, [4, 7, 9, 5, 0, 1, 9], id="project and path"),
        pytest.param(FIM, 99, [4, 7, 9, 5, *range(51, 99), 9], id="the end of a long path"),
        pytest.param(FimTokens(1, 2, 3), 2, [], id="a model that has no such tokens"),
    ],
)
def test_header(fim: FimTokens, n_path: int, want: list[int]) -> None:
    assert prompt.header(fim, [7], list(range(n_path)), [9]) == want


def test_the_orders_of_a_prompt() -> None:
    opening, prefix, suffix = [9], [10, 11], [12]
    assert prompt.suffix_first(FIM, opening, prefix, suffix) == [9, 1, 2, 12, 3, 10, 11]
    assert prompt.left_to_right(opening, prefix) == [9, 10, 11]
