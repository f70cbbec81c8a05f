"""Parts of open files that resemble the text at the cursor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lsp_local.text import Document
from lsp_local.trees import NAME

N_LINES = 60  # of a part that is compared
N_SHOWN = 24  # of them that are shown: those that name most of what is asked for
STEP = 20  # lines from one part to the next
LEAST_SHARE = 0.15  # of common names
MOST_LINES = 5000  # of a file that are looked at


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a file. `share` is the Jaccard index of its names and those asked for."""

    path: str
    text: str
    share: float


def similar_parts(names: set[str], documents: Iterable[Document]) -> list[Part]:
    """Return the best part of each document, the most similar first.

    Source: Jaccard similarity of windows of 60 lines, as in GitHub Copilot's first prompts.
    """
    best = [_best(names, doc) for doc in documents]
    good = [part for part in best if part is not None and part.share >= LEAST_SHARE]
    return sorted(good, key=lambda part: (-part.share, part.path))


def _best(names: set[str], doc: Document) -> Part | None:
    shares = [(_jaccard(names, found), -n) for n, found in enumerate(_names(doc.text))]
    if not shares:
        return None
    share, n = max(shares)
    lines = doc.text.split("\n")[-n * STEP :][:N_LINES]
    n_named = [len(names.intersection(NAME.findall(line))) for line in lines]
    starts = range(max(1, len(lines) - N_SHOWN + 1))
    start = max(starts, key=lambda at: (sum(n_named[at : at + N_SHOWN]), -at))
    return Part(doc.path, "\n".join(lines[start : start + N_SHOWN]), share)


def _jaccard(left: set[str], right: frozenset[str]) -> float:
    return len(left & right) / max(1, len(left | right))


@lru_cache(maxsize=64)  # an open file is asked about at every pause, and seldom changes
def _names(text: str) -> Sequence[frozenset[str]]:
    lines = text.split("\n")[:MOST_LINES]
    starts = range(0, max(1, len(lines) - N_LINES + STEP), STEP)
    return [frozenset(NAME.findall("\n".join(lines[n : n + N_LINES]))) for n in starts]
