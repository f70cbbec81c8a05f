"""What an edit must leave as it is: signatures, names, code, syntax. Each finds one problem."""

import re
from dataclasses import dataclass, replace

from lsp_local.names import unknown
from lsp_local.parsecheck import comparable, new_python_error
from lsp_local.parts import Definition, Role, without_last_commas
from lsp_local.trees import Tree
from lsp_local.verify.fitting import Asked

LONGEST_QUOTE = 100  # characters of code in a sentence
WORDS = re.compile(r"\w+")
# Known to everybody, so no surprise in a suggestion, but an edit without the import is broken.
NOT_BUILT_IN = {
    "go": {
        *("fmt", "errors", "strings", "strconv", "os", "io", "time", "context", "sync", "bytes"),
        *("sort", "bufio", "http", "json", "log", "math", "path", "filepath"),
    },
    "rust": {"Arc", "HashMap", "HashSet", "Path", "PathBuf", "Rc", "RefCell", "Debug", "Hash"},
}
IDENTIFIER = re.compile(r"[^\W\d][\w$]*")
STUB = re.compile(
    r"\{?(?: ?(?:pass|\.\.\.|return|;"
    r"|raise NotImplementedError.*|throw new Error \(.*not.?implemented.*"
    r"|(?:todo|unimplemented) !.*|panic \(.*not.?implemented.*))*(?: ?\})?",
    re.IGNORECASE,
)
ELISION = re.compile(
    r"\b(?:rest|remainder) of\b"
    r"|\b(?:existing|remaining|original|previous|unchanged|same|other|your)\b"
    r".*\b(?:code|implementation|logic|functions?|methods?|body|lines|before|above|here)\b"
    r"|\bomitted\b|\b(?:remains?|stays?) (?:the same|unchanged)\b|^\W*\.\.\.\W*$"
    r"|^\W*(?:\.\.\.|TODO\b.*\b(?:implement|complete|finish|add)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Change:
    """`text` in place of what was asked about; `after` is the tree with it, None without one."""

    place: Asked
    text: str
    after: Tree | None

    @property
    def end(self) -> int:
        """Return where the new text ends."""
        return self.place.start + len(self.text)


def changed(place: Asked, text: str) -> Change:
    """Return what comes of `text` in place of what was asked about."""
    tree = place.tree
    return Change(place, text, tree.replaced(place.start, place.end, text) if tree else None)


def syntax_problem(change: Change) -> str:
    """Say where the syntax breaks that did not before; the line counts in the new text."""
    place, before, after = change.place, change.place.tree, change.after
    if before is None or after is None:
        return ""
    before, after = comparable(before, after)
    if after.n_errors > before.n_errors:
        inside = [start for start, _ in after.errors() if place.start <= start <= change.end]
        return _at(change, inside[0] if inside else change.end, "does not parse")
    error = new_python_error(before, after)
    if error is None:
        return ""
    line, message = error
    first = after.text.count("\n", 0, place.start) + 1
    return _at_line(change, max(0, line - first), message)


def signature_problem(change: Change) -> str:
    """Name a function whose signature is another one, white space and comments apart."""
    before, after = change.place.tree, change.after
    if before is None or after is None:
        return ""
    for old, new in _pairs(change):
        if _head(before, old) != _head(after, new):
            text = " ".join(before.text[old.start : old.body].split())
            return f"the signature of `{old.name}` must stay `{text[:LONGEST_QUOTE]}`"
    return ""


def names_problem(change: Change) -> str:
    """Name what is no longer defined, although others may use it."""
    before, after, place = change.place.tree, change.after, change.place
    if before is None or after is None:
        return ""
    functions = [
        one
        for one in before.enclosing(place.start)
        if one.kind == "function" and one.start < place.start and place.end <= one.end
    ]
    lost = _lost_locals(change, functions[-1]) if functions else _lost_definitions(change)
    return f"`{lost[0]}` is no longer defined" if lost else ""


def unknown_problem(change: Change) -> str:
    """Name what the new text uses and nobody defines."""
    place, before, after = change.place, change.place.tree, change.after
    if before is None or after is None:
        return ""
    text = place.doc.text
    # What the old text only used itself is defined somewhere; what it defined may be gone.
    known = " ".join(before.used_names(place.start, place.end))
    rest = replace(place.doc, text=text[: place.start] + text[place.end :])
    found = unknown(rest, place.start, change.text, known)
    found = [name for name in found if _is_used(name, change.text, place.doc.language)]
    if found:
        return f"`{found[0]}` is not defined anywhere"
    imported = NOT_BUILT_IN.get(place.doc.language, ())
    missing = [name for name in after.used_names(place.start, change.end) if name in imported]
    words = set(WORDS.findall(text)) if missing else set()
    missing = [name for name in missing if name not in words]
    missing = [name for name in missing if _is_used(name, change.text, place.doc.language)]
    return f"`{missing[0]}` is not imported" if missing else ""


def lazy_problem(change: Change) -> str:
    """Say where the new text only stands for code that was there before."""
    before, after, place = change.place.tree, change.after, change.place
    if before is None or after is None:
        return ""
    for old, new in _pairs(change):
        is_stub = STUB.fullmatch(_body(after, new)) and not STUB.fullmatch(_body(before, old))
        if is_stub:
            return f"the body of `{old.name}` was left out"
    olds = before.leaves(place.start, place.end)
    news = after.leaves(place.start, change.end)
    code = iter([leaf.text for leaf in news if leaf.role is not Role.NOTE])
    if all(leaf.text in code for leaf in olds if leaf.role is not Role.NOTE):
        return ""
    known = {leaf.text for leaf in olds}
    for leaf in news:
        is_note = leaf.role is Role.NOTE and ELISION.search(leaf.text)
        if leaf.text not in known and (is_note or _is_dots(after, leaf.start, leaf.end)):
            return _at(change, leaf.start, "leaves code out")
    return ""


def untyped_problem(change: Change) -> str:
    """Say what else than types was changed."""
    before, after, place = change.place.tree, change.after, change.place
    if before is None or after is None:
        return "types cannot be told from code in this language"
    old, new = _typed(before, place.start, place.end), _typed(after, place.start, change.end)
    n = 0
    for text, is_type in new:
        if n < len(old) and (text, is_type) == old[n]:
            n += 1
        elif not is_type:
            text = old[n][0] if n < len(old) and old[n][1] else text
            return _only_types(text)
    return "" if n == len(old) else _only_types(old[n][0])


def _only_types(text: str) -> str:
    text = text.lstrip(":-> ") or text
    return f"only types may be added, but `{text[:LONGEST_QUOTE]}` was changed"


def _is_used(name: str, text: str, language: str) -> bool:
    """Whether a name is used as what it must be defined for, and no part of something.

    Rust's macros hide what is an attribute, and `use` what it defines.
    """
    word = re.escape(name)
    if language == "rust" and re.search(rf"::.*\b{word}\b", text):
        return False
    return bool(re.search(rf"(?<![\w.'#]){word}\b", text))


def _at(change: Change, offset: int, what: str) -> str:
    assert change.after is not None
    return _at_line(change, change.after.text.count("\n", change.place.start, offset), what)


def _at_line(change: Change, n: int, what: str) -> str:
    lines = change.text.split("\n")
    n = min(n, len(lines) - 1)
    while n and not lines[n].strip():
        n -= 1
    return f"line {n + 1}: {what}: `{lines[n].strip()[:LONGEST_QUOTE]}`"


def _pairs(change: Change) -> list[tuple[Definition, Definition]]:
    """Return the functions that are there before and after."""
    place, before, after = change.place, change.place.tree, change.after
    assert before is not None
    assert after is not None
    new = [one for one in after.outermost(place.start, change.end) if one.kind == "function"]
    found = []
    for one in before.outermost(place.start, place.end):
        same = next((other for other in new if other.name == one.name), None)
        if one.kind == "function" and same is not None:
            new.remove(same)
            found.append((one, same))
    return found


def _head(tree: Tree, one: Definition) -> list[str]:
    leaves = without_last_commas(tree.leaves(one.start, one.body))
    return [leaf.text for leaf in leaves if leaf.role is not Role.NOTE]


def _body(tree: Tree, one: Definition) -> str:
    leaves = tree.leaves(one.body, one.end) if one.body < one.end else []
    return " ".join(leaf.text for leaf in leaves if leaf.role is not Role.NOTE)


def _lost_definitions(change: Change) -> list[str]:
    place, before, after = change.place, change.place.tree, change.after
    assert before is not None
    assert after is not None
    new = {one.name for one in after.outermost(place.start, change.end)}
    lost = [one.name for one in before.outermost(place.start, place.end) if one.name not in new]
    used = {leaf.text for leaf in after.leaves(0, len(after.text)) if leaf.role is not Role.NOTE}
    lost = [name for name in lost if IDENTIFIER.fullmatch(name)]
    return [name for name in lost if not name.startswith("_") or name in used]


def _lost_locals(change: Change, scope: Definition) -> list[str]:
    """Return variables of a function that are used outside of the changed part only."""
    place, before, after = change.place, change.place.tree, change.after
    assert before is not None
    assert after is not None
    end = scope.end + len(change.text) - (place.end - place.start)
    known = before.used_names(scope.start, scope.end)
    had = {leaf.text for leaf in before.leaves(place.start, place.end)}
    outside = after.leaves(scope.start, place.start) + after.leaves(change.end, end)
    used = {leaf.text for leaf in outside}
    free = after.used_names(scope.start, end)
    return [name for name in free if name not in known and name in had and name in used]


def _is_dots(tree: Tree, start: int, end: int) -> bool:
    """Whether what stands between two offsets is a statement `...`."""
    text = tree.text
    line = text[text.rfind("\n", 0, start) + 1 : (text.find("\n", end) + 1 or len(text) + 1) - 1]
    return text[start:end] == "..." and line.strip() == "..."


def _typed(tree: Tree, start: int, end: int) -> list[tuple[str, bool]]:
    """Return the tokens of some code, the types as one each."""
    found: list[tuple[str, bool]] = []
    for leaf in without_last_commas(tree.leaves(start, end)):
        is_type = leaf.role is Role.ANNOTATION
        if leaf.role is Role.NOTE:
            continue
        is_more = is_type and found and found[-1][1] and leaf.text not in (":", "->", "(", ")")
        if is_more:
            found[-1] = f"{found[-1][0]} {leaf.text}", True
        else:
            found.append((leaf.text, is_type))
    return found
