"""Lint of an open document: function by function, so that a key loses little of the work."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from lsp_local.actions.testfiles import is_test
from lsp_local.engine.base import ChatEngine
from lsp_local.lint.cache import key_of
from lsp_local.lint.detector import ModelDetector, described
from lsp_local.lint.finding import LEAST_CONFIDENCE, Detector, Finding, again
from lsp_local.lint.look import functions
from lsp_local.lint.model import identity_of
from lsp_local.lint.run import how, judged, sure_enough
from lsp_local.lint.static import find_static
from lsp_local.lint.walking import LANGUAGES, MOST_BYTES
from lsp_local.options import Options
from lsp_local.privacy import hidden
from lsp_local.text import Document
from lsp_local.trees import parse

N_REMEMBERED = 4096  # functions and files
N_LOOKED = 16  # texts of which it is known how far they were looked at

Span = tuple[int, int]


class Kept(Protocol):
    """What was found before, by content: `cache.Cache`, or `Memory`."""

    def fetch(self, key: bytes, doc: Document) -> list[Finding] | None:
        """Return what was found in a text like that of `doc`; None if unknown."""

    def store(self, key: bytes, findings: Sequence[Finding]) -> None:
        """Keep what was found."""


class Memory:
    """What was found since the start, for those who want nothing on disk."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()

    def fetch(self, key: bytes, doc: Document) -> list[Finding] | None:
        """See `Kept`."""
        known = self._kept.get(key)
        return None if known is None else [again(one, doc) for one in known]

    def store(self, key: bytes, findings: Sequence[Finding]) -> None:
        """See `Kept`."""
        self._kept[key] = tuple(findings)
        while len(self._kept) > N_REMEMBERED:
            self._kept.popitem(last=False)


def is_known(doc: Document) -> bool:
    """Whether lint looks at such a document at all."""
    return doc.language in LANGUAGES and len(doc.text) <= MOST_BYTES


def certain(doc: Document) -> list[Finding]:
    """Return what the static checks find, ignored or not."""
    return find_static(doc, parse(doc.text, doc.language), None)


def told(
    doc: Document, static: Iterable[Finding], found: Iterable[Finding], is_whole: bool
) -> list[Finding]:
    """Return which of the findings are to be shown; `is_whole` is whether the model has seen all.

    As on the command line, but for private regions, of which an editor is told nothing.
    """
    tree = parse(doc.text, doc.language)
    now, sure = [again(one, doc) for one in static], sure_enough(found, LEAST_CONFIDENCE)
    answer = [again(one, doc) for one in sure]
    if is_whole:
        findings = judged(doc, tree, None, now, answer)
    else:  # what the model has not seen yet makes no comment stale
        findings = judged(doc, tree, None, [*now, *answer], None)
    shown = hidden(doc.text)
    return [one for one in findings if _is_shown(doc.text, shown, one)]


async def session_detector(engine: ChatEngine, options: Options) -> Detector:
    """Return the detector of a model in memory."""
    info = await engine.info()
    identity = await asyncio.to_thread(identity_of, options, Path(info.path))
    return _Named(ModelDetector(engine), described(identity, options))


class _Named:
    """A detector that can say what its findings depend on."""

    def __init__(self, detector: ModelDetector, name: str) -> None:
        self._detector = detector
        self._name = name

    def describe(self) -> str:
        """See `Detector`."""
        return self._name

    async def find(
        self, doc: Document, spans: Sequence[Span] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`."""
        return await self._detector.find(doc, spans, explain)


class Piecewise:
    """Asks a detector about one function at a time, and about none twice.

    A function whose text is as it was is known, whatever was edited around it. What is kept for
    the whole file, which the command line reads, is only what was found in exactly that text.
    """

    def __init__(self, detector: Detector, kept: Kept) -> None:
        self._detector = detector
        self._kept = kept
        self._how = how(detector, explain=False)
        self._looked: OrderedDict[bytes, set[Span]] = OrderedDict()

    async def find(
        self, doc: Document, near: int
    ) -> AsyncGenerator[tuple[Span, list[Finding], bool], None]:
        """Yield spans with all that is found in them, those nearest to `near` first.

        The last of them has a True. Cancelled, it goes on next time where it was. Raises UserError.
        """
        in_test = is_test(doc.path, doc.language)
        key = key_of(doc, in_test, None, self._how)
        whole, everything = self._kept.fetch(key, doc), (0, len(doc.text))
        if whole is not None:
            yield everything, whole, True
            return
        shown = replace(doc, text=hidden(doc.text))
        pieces = await asyncio.to_thread(_spans, shown)
        found: list[Finding] = []
        for start, end in sorted(pieces, key=lambda one: _distance(one, near)):
            piece = await self._piece(key, doc, shown, (start, end))
            found += piece
            yield (start, end), piece, False
        if self._looked_at(key) >= set(pieces):
            await asyncio.to_thread(self._kept.store, key, sorted(found, key=lambda one: one.order))
        yield everything, found, True

    async def _piece(
        self, whole: bytes, doc: Document, shown: Document, span: Span
    ) -> list[Finding]:
        start, end = span
        alone = replace(shown, text=shown.text[start:end])
        how_alone = f"{self._how}\na function alone"
        key = key_of(alone, is_test(doc.path, doc.language), None, how_alone)
        known = self._kept.fetch(key, alone)
        if known is None:
            # What only touches the span is not meant.
            inside = [(start + 1, max(start + 1, end - 1))]
            answer = await self._detector.find(shown, inside, False)
            known = [_shifted(one, -start, alone) for one in answer if _is_in(one, span)]
            self._looked_at(whole).add(span)
            await asyncio.to_thread(self._kept.store, key, known)
        return [_shifted(one, start, doc) for one in known]

    def _looked_at(self, whole: bytes) -> set[Span]:
        """Return which functions the model has seen in exactly this text."""
        looked = self._looked.setdefault(whole, set())
        self._looked.move_to_end(whole)
        while len(self._looked) > N_LOOKED:
            self._looked.popitem(last=False)
        return looked


def _spans(doc: Document) -> list[Span]:
    """Return where the functions are that the model looks at."""
    return [(one.start, one.end) for one in functions(doc, None)]


def _distance(span: Span, offset: int) -> int:
    return max(span[0] - offset, offset - span[1], 0)


def _is_in(finding: Finding, span: Span) -> bool:
    return span[0] <= finding.start and finding.end <= span[1]


def _shifted(finding: Finding, n: int, doc: Document) -> Finding:
    return again(replace(finding, start=finding.start + n, end=finding.end + n), doc)


def _is_shown(text: str, shown: str, finding: Finding) -> bool:
    """Whether no line of a finding is private."""
    start = text.rfind("\n", 0, finding.start) + 1
    end = text.find("\n", finding.end)
    end = len(text) if end < 0 else end
    return text[start:end] == shown[start:end]
