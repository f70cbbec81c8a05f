"""Trees of open documents: a key costs parsing what it changed."""

import threading
from collections import deque

from lsp_local.trees import Tree, parse

MOST_TYPED = 2000  # characters that may be new in a document parsed before
N_TYPED = 8  # documents


def parse_typed(text: str, language: str) -> Tree | None:
    """Parse the text of an open document: what was typed since the last time, if that is little."""
    known = _typed()
    for n, tree in enumerate(known):
        if tree.language == language and abs(len(tree.text) - len(text)) <= MOST_TYPED:
            found = _followed(tree, text)
            if found is not None:
                del known[n]
                known.appendleft(found)
                return found
    found = parse(text, language)
    if found is not None:
        known.appendleft(found)
    return found


def _followed(tree: Tree, text: str) -> Tree | None:
    """Return the tree of `text`, if it differs from that of `tree` in one small place."""
    if tree.text == text:
        return tree
    start = n_common(tree.text, text)
    shorter = min(len(tree.text), len(text)) - start
    n_behind = min(shorter, n_common(tree.text[start:][::-1], text[start:][::-1]))
    if max(len(tree.text), len(text)) - start - n_behind > MOST_TYPED:
        return None
    return tree.replaced(start, len(tree.text) - n_behind, text[start : len(text) - n_behind])


def n_common(left: str, right: str) -> int:
    """Return with how many equal characters both begin, by halving."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


_OF_THREAD = threading.local()  # a list of trees is not for two threads


def _typed() -> deque[Tree]:
    """Return the trees of the documents that this thread parsed last."""
    if not hasattr(_OF_THREAD, "typed"):
        _OF_THREAD.typed = deque(maxlen=N_TYPED)
    found: deque[Tree] = _OF_THREAD.typed
    return found
