"""A safe edit out of what a chat model answered, or one sentence on why there is none."""

from dataclasses import dataclass, replace

from lsp_local.privacy import hidden, holds_placeholder
from lsp_local.text import Document, TextEdit
from lsp_local.typed_trees import parse_typed
from lsp_local.verify.answers import Block, blocks
from lsp_local.verify.fitting import Asked, asked, fitted
from lsp_local.verify.keeping import (
    Change,
    changed,
    lazy_problem,
    names_problem,
    signature_problem,
    syntax_problem,
    unknown_problem,
    untyped_problem,
)
from lsp_local.verify.minimal import minimal
from lsp_local.verify.reach import reach_problem
from lsp_local.verify.simpler import simpler_problem
from lsp_local.verify.sparing import Line, lines_of, spared, tokens_of

NOTHING = "nothing was changed"
NO_TYPES = "only types may be added, and none were"
LONGEST = 30_000  # characters of an answer or a range; some 8,000 tokens
DECLARES = {"const", "let", "var", ":=", "="}  # a variable may have to be there before a `try`
ERRORS_ARE_VALUES = ("go", "rust")  # so that what is returned must be had first
LEAST_CUT = 5  # tokens; fewer may be missing at the end of an answer that was cut off


@dataclass(frozen=True, slots=True)
class Rules:
    """What an action may do to the code between `start` and `end`, offsets in the document.

    keeps_signature: functions keep their parameters, types and decorators to the letter.
    may_drop_names: what others may use, may go. only_annotations: only types are added.
    only_adds: all code that is there stays, in its order; only how variables are declared may
    change. only_simplifies: nothing is lost and nothing new (`simpler.py`).
    """

    start: int
    end: int
    keeps_signature: bool = True
    may_drop_names: bool = False
    only_annotations: bool = False
    only_adds: bool = False
    only_simplifies: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Edits that are sorted, apart and within the range, or what is wrong with the answer."""

    edits: tuple[TextEdit, ...] = ()
    problem: str = ""


def verified(doc: Document, answer: str, rules: Rules) -> Verdict:
    """Return the smallest edits that do what the model answered, if they are safe.

    Of several blocks of code the first counts that changes something and is safe.
    """
    start, end = _trimmed(doc.text, rules.start, rules.end)
    old = doc.text[start:end]
    if max(len(old), len(answer)) > LONGEST:
        return Verdict(problem="this is too much code to be checked")
    if hidden(doc.text)[start:end] != old:
        return Verdict(problem="a part of this code is marked as private")
    n_before = doc.text.count("\r\n", 0, start)
    plain = replace(doc, text=doc.text.replace("\r\n", "\n"))
    tree = parse_typed(plain.text, doc.language)
    place = asked(plain, tree, start - n_before, end - n_before - old.count("\r\n"))
    first = Verdict(problem="the answer holds no code")
    for n, block in enumerate(blocks(answer, doc.language)):
        text, problem = _verified_block(place, block, rules)
        if not problem:
            eol = "\r\n" if "\r\n" in doc.text else "\n"
            return Verdict(minimal(old, text.replace("\n", eol), start))
        first = Verdict(problem=problem) if not n or first.problem == NOTHING else first
    return first


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the white space at both ends of a range, which stays as it is."""
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    inside = text[start:end]
    if not inside.strip():
        end = start + len(inside.rstrip("\r\n"))
        return end, end
    return end - len(inside.lstrip()), start + len(inside.rstrip())


def _verified_block(place: Asked, block: Block, rules: Rules) -> tuple[str, str]:
    """Return the text to put in place of what was asked about, or what is wrong."""
    if _holds_secret(place, block.text):
        return "", "the answer holds a placeholder for a secret"
    found = fitted(place, block.text)
    problem = found.problem
    for text in found.texts:
        change = changed(place, text)
        wrong = syntax_problem(change)
        if not wrong:
            return _judged(change, rules, block.is_open)
        problem = problem or wrong
    return "", problem


def _holds_secret(place: Asked, text: str) -> bool:
    """Whether the answer repeats what stood for a secret in the prompt."""
    own = {line.strip() for line in place.text.split("\n")}
    return any(holds_placeholder(line) and line.strip() not in own for line in text.split("\n"))


def _judged(change: Change, rules: Rules, is_open: bool) -> tuple[str, str]:
    """Return what remains of a change that parses, or what is wrong."""
    place = change.place
    old, new = _old_lines(place), _new_lines(change)
    if is_open and not rules.only_annotations and _is_cut(old, new):
        return "", f"the answer ends too early, at `{_last(new)}`"
    change = _spared(change, old, new, rules)
    if change.text == place.text:
        is_other = tokens_of(old) != tokens_of(new)
        return "", NO_TYPES if is_other else NOTHING
    problem = syntax_problem(change)
    problem = problem or lazy_problem(change)
    if rules.only_annotations:
        problem = problem or untyped_problem(change)
    elif rules.keeps_signature:
        problem = problem or signature_problem(change)
    if rules.only_adds:
        problem = problem or _lost_problem(old, _new_lines(change), place.doc.language)
    if rules.only_simplifies:
        problem = problem or simpler_problem(change)
    if not rules.may_drop_names:
        problem = problem or names_problem(change)
    return change.text, problem or reach_problem(change) or unknown_problem(change)


def _old_lines(place: Asked) -> list[Line]:
    start = place.start - len(_before(place))
    return lines_of(place.tree, place.doc.text, place.doc.language, start, place.end)


def _new_lines(change: Change) -> list[Line]:
    place = change.place
    text = place.doc.text[: place.start] + change.text
    start = place.start - len(_before(place))
    return lines_of(change.after, text, place.doc.language, start, len(text))


def _before(place: Asked) -> str:
    """Return the white space before the first line, "" if code stands there."""
    before = place.doc.text[: place.start]
    line = before[before.rfind("\n") + 1 :]
    return line if not line.strip() else ""


def _spared(change: Change, old: list[Line], new: list[Line], rules: Rules) -> Change:
    """Return a change of fewer lines that means the same, or what of it the rules allow."""
    text = "\n".join(spared(old, new, rules.only_annotations))
    before = _before(change.place)
    text = text.removeprefix(before) if text.startswith(before) else text.lstrip(" \t")
    result = changed(change.place, text)
    if rules.only_annotations:
        return result
    is_same = tokens_of(_new_lines(result)) == tokens_of(new) and not syntax_problem(result)
    return result if is_same else change


def _is_cut(old: list[Line], new: list[Line]) -> bool:
    """Whether the new lines end where the old ones went on with more than a few tokens."""
    codes = [line.code for line in old if line.code]
    last = next((line.code for line in reversed(new) if line.code), ())
    if not last or codes.count(last) != 1:
        return False
    missing = [token for code in codes[codes.index(last) + 1 :] for token in code]
    said = set(tokens_of(new))
    return len(missing) >= LEAST_CUT and not said.issuperset(missing)


def _lost_problem(old: list[Line], new: list[Line], language: str) -> str:
    """Say which code of the old lines does not stand in the new ones, "" if all does."""
    free = DECLARES | {"return", "_"} if language in ERRORS_ARE_VALUES else DECLARES
    behind = iter(tokens_of(new))
    for line in old:
        for token in line.code:
            if token[0] not in free and not any(one[0] == token[0] for one in behind):
                return f"`{line.text.strip()}` must stay as it is; only add to it"
    return ""


def _last(lines: list[Line]) -> str:
    return next((line.text.strip() for line in reversed(lines) if line.code), "")
