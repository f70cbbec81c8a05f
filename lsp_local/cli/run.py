"""`lsp-local run`: a code action or a prompt file, without an editor."""

import asyncio
import json
import sys
from codecs import BOM_UTF8
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.actions import catalogue as actions
from lsp_local.actions.catalogue import ACTIONS, Offer
from lsp_local.actions.extract import judged
from lsp_local.actions.extractable import Refusal
from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_chat, chosen_options
from lsp_local.cli.places import Selection, selection_at
from lsp_local.cli.prompts import TrustOption, found_in
from lsp_local.cli.waiting import waiting
from lsp_local.features import instruct
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.features.projects import NO_PROJECT, project_at
from lsp_local.features.prompting import run_prompt, scope_of
from lsp_local.features.resolved import Resolved
from lsp_local.memory.recall import NOTHING, Told, told_about
from lsp_local.memory.store import store_of
from lsp_local.options import Job, Options, is_off_limits
from lsp_local.text import Diagnostic, Document, UserError
from lsp_local.trust import is_trusted
from lsp_local.unified import unified
from lsp_local.userprompts.files import PromptFile
from lsp_local.userprompts.languages import covers
from lsp_local.userprompts.rules import N_FOR_ACTIONS, rules_for
from lsp_local.verify.minimal import applied
from lsp_local.writing import replace


@asks_model
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An action or a prompt file.")],
    place: Annotated[
        str,
        typer.Argument(
            metavar="FILE:RANGE", help="LINE, LINE-LINE or LINE:COL-LINE:COL, counted from 1."
        ),
    ],
    instruction: Annotated[
        str, typer.Option("--do", metavar="TEXT", help="What to do, for `rewrite`.")
    ] = "",
    message: Annotated[
        str, typer.Option("--message", metavar="TEXT", help="What is wrong, for `fix`.")
    ] = "",
    write: Annotated[bool, typer.Option("--write", help="Change the file.")] = False,
    trust: TrustOption = False,
    model: ModelOption = "",
    as_json: AsJson = False,
) -> None:
    """Do something with code: print what would change, or change it with --write."""
    where = selection_at(place)
    options = chosen_options(model, where.root, Job.INSTRUCT)
    if is_off_limits(options, where.doc.path, str(where.root / where.doc.path)):
        raise UserError(f"{where.doc.path} is never read, or excluded by the option `exclude`")
    found = asyncio.run(_run(name, where, options, (instruction, message), trust))
    after = applied(where.doc.text, found.edits)
    if write and not found.problem:
        _write(where, found, after)
    if as_json:
        print(json.dumps(_as_json(found)))
    else:
        _print(where, found, after, is_written=write)
    if found.problem:
        raise UserError(found.problem)


async def _run(
    name: str, where: Selection, options: Options, said: tuple[str, str], trust: bool
) -> Resolved:
    prompt = _prompt(name, where, trust)
    offer = None if prompt else _offer(name, where, *said)
    async with chosen_chat(options) as engine:
        with waiting(f"loading {options.model}"):
            await instruct.warm(engine)
        with waiting(f"{options.model} is at work"):
            if prompt is not None:
                span = scope_of(prompt, where.doc, where.start, where.end)
                if span is None:
                    raise UserError(f"`{name}` is about a {prompt.scope}; there is none here")
                return await run_prompt(engine, where.doc, prompt, span)
            assert offer is not None
            is_rules = trust or is_trusted(options, where.root)
            rules = _rules(where, options) if is_rules else ""
            told = told_of(where.doc, where.root, options, offer)
            rules = "\n\n".join(part for part in (rules, told.text) if part)
            is_tests = name == "tests"
            project = project_at(where.root, options.exclude) if is_tests else NO_PROJECT
            wanted = Wanted(offer, said[0], rules, project, told.habits)
            return await resolve(engine, where.doc, wanted)


