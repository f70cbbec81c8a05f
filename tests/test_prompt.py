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
    start, behind, end = prompt.window(text, offset, n_tokens)
    assert 0 <= start <= offset <= behind <= end <= len(text)
    assert offset - start + end - behind <= n_tokens * prompt.CHARS_PER_TOKEN
    assert start < offset or not offset
    assert behind < end or prompt.behind(text, offset) == len(text)
    return start, text[behind:end]


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
    text = before + behind
    start, suffix_start, end = prompt.window(text, len(before), 16)
    assert (text[start : len(before)], text[suffix_start:end]) == want


@pytest.mark.parametrize(
    ("behind", "want"),
    [
        pytest.param(")\nx", "\nx", id="a bracket that the editor closed"),
        pytest.param("])}\nx", "\nx", id="several"),
        pytest.param('")', "", id="a string in brackets at the end of the text"),
        pytest.param("):  \nx", "\nx", id="with a colon and blanks"),
        pytest.param(");\nx", "\nx", id="with a semicolon"),
        pytest.param(") + y\nx", ") + y\nx", id="not where code follows"),
        pytest.param(" + y\nx", " + y\nx", id="not where it closes nothing"),
        pytest.param("\n)\nx", "\n)\nx", id="not on the next line"),
    ],
)
def test_what_only_closes_is_no_part_of_the_suffix(behind: str, want: str) -> None:
    text = "f(" + behind
    assert text[prompt.behind(text, 2) :] == want


@pytest.mark.parametrize(
    ("speed", "seconds", "most", "want"),
    [
        pytest.param(0.0, 0.5, 1024, 128, id="nothing measured yet"),
        pytest.param(60.0, 0.5, 1024, 128, id="a slow machine"),
        pytest.param(290.0, 0.9, 1024, 256, id="two cores"),
        pytest.param(290.0, 1.4, 1024, 384, id="one and a half times a power of two"),
        pytest.param(9000.0, 3.0, 1024, 1024, id="a graphics card is bound by the options"),
        pytest.param(290.0, -0.1, 1024, 128, id="no time at all"),
    ],
)
def test_budget(speed: float, seconds: float, most: int, want: int) -> None:
    assert prompt.budget(speed, seconds, most) == want


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


def test_the_order_of_a_prompt() -> None:
    opening, prefix, suffix = [9], [10, 11], [12]
    assert prompt.suffix_first(FIM, opening, prefix, suffix) == [9, 1, 2, 12, 3, 10, 11]
