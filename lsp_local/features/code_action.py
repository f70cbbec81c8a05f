"""Code actions: what the model is told for each of them, and how its answer becomes an edit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from lsp_local import privacy
from lsp_local.actions import docprose
from lsp_local.actions.catalogue import Offer
from lsp_local.actions.docstyle import Convention
from lsp_local.actions.docwriting import place_docstring
from lsp_local.actions.functions import (
    Function,
    line_end,
    line_start,
    parameters,
    returns_something,
)
from lsp_local.actions.statements import function_meant
from lsp_local.engine.base import ChatEngine, OnText
from lsp_local.features.extracting import extract
from lsp_local.features.instruct import Question, ask, fenced, read
from lsp_local.features.projects import NO_PROJECT, Project
from lsp_local.features.resolved import (
    NO_SAFE_EDIT,
    NOTHING_SAID,
    OF_SECRET,
    Resolved,
    commented,
    of,
    seen,
    without_code,
)
from lsp_local.features.rewriting import Job, rewrite, task_of
from lsp_local.features.testwriting import write_tests
from lsp_local.memory.habits import Habit, convention_of, value_of
from lsp_local.memory.quoting import requoted, requoted_text
from lsp_local.text import Document
from lsp_local.trees import Tree
from lsp_local.typed_trees import parse_typed
from lsp_local.verify.verdict import Rules

N_WORDS = 120  # tokens of a docstring or comment
DETAILED = (Convention.GOOGLE, Convention.NUMPY, Convention.REST, Convention.TAGS)

SIMPLIFY = "Simplify this code without changing what it does."
GUARD = (
    "Add error handling to this code where it can fail, as is usual in {language}. "
    "Change nothing else."
)
ANNOTATE = "Add type annotations to the parameters and the result of `{name}`. Change nothing else."
BODY = "Write the body of `{name}`, as its name, parameters and docstring say."
COMMENT = "Explain in one or two short sentences what this code does and why. Write no code."
# Forms to fill in (`name: what it is`) come back from the 0.5B as they are.
DOCSTRING = "Write the documentation of `{name}` without code: one short sentence{more}."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user has chosen. `instruction` is the user's own, for `rewrite`.

    `rules` is what is said to those who write code in this project, "" for nothing; what follows
    from `habits` without the model is done, too.
    """

    offer: Offer
    instruction: str = ""
    rules: str = ""
    project: Project = NO_PROJECT
    habits: tuple[Habit, ...] = ()


async def resolve(
    engine: ChatEngine, doc: Document, wanted: Wanted, on_text: OnText = lambda _text: None
) -> Resolved:
    """Do what was offered. Cancelling the task stops the decode within milliseconds.

    Raises EngineError for too much code and UserError for a model that follows no instructions.
    """
    do = _BY_NAME.get(wanted.offer.name, _rewrite)
    return seen(doc, await do(engine, doc, wanted, on_text))


async def read_ahead(engine: ChatEngine, doc: Document, wanted: Wanted) -> None:
    """Read the code of an offer while the user still looks at the menu."""
    await read(engine, _shown(doc, wanted))


def _job(doc: Document, wanted: Wanted) -> Job:
    """Return what the model is told to do with the code, and what it must leave alone."""
    offer = wanted.offer
    function = _function(doc, offer)
    name = function.name if function else "this code"
    rules = Rules(offer.start, offer.end)
    match offer.name:
        case "fix":
            problem = "; ".join(_said(doc, offer))
            return Job(f"Fix the bug in this code: {problem}", rules, is_fix=True)
        case "annotate":
            return Job(ANNOTATE.format(name=name), replace(rules, only_annotations=True))
        case "simplify":
            return Job(SIMPLIFY, replace(rules, only_simplifies=True))
        case "guard":
            return Job(GUARD.format(language=doc.language), replace(rules, only_adds=True))
        case "body":
            return Job(BODY.format(name=name), rules)
    return Job(wanted.instruction, replace(rules, keeps_signature=False, may_drop_names=True))


def job_for(doc: Document, wanted: Wanted) -> Job:
    """Return what the model is told about what was chosen, for all that rewrites code."""
    job = _job(doc, wanted)
    opening = _opening(doc, wanted.offer) if job.rules.keeps_signature else ""
    return replace(job, background=wanted.rules, opening=opening)


async def _rewrite(engine: ChatEngine, doc: Document, wanted: Wanted, on_text: OnText) -> Resolved:
    found = of(await rewrite(engine, doc, job_for(doc, wanted), on_text))
    return replace(found, edits=requoted(doc, found.edits, value_of(wanted.habits, "quotes")))


def asked(doc: Document, wanted: Wanted) -> str:
    """Return the text that the model is asked about an offer, behind the head of all questions.

    For `extract` and `tests`, which ask in their own ways, it is what their questions begin with.
    """
    tree, function = parse_typed(doc.text, doc.language), _function(doc, wanted.offer)
    match wanted.offer.name:
        case "docstring" if tree is not None and function is not None:
            task = DOCSTRING.format(name=function.name, more=_more(tree, function))
            return _about(doc, wanted, task).task
        case "comment":
            return _about(doc, wanted, COMMENT).task
        case "extract" | "tests" | "docstring":
            return _shown(doc, wanted)
    code = privacy.shown(doc.text, wanted.offer.start, wanted.offer.end)
    return task_of(doc, job_for(doc, wanted), code)


