"""Rewriting code as the model is told, until an edit is safe or it is clear that none is to be had.

A small model that is asked to mend a function mostly says it again, letter by letter. But where it
hesitated on the way is often where the fault is. So the answers that it nearly gave are looked at,
the nearest first: each begins with its second choice at one place. The most natural code wins.
"""

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from lsp_local import privacy
from lsp_local.chat import Message
from lsp_local.engine.base import (
    CannotScoreError,
    ChatEngine,
    Generated,
    GenerateRequest,
    OnText,
    Priority,
    Second,
)
from lsp_local.engine.kv import n_common
from lsp_local.features.instruct import FENCE, Question, TooMuchCode, ask_for, fenced
from lsp_local.text import Document, TextEdit
from lsp_local.trees import Place, Tree, parse
from lsp_local.verify.meaning import means_the_same
from lsp_local.verify.minimal import applied
from lsp_local.verify.verdict import NOTHING, Rules, Verdict, verified

END = f"\n{FENCE}"  # with which a block of code ends
N_TRIED = 10  # answers that were nearly given are asked for, until
N_NEAR = 6  # of them are safe edits
FARTHEST = 5.0  # nats; what was farther from being said mended nothing
CLOSE = 2.0  # nats; only that near must they be where the answer itself is a safe edit
# A nat of the model's doubt weighs as much as these of naturalness. Fitted on 41 problems of
# HumanEvalPack's half to tune on, 0.5B, 2026-11-26.
GAP_WEIGHT = 1.5
SIZE_WEIGHT = 0.5  # mistakes are small: so many nats for e times as many characters
N_BEFORE = 1500  # characters of the file before the code, for judging what is natural there
N_SECONDS = 60  # places where it was a near thing; some are in comments, or make no difference
CHARS_A_TOKEN = 2.5  # of dense code
LEAST_ANSWER = 96  # tokens that an answer may have at least
TWICE = 2  # times as long as the code may an answer be


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with the code between `rules.start` and `rules.end`.

    `instruction` is said behind the code, `background` before it. `opening` is the code with which
    every right answer begins, "" where that is not known; it ends at the end of a line. With
    `is_fix` what the model nearly said counts, too; with `is_whole` the instruction holds the code.
    """

    instruction: str
    rules: Rules
    background: str = ""
    opening: str = ""
    is_fix: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A safe edit.

    It makes the code likelier by `gain` nats; to say it was `gap` nats less likely than what the
    model said, 0 for that itself.
    """

    edits: tuple[TextEdit, ...]
    gain: float
    gap: float

    @property
    def score(self) -> float:
        """Return how good it is, in nats, beside others of the same question."""
        n_changed = sum(one.end - one.start + len(one.text) for one in self.edits)
        return self.gain - GAP_WEIGHT * self.gap - SIZE_WEIGHT * math.log1p(n_changed)


