"""Extract a function: what it takes and gives back is computed, only its name is to be found.

A method that uses `self` (`this`) becomes a method behind it, all else a function: nothing needs an
object that it does not use. In Python the function stands before the outermost definition, so that
it exists whenever that runs; elsewhere, where declarations are known in the whole file, behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_local.actions.extractable import (
    Refusal,
    Setting,
    in_try,
    is_carried,
    is_tail,
    setting,
    unsafe,
)
from lsp_local.actions.flow import Uses, bound_before, flow, live_after
from lsp_local.actions.functions import FUNCTIONS
from lsp_local.actions.local_types import go_type, may_change, python_type, script_type
from lsp_local.actions.scopes import READS, WRITES, Name, Use, names_in
from lsp_local.text import Document
from lsp_local.typed_trees import parse_typed

if TYPE_CHECKING:
    from lsp_local.trees import Node

MOST_PARAMETERS = 7  # with more, what was hard to read is harder


@dataclass(frozen=True, slots=True)
class Extraction:
    """Some statements that can become a function, offsets in the text of the document.

    Invariant: with any free name the edits leave a file that parses and means the same.
    `start` and `end`: what the call replaces. `types`: of parameters and then of results, "" where
    none is written. `binding`: how the call binds its results: "const", "let", "var", ":=", "=".
    `receiver`: what a method is called on, "" for a function. `head`: words before the function.
    """

    start: int
    end: int
    parameters: tuple[str, ...]
    results: tuple[str, ...]
    insert_at: int
    types: tuple[str, ...] = ()
    binding: str = "="
    receiver: str = ""
    head: str = ""
    indent: str = ""
    is_async: bool = False
    is_tail: bool = False
    result_type: str = ""


def extraction(doc: Document, start: int, end: int) -> Extraction | None:
    """Return how the selected statements become a function, None where that is not safe."""
    found = judged(doc, start, end)
    return found if isinstance(found, Extraction) else None


def judged(doc: Document, start: int, end: int) -> Extraction | Refusal:
    """Return how the selected statements become a function, or why they cannot."""
    tree = parse_typed(doc.text, doc.language)
    if tree is None:
        return Refusal("there is no grammar for this language")
    where = setting(tree, start, end)
    if isinstance(where, Refusal):
        return where
    reason = unsafe(where)
    if reason:
        return Refusal(reason)
    names = names_in(tree, where.nodes)
    bindings = {one.text: scope for one in names if (scope := where.scope_of(one.text))}
    reason = _captures(where, names, bindings)
    if reason:
        return Refusal(reason)
    return _finished(where, names, bindings)


def _finished(
    where: Setting, names: list[Name], bindings: "dict[str, Node]"
) -> Extraction | Refusal:
    find = _python_ends if where.tree.language == "python" else _declared_ends
    ends = find(where, names, bindings)
    if isinstance(ends, Refusal):
        return ends
    parameters, results, binding = ends
    parameters = [name for name in parameters if name != where.receiver]
    if where.receiver in results:
        return Refusal("it changes what its method belongs to")
    is_last = is_tail(where)
    results = [] if is_last else results
    if len(parameters) > MOST_PARAMETERS:
        return Refusal("it would take too much")
    if results and in_try(where) and len(where.nodes) > 1:
        return Refusal("what it computes may be needed after an error in it")
    types = _types(where, bindings, parameters, results)
    if isinstance(types, Refusal):
        return types
    return Extraction(
        where.start,
        where.end,
        tuple(parameters),
        tuple(results),
        where.insert_at,
        types,
        binding,
        where.receiver,
        where.head,
        where.indent,
        where.is_async,
        is_last,
        where.result_type if where.tree.language == "go" or where.is_annotated else "",
    )


def _captures(where: Setting, names: list[Name], bindings: "dict[str, Node]") -> str:
    """Say what stands against it: a closure sees what others write to a name later on."""
    for text, scope in bindings.items():
        inside = [one for one in names if one.text == text]
        outside = where.outside(text, scope)
        is_written = any(one.use in WRITES for one in inside)
        if not outside:
            continue
        if any(one.use in (Use.OUTER, Use.DELETE) for one in [*inside, *outside]):
            return f"`{text}` is shared with another scope"
        if is_written and any(one.is_deferred for one in outside):
            return f"an inner function uses `{text}`"
        if any(one.is_deferred for one in inside):
            is_later = any(
                one.use in WRITES and (one.start > where.start or is_carried(where, scope))
                for one in outside
            )
            if is_later or any(one.is_deferred and one.use in WRITES for one in inside):
                return f"an inner function uses `{text}`"
    return ""


Ends = tuple[list[str], list[str], str]


def _python_ends(where: Setting, names: list[Name], bindings: "dict[str, Node]") -> Ends | Refusal:
    """Return parameters and results in Python, where any name may be unbound."""
    tree = where.tree
    body = where.function.child_by_field_name("body")
    uses = Uses(tree, body.named_children if body is not None else [])
    needed, after = flow(uses, where.nodes, frozenset())
    before = bound_before(tree, where.around, where.start)
    first_in = next(n for n, one in enumerate(where.around) if one.id == where.function.id)
    live = live_after(uses, where.around[first_in:], where.end)
    written = _texts(names, WRITES)
    if any(name not in bindings or bindings[name].id != where.function.id for name in written):
        return Refusal("it changes a name of an outer scope")
    parameters = []
    for name in dict.fromkeys(one.text for one in names if one.text in needed):
        if name not in bindings:
            continue
        if name in before:
            parameters.append(name)
        elif where.outside(name, bindings[name]) or where.is_in_loop:
            return Refusal(f"`{name}` may have no value yet")
    results = [name for name in written if name in live]
    for name in results:
        if after is not None and name not in after and name not in parameters:
            if name not in before:
                return Refusal(f"`{name}` may have no value afterwards")
            parameters.append(name)
    return parameters, results, "="


def _declared_ends(
    where: Setting, names: list[Name], bindings: "dict[str, Node]"
) -> Ends | Refusal:
    """Return parameters and results where names are declared."""
    parameters, assigned, declared = [], [], []
    for name in dict.fromkeys(one.text for one in names if one.text in bindings):
        inside = [one for one in names if one.text == name]
        outside = where.outside(name, bindings[name])
        is_own = any(one.use in (Use.DECLARE, Use.DECLARE_VAR) for one in inside)
        is_own = is_own and not any(one.start < where.start for one in outside)
        if is_own:
            declared += [name] if any(one.start > where.end for one in outside) else []
            continue
        parameters.append(name)
        is_written = any(one.use in WRITES for one in inside)
        is_needed = is_carried(where, bindings[name]) or any(
            one.start > where.end and one.use in READS for one in outside
        )
        assigned += [name] if is_written and (is_needed or name in where.named_results) else []
    if where.tree.language != "go":
        return _script_ends(where, parameters, assigned, declared)
    is_new = bool(declared)
    if is_new and any(not where.is_of_block(bindings[name]) for name in assigned):
        return Refusal("some of what it computes is new, some is not")
    return parameters, [*declared, *assigned], ":=" if is_new else "="


def _script_ends(
    where: Setting, parameters: list[str], assigned: list[str], declared: list[str]
) -> Ends | Refusal:
    if assigned and declared:
        return Refusal("some of what it computes is new, some is not")
    if any(
        where.tree.text.startswith(("function", "class"), one.start_byte) for one in where.nodes
    ):
        return Refusal("it declares a function or a class") if declared else (parameters, [], "")
    before = where.tree.text[: where.start].rstrip()
    if len(assigned) > 1 and before[-1:] not in (";", "{", "}"):
        return Refusal("a bracket would go on with the line before")
    if not declared:
        return parameters, assigned, ""
    words = {word for name in declared for word in where.declared_by(name)}
    kind = "const" if words == {"const"} else ("var" if words == {"var"} else "let")
    return parameters, declared, kind


def _texts(names: Sequence[Name], uses: frozenset[Use]) -> list[str]:
    found = (one.text for one in names if one.use in uses and not one.is_deferred)
    return list(dict.fromkeys(found))


def _types(
    where: Setting, bindings: "dict[str, Node]", parameters: list[str], results: list[str]
) -> tuple[str, ...] | Refusal:
    tree, language = where.tree, where.tree.language
    found: list[str] = []
    for name in [*parameters, *results]:
        scope = bindings.get(name, where.function)
        if language == "go":
            # What is computed here is declared here, what is handed in was declared before.
            end = where.start if name in parameters else where.end
            typed = go_type(tree, scope, name, end)
            if typed is None or "..." in typed:
                return Refusal(f"the type of `{name}` is not known")
            said = tree.text[where.start : where.end]
            if name in parameters and may_change(said, name, typed):
                return Refusal(f"`{name}` may be changed in place")
            found.append(typed)
        elif language.startswith("typescript"):
            typed = script_type(tree, scope, name, where.start)
            is_generic = any(one in typed for one in where.type_parameters)
            found.append("any" if is_generic else typed)
        else:
            is_own = where.is_annotated and name in parameters and scope.type in FUNCTIONS
            found.append(python_type(tree, scope, name) if is_own else "")
    return tuple(found)
