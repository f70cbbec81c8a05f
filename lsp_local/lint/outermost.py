"""Which functions of a file are looked at as a whole, with those in them."""

from collections.abc import Iterator

from lsp_local.actions.applicable import MOST
from lsp_local.actions.functions import Function, all_functions
from lsp_local.trees import Tree


def outermost(tree: Tree, shortest: int = 0) -> Iterator[Function]:
    """Yield the outermost functions that are not too long, in the order of the text.

    Their bodies have at least `shortest` characters.
    """
    behind = 0
    for one in all_functions(tree):
        is_short = one.body_end - one.body < shortest
        if one.start >= behind and one.end - one.start <= MOST and not is_short:
            behind = one.end
            yield one
