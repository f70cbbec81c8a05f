"""Looks for mistakes with a model: what it would rather have written, where that is likelier.

The model is asked to mend each function, as if there were a bug. What it answers, and what it
nearly answered, are candidates that parse and use known names; the model never gets to say where a
mistake is, its probabilities do. Most functions have none: how much likelier a candidate makes the
code decides whether it is told.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from lsp_local import models, privacy
from lsp_local.actions import catalogue
from lsp_local.actions.applicable import MOST
from lsp_local.actions.functions import Function, all_functions
from lsp_local.actions.testfiles import is_test
from lsp_local.engine.base import ChatEngine, EngineError, Priority
from lsp_local.engine.client import EngineClient
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.features import instruct
from lsp_local.features.code_action import Wanted, job_for
from lsp_local.features.instruct import FENCE, Question, TooMuchCode
from lsp_local.features.rewriting import Candidate, candidates
from lsp_local.lint.finding import Detector, Finding, found
from lsp_local.lint.kinds import Kind, kind_of
from lsp_local.lint.static import is_within
from lsp_local.options import Options
from lsp_local.text import Diagnostic, Document
from lsp_local.trees import parse

COMPLAINT = "`{name}` does not do what it says"
SHORTEST = 40  # characters of a body that can be wrong in an interesting way
MOST_FINDINGS = 1  # in one function: whoever mends it has it looked at again
N_SENTENCE = 60  # tokens
# Confidence is 0.5 at the middle. Fitted on 14 pairs of HumanEvalPack's half to tune on, 0.5B,
# 2026-11-26: no function without its bug scored above 2.5, six of those with it above 4.
MIDDLE, WIDTH = 4.0, 2.0  # nats
# The least confidence that is reported unless `--min-confidence` says otherwise.
LEAST_CONFIDENCE = 0.5


@asynccontextmanager
async def detector(options: Options) -> AsyncIterator[Detector]:
    """Give the detector for the model that `options` name. Raises UserError without one."""
    path = models.resolve(options.model)
    async with AsyncExitStack() as stack:
        yield LazyDetector(stack, path, options)


class LazyDetector:
    """See `Detector`. The model is loaded once something is to be looked at that is not known."""

    def __init__(self, stack: AsyncExitStack, path: Path, options: Options) -> None:
        self._stack = stack
        self._path = path
        self._options = options
        self._loading = asyncio.Lock()
        self._loaded: ModelDetector | None = None

    def describe(self) -> str:
        """See `Detector`."""
        return described(self._path, self._options)

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`."""
        if not any(functions(doc, spans)):
            return []
        async with self._loading:
            self._loaded = self._loaded or await self._load()
        return await self._loaded.find(doc, spans, explain)

    async def _load(self) -> "ModelDetector":
        client = EngineClient.keeping_states(self._path, self._options)
        engine = await self._stack.enter_async_context(client)
        if (await engine.info()).chat_template is None:
            raise EngineError(
                f"{self._path.name} follows no instructions; choose an instruct model with "
                "`--model`"
            )
        await instruct.warm(engine)
        return ModelDetector(engine)


def described(path: Path, options: Options) -> str:
    """Name all that the findings of a model depend on."""
    return f"{version('lsp-local')} {fingerprint(path)} {options.n_ctx} {MIDDLE} {WIDTH}"


class ModelDetector:
    """Looks with a model that is loaded. Two lookings at a time disturb each other, no more."""

    def __init__(self, engine: ChatEngine) -> None:
        self._engine = engine

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`."""
        findings = []
        for function in functions(doc, spans):
            for candidate, kind in (await self.suspects(doc, function))[:MOST_FINDINGS]:
                finding = _finding(doc, candidate, kind)
                if explain and finding.confidence and finding.confidence >= LEAST_CONFIDENCE:
                    finding = await self._explained(doc, function, finding, kind)
                findings.append(finding)
        return findings

    async def suspects(self, doc: Document, function: Function) -> list[tuple[Candidate, Kind]]:
        """Return what may be wrong in a function, the likeliest first. Raises EngineError."""
        at = function.head
        complaint = Diagnostic(at, at, COMPLAINT.format(name=function.name))
        offer = catalogue.offer("fix", doc, at, at, [complaint])
        if offer is None:
            return []
        job = replace(job_for(doc, Wanted(offer)), priority=Priority.LINT)
        try:
            ranked = await candidates(self._engine, doc, job)
        except TooMuchCode:
            return []
        in_test = is_test(doc.path, doc.language)
        kinds = [(one, kind_of(doc, one.edits, in_test)) for one in ranked if one.gain > 0]
        return [(one, kind) for one, kind in kinds if kind is not None]

    async def _explained(
        self, doc: Document, function: Function, finding: Finding, kind: Kind
    ) -> Finding:
        code = privacy.shown(doc.text, function.start, function.end)
        task = (
            f"{FENCE}{doc.language}\n{code.rstrip()}\n{FENCE}\n\nIn `{function.name}`, "
            f"`{kind.old}` should be `{kind.new}`. Say in one sentence what goes wrong as it is."
        )
        question = Question(task, N_SENTENCE, priority=Priority.LINT)
        said = " ".join((await instruct.ask(self._engine, question)).split())
        return replace(finding, message=f"{finding.message} {said}") if said else finding


def confidence(score: float) -> float:
    """Return how likely a candidate of `score` nats mends a mistake, as far as is known."""
    return round(1 / (1 + math.exp((MIDDLE - score) / WIDTH)), 2)


def _finding(doc: Document, candidate: Candidate, kind: Kind) -> Finding:
    return found(
        kind.rule,
        doc,
        kind.start,
        kind.end,
        _message(kind),
        replacement=kind.new,
        confidence=confidence(candidate.score),
    )


def _message(kind: Kind) -> str:
    if not kind.old:
        return f"`{kind.new.strip()}` is probably missing here."
    if not kind.new:
        return f"`{kind.old.strip()}` probably does not belong here."
    return f"`{kind.old.strip()}` is probably meant to be `{kind.new.strip()}`."


def functions(doc: Document, spans: Sequence[tuple[int, int]] | None) -> Iterator[Function]:
    """Yield the functions to look at: the outermost that are not too long."""
    tree = parse(doc.text, doc.language)
    behind = 0
    for one in all_functions(tree) if tree is not None else ():
        is_short = one.body_end - one.body < SHORTEST
        if one.start < behind or one.end - one.start > MOST or is_short:
            continue
        behind = one.end
        if is_within(spans, one.start, one.end):
            yield one
