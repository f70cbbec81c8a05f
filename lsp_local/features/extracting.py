"""Extract a function: everything about it is computed, the model only finds its name."""

import itertools
import re
from collections.abc import Iterator, Sequence

from lsp_local.actions.extract import judged
from lsp_local.actions.extractable import Refusal
from lsp_local.actions.extracted import edits, is_free_name
from lsp_local.engine.base import ChatEngine, OnText
from lsp_local.features.instruct import Question, ask
from lsp_local.features.resolved import NO_SAFE_EDIT, Resolved
from lsp_local.text import Document

N_NAME = 16  # tokens
MOST_RESULTS = 2  # in a name
TASK = (
    "These lines become a function of their own. Say what it is called: a verb and a noun, in the "
    "style of {language}. Answer with the name only."
)
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*|\d+")
SNAKE = ("python", "rust", "ruby")


async def extract(
    engine: ChatEngine,
    doc: Document,
    start: int,
    end: int,
    beginning: str,
    on_text: OnText = lambda _text: None,
) -> Resolved:
    """Return the edits that make a function of the selected statements.

    `beginning` shows the model the code, as all questions about it do.
    Raises EngineError and UserError as `instruct.ask` does.
    """
    found = judged(doc, start, end)
    if isinstance(found, Refusal):
        return Resolved(problem=f"{NO_SAFE_EDIT}: {found.reason}")
    task = f"{beginning}\n\n{TASK.format(language=doc.language)}"
    said = await ask(engine, Question(task, N_NAME, opening="`", until="`"), on_text)
    verb = _words(_named(said))
    if len(verb) == 1 and not found.results:  # small models often say no more: what it is done to
        said = await ask(engine, Question(task, N_NAME, opening=f"`{verb[0]}_", until="`"), on_text)
    for name in _names(said, found.results, doc.language):
        if is_free_name(doc, name):
            made = edits(doc, found, name)
            return Resolved(made, "" if made else f"{NO_SAFE_EDIT}: it would not parse")
    return Resolved(problem=f"{NO_SAFE_EDIT}: no name is free")


def _names(said: str, results: Sequence[str], language: str) -> Iterator[str]:
    """Yield names, the model's own first; the user renames what is left.

    Of one word, `filter`, what comes of it is added.
    """
    words = _words(_named(said))[:5]
    what = [word for one in results[:MOST_RESULTS] for word in _words(one)]
    named = [words + what, words] if len(words) == 1 else [words]
    named += [["get", *what]] if what else []
    for one in (*named, ["extracted"]):
        if one and one[0].isalpha():
            yield _styled(one, language)
    yield from (
        _styled(["extracted", str(n)], language) for n in itertools.islice(itertools.count(2), 98)
    )


def _named(said: str) -> str:
    return said.strip("`").partition("(")[0]


def _words(name: str) -> list[str]:
    return [word.lower() for word in WORDS.findall(name)]


def _styled(words: list[str], language: str) -> str:
    if language in SNAKE:
        return "_".join(words)
    return words[0] + "".join(word.capitalize() for word in words[1:])
