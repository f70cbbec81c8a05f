"""One run of lint: every file of a plan is looked at, and what is found becomes a report."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lsp_local.actions.testfiles import is_test
from lsp_local.lint.changes import offsets
from lsp_local.lint.finding import RULES, Detector, Finding, NotLooked, again, numbered
from lsp_local.lint.ignoring import unignored
from lsp_local.lint.planning import Item, Plan
from lsp_local.lint.report import Report
from lsp_local.lint.static import Spans, find_static, is_within
from lsp_local.lint.walking import Notice, Source
from lsp_local.privacy import hidden, masked
from lsp_local.text import Document, UserError
from lsp_local.trees import Tree, parse

if TYPE_CHECKING:
    from lsp_local.lint.cache import Cache  # a run of the static checks alone needs no database

# Their grammars take no macros, so that most files have errors.
NEVER_WHOLE = ("c", "cpp")
STATIC = frozenset(name for name, rule in RULES.items() if rule.is_static)
REVIEW = frozenset({"review"})
MODEL = frozenset(RULES) - STATIC - REVIEW


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a run goes. `max_seconds` is for the model; what is less sure is not reported."""

    n_jobs: int = 1
    max_seconds: float | None = None
    least_confidence: float = 0.0
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how it goes: sentences, and bytes that were looked at."""

    notice: Notice = lambda _: None
    advance: Callable[[int], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Examined:
    path: str
    findings: list[Finding]
    source: Source | None  # where there are findings; all files may be too much to hold
    is_finished: bool


async def lint(
    plan: Plan,
    detector: Detector | None,
    cache: "Cache | None",
    limits: Limits,
    watch: Watch,
    reviewer: Detector | None = None,
) -> Report:
    """Look at all files; without detector and reviewer, with the static checks only."""
    asked = _Models(
        _Asked(detector, cache, limits) if detector is not None else None,
        _Asked(reviewer, cache, limits) if reviewer is not None else None,
    )
    slots = asyncio.Semaphore(limits.n_jobs)

    async def examine(item: Item) -> _Examined | None:
        async with slots:
            examined = await _examine(plan, item, asked, watch)
            watch.advance(plan.n_bytes(item.path))
            return examined

    found = [one for one in await asyncio.gather(*map(examine, plan.items)) if one is not None]
    everything = [finding for one in found for finding in one.findings]
    findings = sure_enough(everything, limits.least_confidence)
    return Report(
        tuple(sorted(findings, key=lambda one: one.order)),
        {one.path: one.source for one in found if one.source is not None},
        tuple(one.path for one in found if not one.is_finished),
        asked.problem,
    )


def sure_enough(findings: Iterable[Finding], least: float) -> list[Finding]:
    """Return the findings that are certain, or at least that sure."""
    return [one for one in findings if one.confidence is None or one.confidence >= least]


def how(detector: Detector, explain: bool) -> str:
    """Name what kept findings depend on beside the text."""
    return f"{detector.describe()}\n{explain}"


async def _examine(plan: Plan, item: Item, asked: "_Models", watch: Watch) -> _Examined | None:
    source = await asyncio.to_thread(plan.read, item.path, watch.notice)
    if source is None:
        return None
    doc = source.doc
    spans = offsets(doc.text, item.lines) if item.lines is not None else None
    tree = await asyncio.to_thread(parse, doc.text, doc.language)
    _tell_errors(doc, tree, watch.notice)
    static = await asyncio.to_thread(find_static, doc, tree, spans)
    answer, reviewed = await asked.detected(doc, spans), await asked.reviewed(doc, spans)
    findings = judged(doc, tree, spans, static, answer, reviewed)
    is_finished = asked.have_looked(answer, reviewed)
    return _Examined(doc.path, findings, source if findings else None, is_finished)


def judged(
    doc: Document,
    tree: Tree | None,
    spans: Spans | None,
    static: list[Finding],
    answer: list[Finding] | None,
    reviewed: list[Finding] | None = None,
) -> list[Finding]:
    """Return what is to be reported of one document, sorted; None for a model that did not look."""
    ran = STATIC if spans is not None else STATIC - {"todo"}
    ran = ran if answer is None else ran | MODEL
    ran = ran if reviewed is None else ran | REVIEW
    everything = numbered([*static, *(answer or ()), *(reviewed or ())])
    findings = unignored(doc, tree, everything, ran, spans)
    return numbered(one for one in findings if is_within(spans, one.start, one.end))


def _tell_errors(doc: Document, tree: Tree | None, notice: Notice) -> None:
    if tree is None or doc.language in NEVER_WHOLE or not tree.n_errors:
        return
    if doc.language == "python" and _is_python(doc.text):
        return  # the grammar is behind the language
    line = doc.text.count("\n", 0, next(tree.errors())[0]) + 1
    notice(f"{doc.path}:{line}: syntax error; what stands around it is not judged")


def _is_python(text: str) -> bool:
    from lsp_local.parsecheck import python_error  # few files have errors: it can wait

    return python_error(text) is None


class _Asked:
    """The detector, asked no more once the time is up or the model has failed: `problem`."""

    def __init__(self, detector: Detector, cache: "Cache | None", limits: Limits) -> None:
        self._detector = detector
        self._cache = cache
        self._limits = limits
        self._how = how(detector, limits.explain)
        self._started = time.monotonic()
        self._is_over = False
        self.problem = ""

    async def find(self, doc: Document, spans: Spans | None) -> list[Finding] | None:
        """Return what the model finds, or found before; None where it could not look."""
        from lsp_local.lint.cache import key_of

        key = key_of(doc, is_test(doc.path, doc.language), spans, self._how)
        known = self._cache.fetch(key, doc) if self._cache is not None else None
        if known is not None or self._is_over:
            return known
        # Secrets are masked here for all: the detector may be on another machine.
        shown = replace(doc, text=masked(hidden(doc.text)))
        try:
            async with asyncio.timeout(self._left()):
                answer = await self._detector.find(shown, spans, self._limits.explain)
        except TimeoutError:
            self._is_over = True
            self.problem = f"the {self._limits.max_seconds:g} seconds are used up"
        except UserError as error:
            self._is_over = not isinstance(error, NotLooked)
            self.problem = str(error)
        else:
            found = [again(one, doc) for one in answer]
            if self._cache is not None:
                self._cache.store(key, found)
            return found
        return None

    def _left(self) -> float | None:
        if self._limits.max_seconds is None:
            return None
        return max(0.0, self._started + self._limits.max_seconds - time.monotonic())


@dataclass(frozen=True, slots=True)
class _Models:
    """Who is asked about each file, if anybody."""

    detector: _Asked | None
    reviewer: _Asked | None

    async def detected(self, doc: Document, spans: Spans | None) -> list[Finding] | None:
        return await self.detector.find(doc, spans) if self.detector is not None else None

    async def reviewed(self, doc: Document, spans: Spans | None) -> list[Finding] | None:
        return await self.reviewer.find(doc, spans) if self.reviewer is not None else None

    def have_looked(self, *answers: list[Finding] | None) -> bool:
        """Whether everybody who was asked has answered."""
        asked = (self.detector, self.reviewer)
        pairs = zip(asked, answers, strict=True)
        return all(one is None or answer is not None for one, answer in pairs)

    @property
    def problem(self) -> str:
        """Return why somebody could not look, "" if all could."""
        asked = (self.detector, self.reviewer)
        return next((one.problem for one in asked if one is not None and one.problem), "")
