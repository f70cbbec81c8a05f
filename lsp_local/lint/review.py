"""Free review of changed lines by an instruct model, for `--review`: remarks, never more.

The model is shown a function or a hunk with numbered lines and answers `LINE: sentence`. What is
not of that form, not about a changed line, or quotes what is not in the file is dropped. Nothing
else is known to be true of a remark: small models are bad at this (docs/ci.md).
"""

import asyncio
import math
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from lsp_local import privacy
from lsp_local.chat import Message
from lsp_local.engine.base import ChatEngine, EngineError, Finish, Generated, Priority
from lsp_local.features import instruct
from lsp_local.features.instruct import FENCE, HEAD, Question, TooMuchCode
from lsp_local.lint.code import code
from lsp_local.lint.finding import Finding, found
from lsp_local.lint.hunks import Hunk, Lines, hunks
from lsp_local.lint.model import LazyModel
from lsp_local.options import answers_as
from lsp_local.text import Document

RULE = "review"
N_PREDICT = 120  # tokens; room for the remarks that are taken
MOST_REMARKS = 3  # of one function or hunk
LONGEST = 240  # characters of a remark
LEAST_WORDS = 3
REMARK = re.compile(r"(\d{1,7}):[ \t]+(\S.*)")
QUOTE = re.compile(r"`+([^`]*)`+")
WORD = re.compile(r"[^\W\d_]{2,}")
SPACE = re.compile(r"\s+")
# What says that there is nothing to say.
NOTHING = re.compile(
    r"\b(no|without) (\w+ )?(bugs?|errors?|issues?|problems?|mistakes?)\b|\bnothing (is )?wrong\b"
    r"|\b(is|are|looks?|seems?) (\w+ )?(correct|fine|good|right|ok|okay)\b",
    re.IGNORECASE,
)
ASK = (
    "Review {what} for bugs. For each line with a bug, answer with its number and one sentence:"
    " `LINE: what goes wrong`. If there is no bug, answer `none`."
)
ALL, NEW = "these lines", "the lines marked with +"
EXAMPLES = (
    Message(
        "user",
        "```python\n41 | def total(prices):\n42 |     result = 0\n"
        "43+|     for n in range(1, len(prices)):\n44+|         result += prices[n]\n"
        "45 |     return result\n```\n" + ASK.format(what=NEW),
    ),
    Message("assistant", "43: `range(1, len(prices))` leaves out the first price."),
    Message(
        "user",
        "```go\n7 | func isAdult(age int) bool {\n8 | \treturn age >= 18\n9 | }\n```\n"
        + ASK.format(what=ALL),
    ),
    Message("assistant", "none"),
)


