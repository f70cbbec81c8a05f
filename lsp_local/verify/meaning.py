"""Whether an edit makes another program at all."""

import ast
import warnings
from collections.abc import Sequence
from textwrap import dedent

from lsp_local.grammars import COMMENTS
from lsp_local.parts import Leaf, Role
from lsp_local.text import Document, TextEdit
from lsp_local.trees import Tree, parse
from lsp_local.verify.minimal import applied

Token = tuple[str, bool]  # the text, and whether it is a name that something is given here

NAMES = ("identifier", "shorthand_property_identifier_pattern")


def means_the_same(doc: Document, start: int, end: int, edits: Sequence[TextEdit]) -> bool:
    """Whether the code between two offsets does what it did, as far as its tokens can tell.

    It does where only comments, layout, quotes, or the names of things change that are called
    something new all through; in Python also where only needless brackets do.
    """
    old = parse(doc.text, doc.language)
    new = parse(applied(doc.text, tuple(edits)), doc.language)
    return old is not None and new is not None and is_same_program(old, new, start, end)


def is_same_program(old: Tree, new: Tree, start: int, end: int) -> bool:
    """See `means_the_same`; the code between two offsets is all in which the texts differ."""
    new_end = end + len(new.text) - len(old.text)
    before, behind = _code(old.leaves(start, end)), _code(new.leaves(start, new_end))
    if before == behind:
        return True
    fresh = _fresh(before, behind)
    if fresh and not fresh & set(new.used_names(start, new_end)):
        return True
    return old.language == "python" and _is_equal_python(
        (old.text, new.text), (old.text[start:end], new.text[start:new_end])
    )


def _code(leaves: Sequence[Leaf]) -> list[Token]:
    """Return the tokens that count."""
    counting = [one for one in leaves if one.role is not Role.NOTE and one.kind not in COMMENTS]
    found: list[Token] = []
    for one in counting:
        is_name = one.kind in NAMES and not (found and found[-1][0] == ".")
        found += [(one.text.replace("'", '"'), is_name)] if one.text != ";" else []
    return found


def _fresh(old: list[Token], new: list[Token]) -> set[str]:
    """Return the new names of things, if nothing else differs; else nothing."""
    names: dict[str, str] = {}
    if len(old) != len(new):
        return set()
    for (one, is_name), (other, is_other_name) in zip(old, new, strict=True):
        is_free = is_name and is_other_name
        if (one != other and not is_free) or (is_free and names.setdefault(one, other) != other):
            return set()
    fresh = {other for one, other in names.items() if one != other}
    is_apart = not fresh & set(names) and len(set(names.values())) == len(names)
    return fresh if is_apart else set()


def _is_equal_python(whole: tuple[str, str], part: tuple[str, str]) -> bool:
    """Whether two texts are one program; a part that can stand alone is sooner parsed."""
    found = [_program(dedent(one)) for one in part]
    found = found if None not in found else [_program(one) for one in whole]
    return found[0] is not None and found[0] == found[1]


def _program(text: str) -> str | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