async def rewrite(
    engine: ChatEngine, doc: Document, job: Job, on_text: OnText = lambda _text: None
) -> Verdict:
    """Return a safe edit that does the job, or why there is none.

    Cancelling the task stops the decode. Raises EngineError and UserError as `instruct.ask` does.
    """
    asked = await _ask(engine, doc, job, on_text)
    verdict = asked.verdict
    if job.is_fix and verdict.problem in ("", NOTHING):
        return await _best(engine, doc, job, asked, on_text)
    if not verdict.problem:
        return verdict
    again = _again(asked.question, _said(asked.question, asked.answer), verdict.problem)
    try:
        second = await ask_for(engine, again, on_text)
    except TooMuchCode:  # the code fits, but not twice
        found = verdict
    else:
        found = _judged(doc, _said(again, second), job.rules)
    if not found.edits and job.is_fix:
        best = await _best(engine, doc, job, asked, on_text)
        return best if best.edits else found
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, its answer, and what the answer is worth."""

    question: Question
    answer: Generated
    verdict: Verdict


async def _ask(engine: ChatEngine, doc: Document, job: Job, on_text: OnText) -> _Asked:
    question = _question(doc, job, privacy.shown(doc.text, job.rules.start, job.rules.end))
    answer = await ask_for(engine, question, on_text, N_SECONDS if job.is_fix else 0)
    return _Asked(question, answer, _judged(doc, _said(question, answer), job.rules))


def _question(doc: Document, job: Job, code: str) -> Question:
    """Put the code first: whatever else is asked about it, it is read once."""
    n_code = int(len(code) / CHARS_A_TOKEN)
    return Question(
        task_of(doc, job, code),
        LEAST_ANSWER + TWICE * n_code,
        opening=f"{FENCE}{doc.language}\n{job.opening}",
        until=END,
        draft=code,
    )


def task_of(doc: Document, job: Job, code: str) -> str:
    """Return what is asked, in one text."""
    shown = "" if job.is_whole else fenced(doc.language, code)
    return "\n\n".join(part for part in (job.background, shown, job.instruction) if part)


def _again(question: Question, said: str, problem: str) -> Question:
    """Ask once more, with what is wrong."""
    before = Message("user", question.task), Message("assistant", said)
    # It may quote the code, which the model has read without its secrets.
    wrong = privacy.redact(problem)
    task = f"That is not right: {wrong}. Answer with the whole code again, corrected."
    return replace(question, task=task, before=before)


def _judged(doc: Document, said: str, rules: Rules) -> Verdict:
    """Return the safe edits of an answer; the code keeps its secrets, which no model has read."""
    return verified(doc, privacy.restored(said, doc.text[rules.start : rules.end]), rules)


def _said(question: Question, answer: Generated) -> str:
    end = END if answer.stop == "until" else ""
    return question.opening + answer.text + end


async def _best(
    engine: ChatEngine, doc: Document, job: Job, asked: _Asked, on_text: OnText
) -> Verdict:
    """Return the best of what was said and nearly said."""
    gaps = await _gaps(engine, doc, job, asked, on_text)
    if len(gaps) > 1:
        found = await _ranked(engine, doc, job, gaps)
        return Verdict(found[0].edits)
    return Verdict(next(iter(gaps))) if gaps else Verdict(problem=NOTHING)


async def _gaps(
    engine: ChatEngine, doc: Document, job: Job, asked: _Asked, on_text: OnText
) -> dict[tuple[TextEdit, ...], float]:
    """Return the safe edits of an answer and of those nearly given, with how near they were."""
    gaps = {asked.verdict.edits: 0.0} if asked.verdict.edits else {}
    async for text, second in _near(engine, asked, doc.language, on_text):
        edits = _judged(doc, text, job.rules).edits
        if edits and not means_the_same(doc, job.rules.start, job.rules.end, edits):
            gaps.setdefault(edits, second.gap)
        if len(gaps) >= N_NEAR:
            break
    return gaps


async def _ranked(
    engine: ChatEngine, doc: Document, job: Job, gaps: dict[tuple[TextEdit, ...], float]
) -> list[Candidate]:
    found = []
    for edits, gap in gaps.items():
        try:
            gain = await naturalness(engine, doc, job.rules, edits)
        except CannotScoreError:  # then the nearest is the best
            gain = 0.0
        found.append(Candidate(edits, gain, gap))
    return sorted(found, key=lambda one: -one.score)


async def naturalness(
    engine: ChatEngine, doc: Document, rules: Rules, edits: tuple[TextEdit, ...]
) -> float:
    """Return by how many nats the model finds the code likelier with `edits` than without.

    It reads the code by itself, with what stands before it. Source: "On the naturalness of buggy
    code" (Ray et al. 2016): faults are less natural than what they are mended to.
    """
    begin = max(0, rules.start - N_BEFORE)
    end = rules.end
    old = privacy.hidden(doc.text)[begin:end]
    moved = tuple(replace(one, start=one.start - begin, end=one.end - begin) for one in edits)
    tokens = await engine.tokenize([privacy.redact(one) for one in (old, applied(old, moved))])
    first = max(1, n_common(*tokens))
    before, after = [
        sum(one.logprob for one in await engine.score(ids, 1, first, Priority.CODE_ACTION))
        for ids in tokens
    ]
    return after - before


async def _near(
    engine: ChatEngine, asked: _Asked, language: str, on_text: OnText
) -> AsyncIterator[tuple[str, Second]]:
    """Yield the answers that were nearly given, those first that were the nearest."""
    question, answer = asked.question, asked.answer
    farthest = CLOSE if asked.verdict.edits else FARTHEST
    opened = question.opening.removeprefix(f"{FENCE}{language}\n")
    tree = parse(opened + answer.text, language)
    close = [one for one in answer.seconds if one.gap <= farthest]
    worth = [one for one in close if _is_worth(tree, len(opened) + one.offset, one)]
    for one in worth[:N_TRIED]:
        request = GenerateRequest(
            [*answer.tokens[: one.at], one.token],
            question.n_predict,
            priority=question.priority,
            until=question.until,
            draft=tuple(answer.tokens[one.at + 1 :]),
        )
        rest = await engine.generate(request, on_text)
        said = answer.text[: one.offset] + one.text + rest.text
        yield _said(question, replace(rest, text=said)), one


def _is_worth(tree: Tree | None, offset: int, one: Second) -> bool:
    """Whether another token at `offset` can make another program."""
    if tree is None or not one.text.strip():
        return False
    is_code = tree.place(offset + 1) is Place.CODE
    return is_code and bool(tree.text[offset : offset + 2].strip())