class LazyReviewer:
    """See `Detector`. The model is loaded once something is to be reviewed that is not known."""

    def __init__(self, model: LazyModel) -> None:
        """Raise UserError where there is no model."""
        self._model = model
        self._identity = model.identity
        self._loading = asyncio.Lock()
        self._reviewer: Reviewer | None = None

    def describe(self) -> str:
        """See `Detector`."""
        asked = sha256(repr((HEAD, EXAMPLES, ASK, N_PREDICT)).encode()).hexdigest()[:16]
        return f"{RULE} {asked} {code()} {self._identity} {self._model.options.n_ctx}"

    def has_work(self, doc: Document, spans: Sequence[tuple[int, int]] | None) -> bool:
        """Whether there is anything in a text that the model would be asked about."""
        return any(hunks(doc, spans))

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`."""
        if not self.has_work(doc, spans):
            return []
        async with self._loading:
            self._reviewer = self._reviewer or Reviewer(await self._load())
        return await self._reviewer.find(doc, spans, explain)

    async def _load(self) -> ChatEngine:
        engine = await self._model.engine()
        if (await engine.info()).chat_template is None:
            raise EngineError(
                f"{answers_as(self._model.options)} follows no instructions; choose an instruct "
                "model with `--model`"
            )
        await instruct.warm(engine)
        return engine


class Reviewer:
    """Reviews with a model that is loaded."""

    def __init__(self, engine: ChatEngine) -> None:
        self._engine = engine

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`; there is nothing to `explain` in a remark."""
        del explain
        lines = Lines(doc.text)
        findings: list[Finding] = []
        for hunk in hunks(doc, spans):
            try:
                answer = await instruct.ask_for(
                    self._engine,
                    question(doc, lines, hunk, is_marked=spans is not None),
                    n_seconds=N_PREDICT,
                )
            except TooMuchCode:
                continue
            findings += remarks(doc, lines, hunk, answer)
        return findings


def question(doc: Document, lines: Lines, hunk: Hunk, is_marked: bool) -> Question:
    """Return what the model is asked of a hunk: its lines by their numbers, secrets replaced."""
    start, end = lines.span(hunk.first)[0], lines.span(hunk.last)[1]
    shown = privacy.shown(doc.text, start, end).split("\n")
    width = len(str(hunk.last))
    listed = "\n".join(
        f"{n:>{width}}{'+' if is_marked and n in hunk.changed else ' '}| {line}".rstrip()
        for n, line in enumerate(shown, hunk.first)
    )
    task = f"{FENCE}{doc.language}\n{listed}\n{FENCE}\n{ASK.format(what=NEW if is_marked else ALL)}"
    return Question(task, N_PREDICT, priority=Priority.LINT, before=EXAMPLES)


def remarks(doc: Document, lines: Lines, hunk: Hunk, answer: Generated) -> list[Finding]:
    """Return the findings in an answer; what breaks a rule of its form or is not so is dropped."""
    findings: dict[int, Finding] = {}
    for start, number, said in _lines_of(answer):
        line = int(number)
        is_place = line in hunk.changed and line not in findings
        if not is_place or not is_worth_telling(said, doc.text, lines.text(line)):
            continue
        sure = _probability(answer, start, start + len(number))
        message = said if said.endswith((".", "!", "?")) else f"{said}."
        findings[line] = found(RULE, doc, *lines.code(line), message, confidence=sure)
        if len(findings) == MOST_REMARKS:
            break
    return list(findings.values())


def is_worth_telling(said: str, text: str, line: str) -> bool:
    """Whether a remark says something of its own, and quotes only what is in the text."""
    quotes = [_squeezed(one) for one in QUOTE.findall(said)]
    words = WORD.findall(QUOTE.sub("", said))
    return (
        len(said) <= LONGEST
        and said.isprintable()
        and said.count("`") % 2 == 0
        and len(words) >= LEAST_WORDS
        and not NOTHING.search(said)
        and not privacy.holds_placeholder(said)
        and _squeezed(said).rstrip(".") not in _squeezed(line)
        and all(one in _squeezed(text) for one in quotes)
    )


def _lines_of(answer: Generated) -> Iterator[tuple[int, str, str]]:
    """Yield offset, number and sentence of each line of the form asked for, if it is whole."""
    begin = 0
    rows = answer.text.split("\n")
    if answer.finish is Finish.LENGTH:
        rows.pop()
    for row in rows:
        match = REMARK.fullmatch(row.rstrip())
        if match is not None:
            yield begin, match[1], match[2].rstrip()
        begin += len(row) + 1


def _probability(answer: Generated, start: int, end: int) -> float:
    """Return how likely the model was to name this line: of the tokens between two offsets.

    That is what it thinks, not how often it is right. 0 where nothing is known.
    """
    n_before = len(answer.tokens) - answer.n_predicted
    places = sorted((one.offset, one.at - n_before) for one in answer.seconds)
    ends = [*(offset for offset, _ in places[1:]), len(answer.text)]
    logprobs = [
        answer.logprobs[n]
        for (offset, n), behind in zip(places, ends, strict=False)
        if offset < end and behind > start and 0 <= n < len(answer.logprobs)
    ]
    return round(math.exp(sum(logprobs)), 2) if logprobs else 0.0


def _squeezed(text: str) -> str:
    return SPACE.sub(" ", text).strip()
