"""The part of an answer that was asked for, where the model said more than that."""

import re
from dataclasses import dataclass

from lsp_local.languages import SCRIPTS
from lsp_local.parts import Definition, Role
from lsp_local.text import Document
from lsp_local.trees import Tree, parse
from lsp_local.verify.indentation import indented

WHOLE = ("function", "type", "alias", "module")  # kinds of definitions that are asked for by name
WRAPS = {  # where a method does not parse by itself
    **dict.fromkeys(SCRIPTS, "class _ {\n"),
    "java": "class _ {\n",
}
MOST_AROUND = 300  # lines
WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Asked:
    """The code that is to be replaced: no white space at its edges, lines end with LF.

    `definitions` are those that it consists of, () for a mere piece of code; `around` the names of
    what it stands in, outermost first. `prefix` is the white space before its first line.
    """

    doc: Document
    tree: Tree | None
    start: int
    end: int
    prefix: str
    definitions: tuple[Definition, ...]
    around: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the code."""
        return self.doc.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Ways in which an answer fits, the likeliest first, or one sentence on why it does not."""

    texts: tuple[str, ...]
    problem: str = ""


def asked(doc: Document, tree: Tree | None, start: int, end: int) -> Asked:
    """Describe what stands between two offsets at which there is no white space."""
    line_start = doc.text.rfind("\n", 0, start) + 1
    before = doc.text[line_start:start]
    prefix = before if not before.strip() else before[: len(before) - len(before.lstrip())]
    if tree is None:
        return Asked(doc, tree, start, end, prefix, (), ())
    outermost = [one for one in tree.outermost(start, end) if not one.depth]
    whole = [one for one in outermost if one.kind in WHOLE]
    is_whole = bool(whole) and all(
        leaf.role is Role.NOTE or any(one.start <= leaf.start < one.end for one in whole)
        for leaf in tree.leaves(start, end)
    )
    around = [one.name for one in tree.enclosing(start) if one.start < start or one.end > end]
    return Asked(doc, tree, start, end, prefix, tuple(whole if is_whole else ()), tuple(around))


def fitted(place: Asked, code: str) -> Fitted:
    """Return what of `code` belongs in place of what was asked about, indented as it has to be."""
    code = code.strip("\n").rstrip()
    problem = ""
    if place.definitions:
        code, problem = _asked_part(place, code)
    else:
        code = _without_surroundings(place, code)
        if place.tree is not None and _defines_around(place, code):
            problem = (
                f"the answer holds more than the lines asked for, such as `{place.around[-1]}`"
            )
    if problem or not code.strip():
        return Fitted((), problem or "the answer holds no code")
    text, other = indented(code, place.text, place.prefix, place.doc.text, place.doc.language)
    texts = [text] if other is None else [text, other]
    return Fitted(tuple(_with_beginning(place, one) for one in texts))


def _with_beginning(place: Asked, text: str) -> str:
    """Give a definition back the words that the model forgot: a decorator, `export`, `pub`."""
    if place.tree is None or [one.start for one in place.definitions] != [place.start]:
        return text
    after = place.tree.replaced(place.start, place.end, text)
    old = place.definitions[0]
    new = next(iter(after.outermost(place.start, place.start + len(text))), None)
    if new is None or new.start != place.start:
        return text
    heads = place.tree.leaves(old.start, old.body), after.leaves(new.start, new.body)
    words = [[leaf.text for leaf in leaves] for leaves in heads]
    n_lost = len(words[0]) - len(words[1])
    if n_lost <= 0 or words[0][n_lost:] != words[1]:
        return text
    return place.text[: heads[0][n_lost].start - place.start] + text


def _asked_part(place: Asked, code: str) -> tuple[str, str]:
    """Return the lines of `code` with the definitions asked for, or what is wrong with it."""
    problems: list[str] = []
    wrap = WRAPS.get(place.doc.language, "")
    for before in dict.fromkeys(("", wrap)):
        tree = parse(f"{before}{code}\n}}" if before else code, place.doc.language)
        if tree is None:
            return "", "the answer is too long"
        found = tree.outermost(len(before), len(before) + len(code))
        wanted = _matching(place, tree, found)
        if isinstance(wanted, str):
            problems.append(_error_in(code, tree, len(before)) or wanted)
            continue
        pieces = [*_helpers(place, tree, found, wanted), *wanted]
        pieces.sort(key=lambda one: one.start)
        return _joined(tree, [_span_of(place, tree, one) for one in pieces]), ""
    return "", problems[-1] if _is_member(place) else problems[0]


def _is_member(place: Asked) -> bool:
    """Whether the code stands in a class, and may not parse without it."""
    return bool(place.around) and place.doc.language in WRAPS


def _error_in(code: str, tree: Tree, n_before: int) -> str:
    """Say where `code`, which stands in the text of `tree`, does not parse."""
    start = next((start for start, _ in tree.errors()), None)
    if start is None:
        return ""
    lines = code.split("\n")
    n = min(code.count("\n", 0, max(0, start - n_before)), len(lines) - 1)
    return f"line {n + 1}: does not parse: `{lines[n].strip()[:100]}`"


