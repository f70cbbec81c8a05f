"""Whether an edit that is to simplify may have lost, or invented, what the code does.

Whether two programs mean the same nobody can tell, but a small model's mistakes are of one kind:
it leaves out what it does not understand, and fills in what it knows better. So what the old code
names, compares, computes and quotes must stand in the new one, and nothing else, apart from what
the idioms of short code replace (`append` in a comprehension, `> limit` in `max`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lsp_local.names import belongs_to
from lsp_local.parts import Leaf, Role
from lsp_local.trees import Tree
from lsp_local.verify.keeping import Change

QUOTED = 60  # characters of a piece of code in a sentence
OPENS, CLOSES = ("(", "[", "{"), (")", "]", "}")
COMPARES = {"<", ">", "<=", ">=", "==", "!=", "===", "!=="}
COMPUTES = {"+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "~", "@"}
# Comparing with these is often said without them, and which of them is given follows from that.
EMPTY = {"True", "False", "None", "true", "false", "null", "nil", "undefined", "0"}
EMPTY |= {'""', "``"}
# Statements that do something by themselves.
ACTS = {"raise", "throw", "yield", "await", "go", "defer", "del", "delete", "assert", "panic"}
ACTS |= {"except", "catch", "finally", "with", "global", "nonlocal", "unsafe", "lock"}
# Members of containers and strings that a shorter way to say the same needs, or needs no more.
IDIOMS = {
    *("append", "add", "push", "insert", "extend", "update", "keys", "values", "items", "get"),
    *("setdefault", "has", "set", "length", "len", "size", "entries", "map", "filter", "some"),
    *(
        "every",
        "find",
        "findIndex",
        "reduce",
        "forEach",
        "includes",
        "contains",
        "indexOf",
        "slice",
    ),
    *("concat", "join", "at", "flat", "flatMap", "from", "from_iter", "iter", "collect"),
    *("copied", "cloned", "is_empty", "is_some", "is_none", "unwrap_or", "unwrap_or_default"),
    *("map_or", "and_then", "ok_or", "any", "all", "count", "startsWith", "endsWith", "new"),
}
# What says a loop's arithmetic, or a comparison and its branches, in a word.
SUMS = {"+": {"sum", "join", "concat", "reduce", "extend", "Join"}, "*": {"prod", "reduce"}}
BOUNDS = {"min", "max", "clamp", "Min", "Max", "abs", "sorted"}


def simpler_problem(change: Change) -> str:
    """Say what the new text does less, or more, than the old one; "" where nothing is found."""
    place, before, after = change.place, change.place.tree, change.after
    if before is None or after is None:
        return "without a grammar nobody can tell whether it still does the same"
    old = _Code.read(before, place.start, place.end)
    new = _Code.read(after, place.start, change.end)
    if len(new.tokens) > len(old.tokens):
        return "the code became longer, not simpler"
    return _lost(old, new) or _gained(old, new)


@dataclass(frozen=True, slots=True)
class _Code:
    """What a piece of code consists of."""

    tokens: list[Leaf]
    words: set[str]
    names: list[str]
    language: str

    @staticmethod
    def read(tree: Tree, start: int, end: int) -> "_Code":
        leaves = [one for one in tree.leaves(start, end) if one.role is not Role.NOTE]
        words = {_plain(one.text) for one in leaves}
        return _Code(leaves, words, tree.used_names(start, end), tree.language)

    def facts(self) -> list[str]:
        """Return the words that say what it does: names, members, statements, literals."""
        names = [one for one in self.names if not belongs_to(self.language, one)]
        acts = [one.text for one in self.tokens if one.text in ACTS]
        return [*names, *self.members(), *acts, *self.literals()]

    def members(self) -> list[str]:
        """Return what is asked of objects."""
        dots = (".", "?.", "::", "->")
        pairs = pairwise(self.tokens)
        found = [two.text for one, two in pairs if one.text in dots and _is_word(two.text)]
        return [one for one in dict.fromkeys(found) if one not in IDIOMS]

    def literals(self) -> list[str]:
        """Return the numbers and strings that say something."""
        found = [_plain(one.text) for one in self.tokens if _is_literal(one)]
        return [one for one in found if one not in EMPTY]

    def operators(self, among: set[str]) -> set[str]:
        """Return the operators among some, also those that are part of an assignment."""
        found = {one.text for one in self.tokens if one.text not in COMPARES}
        found = {one.removesuffix("=") for one in found if one != "="} & among
        return found - {"|"} if self.language == "rust" else found  # closures have it, too

    def indexes(self) -> Iterator[str]:
        """Yield what stands in brackets behind a value, where it is more than a variable."""
        for n, (one, two) in enumerate(pairwise(self.tokens), 2):
            if two.text == "[" and (_is_word(one.text) or one.text in CLOSES):
                inside = list(_until_closed(self.tokens[n:]))
                if len(inside) > 1 or _joined(inside).isdigit():
                    yield _joined(inside)

    def compared(self) -> Iterator[frozenset[str]]:
        """Yield what stands on both sides of a comparison, as far as a token goes."""
        for one, two, three in zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False):
            sides = frozenset((one.text, three.text))
            if two.text in COMPARES and not sides & EMPTY:
                yield sides


def _lost(old: _Code, new: _Code) -> str:
    lost = [one for one in old.facts() if one not in new.words]
    if lost:
        return f"`{_quoted(lost[0])}` is no longer there, so it may not do the same"
    here = _joined(new.tokens)
    for one in old.indexes():
        if one not in here:
            return f"`[{_quoted(one)}]` is no longer there, so it may not do the same"
    for one in sorted(old.operators(COMPUTES) - new.operators(COMPUTES)):
        if not SUMS.get(one, set()) & new.words:
            return f"`{one}` is no longer there, so it may not do the same"
    kept = set(new.compared())
    for sides in old.compared():
        counters = {one for one in sides - new.words if _is_word(one)} - set(old.names)
        if sides not in kept and not counters and not BOUNDS & new.words:
            return f"{_both(sides)} are no longer compared, so it may not do the same"
    return ""


def _gained(old: _Code, new: _Code) -> str:
    """Say what is new; that it is no longer than the old code is known."""
    gained = [one for one in new.facts() if one not in old.words]
    gained += sorted(new.operators(COMPUTES) - old.operators(COMPUTES))
    if gained:
        return f"`{_quoted(gained[0])}` is new, so it may not do the same"
    had = set(old.compared())
    for sides in new.compared():
        if sides not in had:
            return f"{_both(sides)} were not compared before, so it may not do the same"
    return ""


def _both(sides: frozenset[str]) -> str:
    return " and ".join(f"`{_quoted(one)}`" for one in sorted(sides))


def _until_closed(tokens: Sequence[Leaf]) -> Iterator[Leaf]:
    depth = 0
    for one in tokens:
        depth += (one.text in OPENS) - (one.text in CLOSES)
        if depth < 0:
            return
        yield one


def _joined(tokens: Sequence[Leaf]) -> str:
    return "".join(one.text for one in tokens)


def _is_word(text: str) -> bool:
    return text[:1].isidentifier()


def _is_literal(one: Leaf) -> bool:
    is_text = any(kind in one.kind for kind in ("string", "char", "rune"))
    return one.text[:1].isdigit() or (is_text and one.kind not in ("string_start", "string_end"))


def _plain(text: str) -> str:
    return text.replace("'", '"')


def _quoted(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= QUOTED else f"{said[:QUOTED].rstrip()}…"
