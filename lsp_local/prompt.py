"""Which text the model reads, in which order: stable pieces first, the typed text last."""

from dataclasses import dataclass

SMALLEST_BUDGET = 128  # tokens; below that a completion is a guess
CHARS_PER_TOKEN = 4  # of source code (Qwen2.5, medians of five languages: 3.6 to 4.2)
PREFIX_SHARE = 0.75  # of the budget; the rest goes to the suffix
MOST_NAME = 48  # tokens of a project's name, and of a path; the end of a path says most


@dataclass(frozen=True, slots=True)
class FimTokens:
    """Token ids of a model's fill-in-the-middle format; the last two only where it has them."""

    prefix: int
    suffix: int
    middle: int
    repo_name: int | None = None
    file_sep: int | None = None


def budget(prefill_speed: float, cold_ms: int, n_ctx: int) -> int:
    """Return how many tokens may be read at first sight.

    `prefill_speed` is in tokens per second. The result is a power of two or one and a half times
    that, so that a machine's noise does not move the window and with it the whole prompt.
    """
    wanted = min(prefill_speed * cold_ms / 1000, n_ctx * 0.75)
    size = SMALLEST_BUDGET
    while size * 2 <= wanted:
        size *= 2
    return size + size // 2 if size * 3 // 2 <= wanted else size


def window(text: str, offset: int, n_tokens: int) -> tuple[str, str]:
    """Cut `text` around `offset` to about `n_tokens`, at line starts; return prefix and suffix.

    The start of the prefix moves in steps of half its size, so that typing only appends; the end
    of the suffix does not move while the text behind the cursor stays as it is.
    """
    n_prefix = int(n_tokens * PREFIX_SHARE * CHARS_PER_TOKEN)
    n_suffix = n_tokens * CHARS_PER_TOKEN - n_prefix
    start, end = _start(text, offset, n_prefix), _end(text, offset, n_suffix)
    return text[start:offset], text[offset:end]


def _start(text: str, offset: int, n_chars: int) -> int:
    """Return the start of the prefix: 0, or near a grid of half of `n_chars`, at a line start.

    A line that is longer than a quarter of `n_chars` is cut, so that something is always left.
    """
    if offset <= n_chars:
        return 0
    step = max(1, n_chars // 2)
    grid = -(-(offset - n_chars) // step) * step
    newline = text.find("\n", grid, grid + n_chars // 4)
    return newline + 1 if newline >= 0 else grid


def _end(text: str, offset: int, n_chars: int) -> int:
    """Return the end of the suffix, behind a line end in its second half if there is one."""
    if len(text) - offset <= n_chars:
        return len(text)
    newline = text.rfind("\n", offset + n_chars // 2, offset + n_chars)
    return newline + 1 if newline >= 0 else offset + n_chars


def header(fim: FimTokens, repo_name: list[int], path: list[int], newline: list[int]) -> list[int]:
    """Return the opening of Qwen's repository format: which project, which file.

    Source: Qwen2.5-Coder Technical Report (arXiv 2409.12186), section 3.1.2.
    """
    if fim.repo_name is None or fim.file_sep is None:
        return []
    repo_name, path = repo_name[-MOST_NAME:], path[-MOST_NAME:]
    return [fim.repo_name, *repo_name, *newline, fim.file_sep, *path, *newline]


def suffix_first(
    fim: FimTokens, opening: list[int], prefix: list[int], suffix: list[int]
) -> list[int]:
    """Return the prompt whose last tokens are the typed text, so that a key only appends.

    This is SPM, variant 2: to the model a prefix-first document with an empty prefix whose middle
    has begun. Source: Bavarian et al. 2022 (arXiv 2207.14255), section 3. It needs token healing.
    """
    return [*opening, fim.prefix, fim.suffix, *suffix, fim.middle, *prefix]


def left_to_right(opening: list[int], prefix: list[int]) -> list[int]:
    """Return the prompt for a model that cannot fill in: it sees what stands before the cursor."""
    return [*opening, *prefix]
