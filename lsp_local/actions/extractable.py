"""Where statements stand that are to become a function, and what stands against it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_local.actions.flow import LOOPS
from lsp_local.actions.functions import FUNCTIONS, TYPES, own_nodes
from lsp_local.actions.placing import all_nodes, home, indent_of, insert_at
from lsp_local.actions.scopes import LANGUAGES, Name, declared_in, is_block, names_in
from lsp_local.actions.statements import Statements, statements_at
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

MOST_CODE = 30_000  # characters of a function that is looked through

_LEAVES = frozenset({"return_statement", "raise_statement", "throw_statement"})
_NEVER = {
    **dict.fromkeys(("yield", "yield_expression"), "it gives values one by one"),
    **dict.fromkeys(("global_statement", "nonlocal_statement"), "it changes outer names"),
    **dict.fromkeys(("labeled_statement", "goto_statement"), "it jumps"),
    **dict.fromkeys(("defer_statement", "fallthrough_statement"), "it belongs to its function"),
    **dict.fromkeys(("super", "meta_property"), "it belongs to its function"),
    "ERROR": "it does not parse",
}
_BY_NAME = re.compile(
    r"\b(locals|vars|exec|eval|recover)\s*\(|\barguments\b|\b__class__\b|import\s*\*|\bdel\b"
)
_PYTHON_PRIVATE = re.compile(r"\.__\w+(?<!__)\b")
_JUMPS = ("break_statement", "continue_statement")
_SWITCHES = ("switch_statement", "expression_switch_statement", "type_switch_statement")
_SELECTS = (*_SWITCHES, "select_statement")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why statements cannot become a function, in a few words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Statements in their function.

    `around`: the nodes around them, from the one beside which the new function stands; `function`:
    the innermost; `scopes`: those of `around` in which names are declared.
    """

    tree: Tree
    start: int
    end: int
    nodes: "tuple[Node, ...]"
    block: "Node"
    around: "list[Node]"
    function: "Node"
    scopes: "list[tuple[Node, frozenset[str]]]"
    insert_at: int
    receiver: str
    head: str
    indent: str
    is_async: bool
    is_in_loop: bool

    def scope_of(self, name: str) -> "Node | None":
        """Return where a local name is declared, None for what the new function sees as well."""
        return next((node for node, names in reversed(self.scopes) if name in names), None)

    def outside(self, name: str, scope: "Node") -> list[Name]:
        """Return where else the same name stands."""
        found = names_in(self.tree, scope.named_children)
        return [one for one in found if one.text == name and not self.start <= one.start < self.end]

    def is_of_block(self, scope: "Node") -> bool:
        """Whether a scope is the block of the statements themselves."""
        return bool(self.scopes) and self.scopes[-1][0].id == scope.id

    def declared_by(self, name: str) -> list[str]:
        """Return the words that declare a name in the statements: `const`."""
        found = []
        for node in self.nodes:
            text = self.tree.text[node.start_byte : node.end_byte]
            if name in {one.text for one in names_in(self.tree, [node])}:
                found += re.findall(r"^(const|let|var)\b", text)
        is_rewritten = any(one.use in ("write", "update") for one in self.outside(name, self.block))
        return [*found, "let"] if is_rewritten else found

    @property
    def named_results(self) -> frozenset[str]:
        """Return the names of what a Go function returns: they are read when it ends."""
        result = self.function.child_by_field_name("result")
        named = [
            name
            for one in (result.named_children if result is not None else ())
            for name in one.children_by_field_name("name")
        ]
        return frozenset(self.tree.text[one.start_byte : one.end_byte] for one in named)

    @property
    def result_type(self) -> str:
        """Return what the function is declared to return."""
        for name in ("result", "return_type"):
            found = self.function.child_by_field_name(name)
            if found is not None:
                return self.tree.text[found.start_byte : found.end_byte].lstrip(": ")
        return ""

    @property
    def type_parameters(self) -> tuple[str, ...]:
        """Return the type parameters of the functions around."""
        found = []
        for one in self.around:
            listed = one.child_by_field_name("type_parameters")
            for two in listed.named_children if listed is not None else ():
                name = two.child_by_field_name("name")
                if name is not None:
                    found.append(self.tree.text[name.start_byte : name.end_byte])
        return tuple(found)

    @property
    def is_annotated(self) -> bool:
        """Whether annotations of the Python function mean the same where the new one stands."""
        is_alone = sum(one.type in FUNCTIONS | TYPES for one in self.around) == 1
        return is_alone and not self.type_parameters


