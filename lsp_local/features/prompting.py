"""A prompt file of the user's own, at work: its answer becomes an edit, a comment or a message."""

from collections.abc import Sequence

from lsp_local import privacy
from lsp_local.actions.functions import whole_start
from lsp_local.actions.statements import function_meant, whole_scope
from lsp_local.engine.base import ChatEngine, OnText
from lsp_local.features.instruct import Question, ask
from lsp_local.features.resolved import (
    NOTHING_SAID,
    Resolved,
    commented,
    of,
    seen,
    without_code,
)
from lsp_local.features.rewriting import Job, rewrite
from lsp_local.text import Diagnostic, Document
from lsp_local.typed_trees import parse_typed
from lsp_local.userprompts.answers import parsed_diagnostics
from lsp_local.userprompts.files import PromptFile, filled
from lsp_local.userprompts.settings import Output, Scope
from lsp_local.verify.verdict import Rules

N_PREDICT = 400  # tokens of an answer in words


def scope_of(prompt: PromptFile, doc: Document, start: int, end: int) -> tuple[int, int] | None:
    """Return the code that the prompt is about at a place, None where there is none."""
    if prompt.scope is Scope.FILE:
        return (0, len(doc.text)) if doc.text.strip() else None
    tree = parse_typed(doc.text, doc.language)
    if prompt.scope is Scope.SELECTION:
        return whole_scope(tree, doc.text, start, end) if start < end else None
    function = function_meant(tree, start, end) if tree is not None else None
    return (whole_start(doc.text, function.start), function.end) if function else None


async def run_prompt(
    engine: ChatEngine,
    doc: Document,
    prompt: PromptFile,
    span: tuple[int, int],
    diagnostics: Sequence[Diagnostic] = (),
    on_text: OnText = lambda _text: None,
) -> Resolved:
    """Ask what the file says about the code in `span`, and return what comes of it.

    Raises EngineError for too much code and UserError for a model that follows no instructions.
    """
    return seen(doc, await _answered(engine, doc, prompt, span, diagnostics, on_text))


async def _answered(
    engine: ChatEngine,
    doc: Document,
    prompt: PromptFile,
    span: tuple[int, int],
    diagnostics: Sequence[Diagnostic],
    on_text: OnText,
) -> Resolved:
    task = filled(prompt, _values(doc, span, diagnostics))
    if prompt.output is Output.EDIT:
        rules = Rules(*span, keeps_signature=False, may_drop_names=True)
        return of(await rewrite(engine, doc, Job(task, rules, is_whole=True), on_text))
    answer = (await ask(engine, Question(task, N_PREDICT), on_text)).strip()
    if not answer:
        return Resolved(problem=NOTHING_SAID)
    if prompt.output is Output.COMMENT:
        return commented(doc, span[0], without_code(doc, *span, answer))
    if prompt.output is Output.DIAGNOSTIC:
        return Resolved(diagnostics=_diagnostics(doc, prompt, span, answer))
    return Resolved(message=answer)


def _values(
    doc: Document, span: tuple[int, int], diagnostics: Sequence[Diagnostic]
) -> dict[str, str]:
    """Return what the placeholders stand for, without secrets; all code is that of the scope."""
    code = privacy.shown(doc.text, *span)
    near = [one for one in diagnostics if one.start <= span[1] and one.end >= span[0]]
    first = _line(doc, span[0]) - 1  # the model counts the lines that it is shown
    said = [f"line {max(1, _line(doc, one.start) - first)}: {one.message}" for one in near]
    return {
        **dict.fromkeys(Scope, code),
        "file": privacy.shown(doc.text, 0, len(doc.text)),
        "diagnostics": privacy.redact("\n".join(said)),
        "language": doc.language,
    }


def _line(doc: Document, offset: int) -> int:
    return doc.text.count("\n", 0, offset) + 1


def _diagnostics(
    doc: Document, prompt: PromptFile, span: tuple[int, int], answer: str
) -> tuple[Diagnostic, ...]:
    """Return what the model says of lines of the code, each on the whole of its line."""
    found = []
    starts = [span[0]]
    for line in doc.text[span[0] : span[1]].split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    for n, message in parsed_diagnostics(answer, doc.text[span[0] : span[1]]):
        start = starts[n - 1]
        line = doc.text[start:].split("\n", 1)[0].rstrip("\r")
        first = start + len(line) - len(line.lstrip())
        found.append(Diagnostic(first, start + len(line), message, f"lsp-local {prompt.name}"))
    return tuple(found)