def _matching(place: Asked, tree: Tree, found: list[Definition]) -> list[Definition] | str:
    """Return those of `found` that are asked for, or what is wrong."""
    wanted: list[Definition] = []
    for one in place.definitions:
        same = [other for other in found if (other.name, other.kind) == (one.name, one.kind)]
        namesakes = [other for other in place.definitions if other.name == one.name]
        if len(same) == len(namesakes):
            same = [same[namesakes.index(one)]]
        if len(same) > 1:
            same = _by_signature(place, tree, one, same) or same
        if len(same) > 1:
            same = [other for other in same if _around(found, other) == place.around] or same
        if len(same) > 1:
            return f"the answer defines `{one.name}` more than once"
        if not same:
            whole = [other for other in found if other.kind == one.kind and not other.depth]
            if (
                len(place.definitions) == 1
                and len(whole) == 1
                and whole[0].name not in place.around
            ):
                return whole  # under another name, which is another rule's matter
            return f"the answer does not define `{one.name}`"
        wanted += same
    return wanted


def _by_signature(
    place: Asked, tree: Tree, one: Definition, same: list[Definition]
) -> list[Definition]:
    assert place.tree is not None
    head = [leaf.text for leaf in place.tree.leaves(one.start, one.body)]
    return [
        other
        for other in same
        if [leaf.text for leaf in tree.leaves(other.start, other.body)] == head
    ]


def _around(found: list[Definition], one: Definition) -> tuple[str, ...]:
    around = [other for other in found if other.start <= one.start and one.end <= other.end]
    return tuple(other.name for other in around if other != one)


def _helpers(
    place: Asked, tree: Tree, found: list[Definition], wanted: list[Definition]
) -> list[Definition]:
    """Return new definitions beside those asked for that these use; others are left out."""
    used = {leaf.text for one in wanted for leaf in tree.leaves(one.start, one.end)}
    known = re.findall(r"\w+", place.doc.text)
    return [
        one
        for one in found
        if one not in wanted
        and one.kind in WHOLE
        and one.depth == wanted[0].depth
        and one.name in used
        and one.name not in known
    ]


def _joined(tree: Tree, spans: list[tuple[int, int]]) -> str:
    """Return several pieces of a text, and the comments and blank lines between them."""
    found = ""
    last = spans[0][0]
    for start, end in spans:
        between = tree.text[last:start]
        if between.strip() and not _is_note(tree, last, start):
            between = "\n\n"
        found += between + tree.text[start:end].rstrip()
        last = end
    return found


def _span_of(place: Asked, tree: Tree, one: Definition) -> tuple[int, int]:
    """Return where the lines of a definition start and end.

    That is with the comments above it where what was asked about begins with a comment.
    """
    text = tree.text
    start = text.rfind("\n", 0, one.start) + 1
    if text[start : one.start].strip():
        start = one.start
    end = text.find("\n", one.end)
    end = len(text) if end < 0 else end
    rest = text[one.end : end]
    if WORD.search(rest) and not _is_note(tree, one.end, end):
        end = one.end
    if _is_note(place.tree, place.start, place.start + 1):
        while start and _is_note(tree, text.rfind("\n", 0, start - 1) + 1, start - 1):
            start = text.rfind("\n", 0, start - 1) + 1
    return start, end


def _is_note(tree: Tree | None, start: int, end: int) -> bool:
    leaves = tree.leaves(start, end) if tree is not None and start < end else []
    return bool(leaves) and all(leaf.role is Role.NOTE for leaf in leaves)


def _defines_around(place: Asked, code: str) -> bool:
    """Whether `code` defines what it is only to stand in."""
    tree = parse(code, place.doc.language)
    found = tree.outermost(0, len(code)) if tree is not None else []
    names = {one.name for one in found if one.kind in WHOLE}
    return not names.isdisjoint(place.around)


def _without_surroundings(place: Asked, code: str) -> str:
    """Leave out the lines around the asked ones where the model says them again."""
    text = place.doc.text
    lines = _without_rest_of_lines(place, code).split("\n")
    own = [line.strip() for line in place.text.split("\n")]
    above = [line.strip() for line in text[: place.start].split("\n")[:-1]][-MOST_AROUND:]
    below = [line.strip() for line in text[place.end :].split("\n")[1:]][:MOST_AROUND]
    said = [line.strip() for line in lines]
    is_sure = len(said) > 1 and said[-1:] == below[:1] != own[-1:]
    n_above = _n_repeated(above, said, own[0], is_sure)
    lines = lines[n_above:]
    turned = [line.strip() for line in reversed(lines)]
    n = _n_repeated(below[::-1], turned, own[-1], is_sure=n_above > 0)
    return "\n".join(lines[: len(lines) - n])


def _without_rest_of_lines(place: Asked, code: str) -> str:
    """Leave out what stands in the file's first line before the asked code, or behind it."""
    text = place.doc.text
    before = text[text.rfind("\n", 0, place.start) + 1 : place.start].strip()
    behind = text[place.end :].partition("\n")[0].strip()
    found = code.strip()
    if before and found.startswith(before) and not place.text.startswith(before):
        found = found[len(before) :].lstrip(" \t")
        if behind and found.endswith(behind) and not place.text.endswith(behind):
            found = found[: len(found) - len(behind)].rstrip()
        return found
    return code


def _n_repeated(around: list[str], lines: list[str], own: str, is_sure: bool) -> int:
    """Return with how many of the last lines of `around` the `lines` begin.

    Lines without words count only if `is_sure`, and one that is the first of the asked lines,
    `own`, only if that comes again.
    """
    for n in range(min(len(around), len(lines)), 0, -1):
        is_telling = is_sure or any(WORD.search(line) for line in lines[:n])
        is_again = lines[0] != own or lines[n : n + 1] == [own]
        if is_telling and is_again and around[-n:] == lines[:n]:
            return n
    return 0