def _opening(doc: Document, offer: Offer) -> str:
    """Return the lines up to the body of the function, as far as no action may change them."""
    function = _function(doc, offer)
    if function is None or offer.name == "annotate" or function.body <= offer.start:
        return ""
    text = doc.text
    end = function.body + (text[function.body : function.body + 1] == "{")
    last = line_end(text, end)
    is_open = last < offer.end and not text[end:last].strip()
    end = last if is_open else line_start(text, end) - 1
    opening = privacy.shown(text, offer.start, max(offer.start, end)).rstrip()
    return f"{opening}\n" if opening else ""


def _said(doc: Document, offer: Offer) -> list[str]:
    """Return what is complained about, each with the line that it is about."""
    found = []
    for one in offer.diagnostics:
        start = line_start(doc.text, one.start)
        line = privacy.shown(doc.text, start, line_end(doc.text, start)).strip()
        where = f" (in the line `{line}`)" if line else ""
        found.append(f"{privacy.redact(one.message.strip())}{where}")
    return found


async def _docstring(
    engine: ChatEngine, doc: Document, wanted: Wanted, on_text: OnText
) -> Resolved:
    """Let the model find words; their form and place are ours, so the code cannot break."""
    tree, function = parse_typed(doc.text, doc.language), _function(doc, wanted.offer)
    if tree is None or function is None:
        return Resolved(problem=f"{NO_SAFE_EDIT}: there is no function here")
    task = DOCSTRING.format(name=function.name, more=_more(tree, function))
    question, usual = _about(doc, wanted, task), convention_of(wanted.habits)
    said = await ask(engine, question, on_text)
    opening = _opening_of_details(tree, function, said) if usual in DETAILED else ""
    if opening:
        said = await ask(engine, replace(question, opening=opening), on_text)
    if privacy.holds_placeholder(said):
        return Resolved(problem=OF_SECRET)
    start, end = wanted.offer.start, wanted.offer.end
    words = without_code(doc, start, end, said)
    edits = place_docstring(doc, start, end, words, usual=usual)
    return Resolved(edits, "" if edits else NOTHING_SAID)


def _opening_of_details(tree: Tree, function: Function, said: str) -> str:
    """Return how a docstring begins that goes on with the parameters, "" where it has them.

    Asked for a line of each, a small model often says one sentence; where it is habit to describe
    them, it is led there by its own beginning.
    """
    names = parameters(tree, function)
    prose = docprose.read(said, names)
    if not names or not prose.paragraphs or any(prose.parameters.values()):
        return ""
    return f"{prose.paragraphs[0]}\n\n{names[0]}:"


def _more(tree: Tree, function: Function) -> str:
    """Say which lines are wanted behind the first sentence."""
    names = ", ".join(f"`{name}`" for name in parameters(tree, function))
    wanted = [f"each of {names}"] if names else []
    wanted += ["what it returns"] if returns_something(tree, function) else []
    return f", then one line for {' and for '.join(wanted)}" if wanted else ""


async def _comment(engine: ChatEngine, doc: Document, wanted: Wanted, on_text: OnText) -> Resolved:
    """Put an explanation above the code."""
    said = await ask(engine, _about(doc, wanted, COMMENT), on_text)
    start, end = wanted.offer.start, wanted.offer.end
    return commented(doc, start, without_code(doc, start, end, said))


def _about(doc: Document, wanted: Wanted, task: str) -> Question:
    """Ask in words about the code of an offer."""
    return Question(f"{_shown(doc, wanted)}\n\n{task}", N_WORDS)


def _shown(doc: Document, wanted: Wanted) -> str:
    """Return what all questions about the code of an offer begin with."""
    code = privacy.shown(doc.text, wanted.offer.start, wanted.offer.end)
    return "\n\n".join(part for part in (wanted.rules, fenced(doc.language, code)) if part)


def _function(doc: Document, offer: Offer) -> Function | None:
    tree = parse_typed(doc.text, doc.language)
    return function_meant(tree, offer.start, offer.end) if tree is not None else None


async def _extract(engine: ChatEngine, doc: Document, wanted: Wanted, on_text: OnText) -> Resolved:
    start, end = wanted.offer.start, wanted.offer.end
    return await extract(engine, doc, start, end, _shown(doc, wanted), on_text)


async def _tests(engine: ChatEngine, doc: Document, wanted: Wanted, on_text: OnText) -> Resolved:
    function = _function(doc, wanted.offer)
    if function is None:
        return Resolved(problem=f"{NO_SAFE_EDIT}: there is no function here")
    beginning = _shown(doc, wanted)
    found = await write_tests(engine, doc, function, beginning, wanted.project, on_text)
    if found.new_file is None:
        return found
    quotes = value_of(wanted.habits, "quotes")
    text = requoted_text(found.new_file.text, doc.language, quotes)
    return replace(found, new_file=replace(found.new_file, text=text))


_Do = Callable[[ChatEngine, Document, Wanted, OnText], Awaitable[Resolved]]
_BY_NAME: dict[str, _Do] = {
    "docstring": _docstring,
    "comment": _comment,
    "extract": _extract,
    "tests": _tests,
}
