"""Looks for mistakes with a model: what it would rather have written, where that is likelier.

The model never gets to say where a mistake is; its probabilities do.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from lsp_local.actions.functions import Function
from lsp_local.engine.base import ChatEngine, Priority
from lsp_local.features import instruct
from lsp_local.features.instruct import Question, TooMuchCode
from lsp_local.lint.code import code
from lsp_local.lint.finding import LEAST_CONFIDENCE, Finding, found
from lsp_local.lint.ignoring import MARK
from lsp_local.lint.kinds import Kind
from lsp_local.lint.look import Look, Page, Suspect, functions
from lsp_local.lint.model import LazyModel
from lsp_local.lint.static import comments, is_within
from lsp_local.options import Options
from lsp_local.privacy import hidden, masked, shown
from lsp_local.text import Document
from lsp_local.trees import parse

MOST_FINDINGS = 1  # in one function: whoever mends it has it looked at again
N_SENTENCE = 60  # tokens
NOT_BLANK = re.compile(r"\S")


class LazyDetector:
    """See `Detector`. The model is loaded once something is to be looked at that is not known."""

    def __init__(self, model: LazyModel) -> None:
        """Raise UserError where there is no model."""
        self._model = model
        self._identity = model.identity
        self._free = asyncio.Lock()
        self._detector: ModelDetector | None = None

    def describe(self) -> str:
        """See `Detector`."""
        return described(self._identity, self._model.options)

    def has_work(self, doc: Document, spans: Sequence[tuple[int, int]] | None) -> bool:
        """Whether there is anything in a text that the model would be asked about."""
        return any(functions(doc, spans))

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`."""
        if not self.has_work(doc, spans):
            return []
        # One file after the other: they would only take each other's KV state away.
        async with self._free:
            self._detector = self._detector or ModelDetector(await self._model.engine())
            return await self._detector.find(doc, spans, explain)


def described(identity: str, options: Options) -> str:
    """Name all that the findings of a model depend on."""
    return f"{code()} {identity} {options.n_ctx}"


class ModelDetector:
    """Looks with a model that is loaded. Two lookings at a time disturb each other, no more."""

    def __init__(self, engine: ChatEngine) -> None:
        self._engine = engine
        self._page: tuple[Document, Page | None] | None = None

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`."""
        page = await self._page_for(doc)
        wanted = page.functions if page is not None else ()
        findings = []
        for function in (one for one in wanted if is_within(spans, one.start, one.end)):
            for suspect in (await self.suspects(doc, function))[:MOST_FINDINGS]:
                finding = _finding(doc, suspect)
                if explain and suspect.confidence >= LEAST_CONFIDENCE:
                    finding = await self._explained(doc, function, finding, suspect.kind)
                findings.append(finding)
        return findings

    async def suspects(self, doc: Document, function: Function) -> list[Suspect]:
        """Return what may be wrong in a function, the likeliest first. Raises EngineError.

        That is nothing where it does not fit into the context.
        """
        page = await self._page_for(doc)
        # A function whose text is private, or a secret, is none on the page.
        if page is None or function.start not in page.begins:
            return []
        return await Look(self._engine, page, function).suspects()

    async def _page_for(self, doc: Document) -> Page | None:
        """Return what all looks at a document need; it is made once for all of its functions."""
        if self._page is not None and self._page[0] is doc:
            return self._page[1]
        page = await asyncio.to_thread(_page_of, doc)
        self._page = doc, page
        return page

    async def _explained(
        self, doc: Document, function: Function, finding: Finding, kind: Kind
    ) -> Finding:
        code = shown(doc.text, function.start, function.end)
        task = (
            f"{instruct.fenced(doc.language, code)}\n\nIn `{function.name}`, "
            f"`{kind.old}` should be `{kind.new}`. Say in one sentence what goes wrong as it is."
        )
        question = Question(task, N_SENTENCE, priority=Priority.LINT)
        try:
            said = " ".join((await instruct.ask(self._engine, question)).split())
        except TooMuchCode:
            return finding
        return replace(finding, message=f"{finding.message} {said}") if said else finding


def _page_of(doc: Document) -> Page | None:
    """Return a document as the model may read it; None for what cannot be parsed."""
    text = without_ignores(masked(hidden(doc.text)), doc.language)
    tree = parse(text, doc.language)
    return Page(replace(doc, text=text), tree) if tree is not None else None


def without_ignores(text: str, language: str) -> str:
    """Blank out the comments that ignore findings: they would tell the model what is wrong."""
    tree = parse(text, language) if MARK.search(text) else None
    for start, end in comments(tree) if tree is not None else ():
        if MARK.search(text, start, end):
            text = text[:start] + NOT_BLANK.sub(" ", text[start:end]) + text[end:]
    return text


def _finding(doc: Document, suspect: Suspect) -> Finding:
    kind = suspect.kind
    return found(
        kind.rule,
        doc,
        kind.start,
        kind.end,
        _message(kind) if suspect.edit is not None else f"`{kind.old}` is very unlikely here.",
        replacement=kind.new if suspect.edit is not None else None,
        confidence=suspect.confidence,
    )


def _message(kind: Kind) -> str:
    if not kind.old:
        return f"`{kind.new.strip()}` is probably missing here."
    if not kind.new:
        return f"`{kind.old.strip()}` probably does not belong here."
    return f"`{kind.old.strip()}` is probably meant to be `{kind.new.strip()}`."
