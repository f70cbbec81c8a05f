"""Explanations of symbols in real files, by facts that a program can check."""

import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from lsp_local.engine.base import ChatEngine
from lsp_local.evals import scoring
from lsp_local.features import instruct
from lsp_local.features.hover import Hover, look, question_of
from lsp_local.symbols import prose
from lsp_local.symbols.explanations import Explanations
from lsp_local.symbols.facts import Facts
from lsp_local.text import Document, UserError
from lsp_local.trees import parse

KINDS = ("function", "method", "type")
SHORTEST = 60  # characters of a definition that there is something to say of
# "the parameters `a` and `b`", and "the `a` argument".
LISTED = re.compile(
    r"(?:parameter|argument)s?:?\s+((?:\*{0,2}`[^`]+`(?:,\s*and\s+|,\s*|\s+and\s+)?)+)"
)
CALLED = re.compile(r"`([^`]+)`\s+(?:parameter|argument)\b")
RETURNS = re.compile(r"\b(return|yield|produc|resolv|result|giv(?:es|en|ing) back)", re.IGNORECASE)
CLAIMS = re.compile(
    r"\b(?:returns|yields)\b(?!\s+(?:nothing|no\b|none|null|void|`(?:None|null|void|nil|\(\))`))",
    re.IGNORECASE,
)
VALUE = re.compile(r"\b(?:return|yield)[ \t]+[^\s;}]")
NOTHING = re.compile(r"\s*(?::|->)\s*(?:Promise<)?(None|void|never|NoReturn|undefined|\(\))\b")


@dataclass(frozen=True, slots=True)
class Case:
    """A symbol to explain."""

    doc: Document
    hover: Hover


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text keeps of the rubric; None where a rule does not apply.

    `names_parameters`: at least one of them, and nothing else is called one. `says_returned`: that
    something is returned, where something is, and only there. `invents_nothing`: every name in it
    stands in the code.
    """

    is_said: bool
    names_parameters: bool | None
    says_returned: bool | None
    invents_nothing: bool

    @property
    def passes(self) -> bool:
        """Whether something is said, and every rule that applies is kept."""
        rules = (self.names_parameters, self.says_returned, self.invents_nothing)
        return self.is_said and False not in rules


@dataclass(frozen=True, slots=True)
class Explained:
    """What the model said of a symbol, and what is left of it, each with its verdict."""

    case: Case
    answer: str
    shown: str
    raw: Verdict
    ours: Verdict


def cases(docs: Sequence[Document], limit: int, seed: int) -> list[Case]:
    """Choose functions, methods and types of these files, in their order. Raises UserError."""
    found = [case for doc in docs for case in _in_file(doc)]
    if not found:
        raise UserError("these files define nothing to explain; name files with functions")
    if limit and len(found) > limit:
        chosen = random.Random(seed).sample(range(len(found)), limit)
        found = [found[n] for n in sorted(chosen)]
    return found


async def run(engine: ChatEngine, todo: Sequence[Case]) -> AsyncIterator[Explained]:
    """Have each explained; nothing is taken from the cache. Raises EngineError."""
    for case in todo:
        facts = case.hover.facts
        answer = await instruct.ask(engine, question_of(facts))
        shown = prose.checked(answer, facts)
        yield Explained(case, answer, shown, verdict(answer, facts), verdict(shown, facts))


def verdict(text: str, facts: Facts) -> Verdict:
    """Judge a text about a symbol."""
    is_function = facts.kind in ("function", "method")
    gives = _gives(facts) if is_function else None
    return Verdict(
        is_said=bool(text.strip()),
        names_parameters=_names_parameters(text, facts) if facts.parameters else None,
        says_returned=None if gives is None else _says_returned(text, gives),
        invents_nothing=not prose.unknown_names(text, facts),
    )


def figures(explained: Sequence[Explained], seed: int) -> dict[str, Any]:
    """Return the shares of the model's answers and of what is shown of them.

    The rules are shares of what was said; `passes` is of all symbols.
    """
    found: dict[str, Any] = {}
    for name in ("raw", "ours"):
        verdicts: list[Verdict] = [getattr(one, name) for one in explained]
        said = [one for one in verdicts if one.is_said]
        found[name] = {"said": _share([one.is_said for one in verdicts], seed)}
        for rule in ("names_parameters", "says_returned", "invents_nothing"):
            found[name][rule] = _share([getattr(one, rule) for one in said], seed)
        found[name]["passes"] = _share([one.passes for one in verdicts], seed)
    return found


def _in_file(doc: Document) -> list[Case]:
    tree = parse(doc.text, doc.language)
    found = []
    for one in tree.definitions() if tree is not None else ():
        named = re.compile(rf"\b{re.escape(one.name)}\b").search(doc.text, one.start, one.end)
        if named is None or one.end - one.start < SHORTEST:
            continue
        hover = look(doc, named.start(), None, (), Explanations(""))
        if hover is not None and hover.facts.kind in KINDS:
            found.append(Case(doc, hover))
    return found


def _names_parameters(text: str, facts: Facts) -> bool:
    known = {*facts.parameters, "self", "this", "cls"}
    called = [name for listed in LISTED.findall(text) for name in re.findall(r"`([^`]+)`", listed)]
    called += CALLED.findall(text)
    is_wrong = any(name.strip("*&").split(":")[0].strip() not in known for name in called)
    words = set(re.findall(r"\w+", text))
    return not is_wrong and any(name in words for name in facts.parameters)


def _says_returned(text: str, gives: bool) -> bool:
    return RETURNS.search(text) is not None if gives else CLAIMS.search(text) is None


def _gives(facts: Facts) -> bool | None:
    """Whether a function returns something, as far as its text tells; None where it does not."""
    head = facts.signature
    result = head[head.rfind(")") + 1 :]
    if facts.language == "go":
        return bool(re.search(r"\)\s*[\w*\[(.]", head.partition(facts.name)[2]))
    if facts.language == "rust":
        return "->" in head and NOTHING.match(result) is None
    if facts.language in ("c", "cpp", "java"):
        before = head.partition(facts.name)[0]
        return "void" not in before.split() if before.strip() else None
    if NOTHING.match(result):
        return False
    if facts.language == "python" or facts.language.startswith(("java", "type")):
        is_short = "=>" in facts.source and not re.search(r"=>\s*\{", facts.source)
        return bool(result.strip(" :") or is_short or VALUE.search(facts.source))
    return None


def _share(values: Sequence[bool | None], seed: int) -> dict[str, object]:
    return scoring.share([[float(value)] for value in values if value is not None], seed)