def setting(tree: Tree, start: int, end: int) -> Setting | Refusal:
    """Return the statements that a selection means, with what is around them."""
    if tree.language not in LANGUAGES:
        return Refusal("this language is not known well enough")
    found = statements_at(tree, start, end)
    around = tree.around(found.start, found.end) if found is not None else []
    if found is not None and found.block.id in [one.id for one in around]:
        around = around[: [one.id for one in around].index(found.block.id) + 1]
    inner = next((n for n in range(len(around) - 1, 0, -1) if around[n].type in FUNCTIONS), 0)
    if found is None or not inner or any(one.type in TYPES for one in around[inner + 1 :]):
        return Refusal("no statements of a function are selected")
    if around[inner].end_byte - around[inner].start_byte > MOST_CODE:
        return Refusal("the function is too long")
    if any(one.type == "internal_module" for one in around):
        return Refusal("it stands in a namespace")
    return _set(tree, found, around, inner)


def _set(tree: Tree, found: Statements, around: "list[Node]", inner: int) -> Setting:
    beside, receiver, head = home(tree, around, inner, found.nodes)
    inside = around[beside:]
    scopes = [
        (one, declared_in(tree, one))
        for one in inside
        if (one.type in FUNCTIONS if tree.language == "python" else is_block(one, tree.language))
    ]
    own = (one for node in found.nodes for one in own_nodes(node))
    return Setting(
        tree=tree,
        start=found.start,
        end=found.end,
        nodes=found.nodes,
        block=found.block,
        around=inside,
        function=around[inner],
        scopes=scopes,
        insert_at=insert_at(tree, around[beside], is_method=bool(receiver)),
        receiver=receiver,
        head=head,
        indent=indent_of(tree, around[beside]) if receiver else "",
        is_async=any(_awaits(one) for one in own),
        is_in_loop=any(one.type in LOOPS for one in around[inner:]),
    )


def unsafe(where: Setting) -> str:
    """Say what stands against a function of its own, "" for nothing."""
    text = where.tree.text[where.start : where.end]
    if all("comment" in one.type for one in where.nodes) or where.function.has_error:
        return "it does not parse" if where.function.has_error else "it is no code"
    if _BY_NAME.search(text):
        return "it belongs to its function"
    if where.tree.language == "python" and "super" in text and not where.receiver:
        return "it belongs to its class"
    if not where.receiver and (_PYTHON_PRIVATE.search(text) or re.search(r"\.#\w", text)):
        return "it uses what is private in its class"
    if where.tree.language == "go" and where.type_parameters:
        return "its function is generic"
    own = [one for node in where.nodes for one in own_nodes(node)]
    for one in own:
        if one.type in _NEVER:
            return _NEVER[one.type]
        if one.type == "return_statement" and not is_tail(where):
            return "it returns from its function"
        if one.type in _JUMPS and _jumps_out(where, one):
            return "it leaves a loop"
    is_script = where.tree.language not in ("python", "go")
    nodes = where.nodes if is_script and not where.receiver else ()
    is_this = any(two.type == "this" for node in nodes for two in all_nodes(node))
    return "it uses `this` outside of a class" if is_this else ""


def is_tail(where: Setting) -> bool:
    """Whether the statements always leave the function, and return what it returns."""
    returns = any(one.type == "return_statement" for n in where.nodes for one in own_nodes(n))
    return returns and where.nodes[-1].type in _LEAVES


def is_carried(where: Setting, scope: "Node") -> bool:
    """Whether statements run again with what they wrote to a name of `scope`."""
    ids = [one.id for one in where.around]
    inside = where.around[ids.index(scope.id) + 1 :] if scope.id in ids else where.around
    return any(one.type in LOOPS or one.type in FUNCTIONS for one in inside)


def in_try(where: Setting) -> bool:
    """Whether an error in the statements does not end the function."""
    for one in where.around:
        head = where.tree.text[one.start_byte : one.start_byte + 80].partition("\n")[0]
        if one.type == "try_statement" or (one.type == "with_statement" and "suppress" in head):
            return True
    return False


def _awaits(node: "Node") -> bool:
    return node.type not in FUNCTIONS and any(
        one.type in ("await", "async") for one in node.children
    )


def _jumps_out(where: Setting, jump: "Node") -> bool:
    """Whether a `break` or `continue` goes to a loop around the statements."""
    if jump.named_child_count:
        return True  # to a label
    ids = {one.id for one in where.nodes}
    node: Node | None = jump
    while node is not None:
        if node.type in LOOPS or (jump.type == "break_statement" and node.type in _SELECTS):
            return False
        if node.id in ids:
            return True
        node = node.parent
    return True