def told_of(doc: Document, root: Path, options: Options, offer: Offer) -> Told:
    """Return what was learned that an action is told, nothing where nothing is to be learned."""
    if options.memory == "off":
        return NOTHING
    return told_about(store_of(root), root, options, doc, (offer.start, offer.end))


def _rules(where: Selection, options: Options) -> str:
    found = rules_for(where.root, where.doc.path, N_FOR_ACTIONS, options.exclude)
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    return found.text


def _prompt(name: str, where: Selection, trust: bool) -> PromptFile | None:
    """Return the prompt file of that name, None for an action. Raises UserError for neither."""
    if name in ACTIONS:
        return None
    found = found_in(where.root, trust)
    prompts = {one.name: one for one in found.prompts}
    for one in found.bad:
        if one.path.stem == name and name not in prompts:
            raise UserError(f"{one.path}:{one.line}: {one.reason}")
    if name not in prompts:
        known = ", ".join([*ACTIONS, *prompts])
        raise UserError(f"there is no action or prompt file {name!r}; there are {known}")
    prompt, language = prompts[name], where.doc.language
    if not covers(prompt.languages, language):
        meant = ", ".join(prompt.languages)
        raise UserError(f"`{name}` is for {meant}, not for {language}; see its `languages`")
    return prompt


def _offer(name: str, where: Selection, instruction: str, message: str) -> Offer:
    doc, start, end = where.doc, where.start, where.end
    if name == "rewrite" and not instruction.strip():
        raise UserError("say what to do: `--do TEXT`")
    if name == "fix" and not message.strip():
        message = "it does not do what its name and comments say"
    diagnostics = [Diagnostic(start, end, message)] if name == "fix" else []
    found = actions.offer(name, doc, start, end, diagnostics)
    if found is None:
        why = judged(doc, start, end) if name == "extract" else None
        hint = why.reason if isinstance(why, Refusal) else _HINTS.get(name, "try another place")
        raise UserError(f"`{name}` is not possible here; {hint}")
    return found


_HINTS = {
    "body": "the function has one already",
    "annotate": "the language has no types, or they are all there",
    "guard": "there is nothing that can fail, or it is handled already",
}


def _write(where: Selection, found: Resolved, after: str) -> None:
    """Write what came of it; a file that exists is never replaced by a new one."""
    if found.new_file is not None:
        _create(where.root / found.new_file.path, found.new_file.text)
    if found.edits:
        mark = BOM_UTF8 if where.raw.startswith(BOM_UTF8) else b""
        replace(where.path, mark + after.encode(), where.raw)


def _create(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError:
        raise UserError(f"{path} exists already; nothing was written") from None
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; check path and rights") from None


def _as_json(found: Resolved) -> dict[str, object]:
    edits = [{"start": one.start, "end": one.end, "text": one.text} for one in found.edits]
    new = found.new_file
    return {
        "edits": edits,
        "new_file": {"path": new.path, "text": new.text} if new else None,
        "message": found.message,
        "problem": found.problem,
        "diagnostics": [
            {"start": one.start, "end": one.end, "message": one.message}
            for one in found.diagnostics or ()
        ],
    }


def _print(where: Selection, found: Resolved, after: str, is_written: bool) -> None:
    path = where.doc.path
    if found.message:
        print(found.message)
    for one in found.diagnostics or ():
        line = where.doc.text.count("\n", 0, one.start) + 1
        print(f"{path}:{line}: {one.message}")
    if found.diagnostics == ():
        print("nothing was found", file=sys.stderr)
    if is_written and (found.edits or found.new_file):
        print(f"wrote {found.new_file.path if found.new_file else path}", file=sys.stderr)
        return
    if found.new_file is not None:
        new = found.new_file
        sys.stdout.write(unified("", new.text, "/dev/null", f"b/{new.path}"))
    sys.stdout.write(unified(where.doc.text, after, f"a/{path}", f"b/{path}"))
