"""What the import statements of a file name in its own project."""

import posixpath
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

Named = tuple[str, tuple[str, ...]]  # a path and the names taken from it; () is the whole file

FROM = re.compile(r"from\s+(\.*)([\w.]*)\s+import\s+(.*)", re.DOTALL)
IMPORT = re.compile(r"import\s+(.*)", re.DOTALL)
QUOTED = re.compile(r"""["'<]([^"'<>]+)["'>]""")
BRACED = re.compile(r"\{([^{}]*)\}")
SCRIPT_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".d.ts")
USE = re.compile(r"(?:pub(?:\s*\([^()]*\))?\s+)?use\s+")
CRATE_ROOTS = ("lib", "main", "mod")  # files that are named otherwise than their module
MOST_NESTED = 8  # braces of Rust in braces


class Project:
    """The paths of a project, ready to be looked up by how they end."""

    def __init__(self, paths: set[str]) -> None:
        self.paths = paths

    def ending(self, wanted: str, is_relative: bool = False) -> list[str]:
        """Return the path that is `wanted`, or else the shortest of those that end with it."""
        wanted = posixpath.normpath(wanted)
        if wanted in self.paths:
            return [wanted]
        if is_relative:
            return []
        same_name = self._by_name.get(posixpath.basename(wanted), [])
        found = [path for path in same_name if path.endswith("/" + wanted)]
        return sorted(found, key=lambda path: (len(path), path))[:1]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        by_name = defaultdict(list)
        for path in self.paths:
            by_name[posixpath.basename(path)].append(path)
        return by_name

    @cached_property
    def go_folders(self) -> dict[str, list[str]]:
        """The Go files of each folder, without tests."""
        folders = defaultdict(list)
        for path in sorted(self.paths):
            if path.endswith(".go") and not path.endswith("_test.go"):
                folders[posixpath.dirname(path)].append(path)
        return folders


@lru_cache(maxsize=2)  # of 50,000 paths the names take 40 ms to sort, and they seldom change
def _project(paths: tuple[str, ...]) -> Project:
    return Project(set(paths))


def named_by(
    statements: Sequence[str], language: str, path: str, paths: Iterable[str]
) -> list[Named]:
    """Return which files of the project are imported by the file at `path`, and what of them.

    `paths` are those of the project, relative to its root.
    """
    resolve = _RESOLVERS.get(language)
    if resolve is None:
        return []
    project = _project(tuple(paths))
    found: dict[str, dict[str, None]] = {}
    whole: set[str] = set()
    for statement in statements:
        for where, names in resolve(statement, path, project):
            if where != path:
                found.setdefault(where, {}).update(dict.fromkeys(names))
                whole.update([] if names else [where])
    return [(where, () if where in whole else tuple(names)) for where, names in found.items()]


def _python(statement: str, path: str, project: Project) -> Iterator[Named]:
    if match := FROM.match(statement):
        dots, module, what = match.groups()
        names = _as_imported(what)
        folder = posixpath.dirname(path)
        for _ in dots[1:]:
            folder = posixpath.dirname(folder)
        base = (
            posixpath.join(folder, module.replace(".", "/")) if dots else module.replace(".", "/")
        )
        yield from _module(base, names, project, is_relative=bool(dots))
    elif match := IMPORT.match(statement):
        for name in _as_imported(match[1]):
            yield from _module(name.replace(".", "/"), [], project, is_relative=False)


def _as_imported(what: str) -> list[str]:
    parts = re.sub(r"#[^\n]*|[()\\]", " ", what).split(",")
    return [part.split(" as ")[0].strip() for part in parts if part.strip()]


def _module(base: str, names: list[str], project: Project, is_relative: bool) -> Iterator[Named]:
    """Find a Python module, or the modules of a package that `names` are."""
    taken = () if "*" in names else tuple(names)
    # The standard library's `json` is not the project's `lib/json.py`.
    is_exact = is_relative or base.split("/")[0] in sys.stdlib_module_names
    for ending in (".py", "/__init__.py", ".pyi"):
        for found in project.ending(base + ending, is_exact):
            if ending != "/__init__.py" or names:
                yield found, taken
    for name in names:
        for found in project.ending(f"{base}/{name}.py".lstrip("/"), is_exact):
            yield found, ()


def _script(statement: str, path: str, project: Project) -> Iterator[Named]:
    quoted = QUOTED.findall(statement)
    if not quoted:
        return
    braced = BRACED.search(statement)
    names = []
    # What a default import is called where it is defined, nobody knows: then it is the whole file.
    if braced and not re.match(r"import\s+[\w$]+\s*,", statement):
        names = re.findall(r"(?:type\s+)?([\w$]+)(?:\s+as\s+[\w$]+|\s*:\s*[\w$]+)?", braced[1])
    names = [name for name in names if name != "type"]
    module = quoted[-1]
    is_relative = module.startswith(".")
    if is_relative:
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
    elif module.startswith(("@/", "~/", "#/")):
        base = module[2:]
    else:
        return
    stem = re.sub(r"\.[mc]?jsx?$", "", base)
    for wanted in [
        base,
        *(stem + end for end in SCRIPT_ENDINGS),
        *(f"{base}/index{e}" for e in SCRIPT_ENDINGS),
    ]:
        for found in project.ending(wanted, is_relative):
            yield found, tuple(names)
            return


def _go(statement: str, _path: str, project: Project) -> Iterator[Named]:
    for module in QUOTED.findall(statement):
        parts = module.split("/")
        for n in range(len(parts)):
            if found := project.go_folders.get("/".join(parts[n:])):
                yield from ((path, ()) for path in found)
                break


def _rust(statement: str, path: str, project: Project) -> Iterator[Named]:
    match = USE.match(statement)
    tree = statement[match.end() :].rstrip().rstrip(";") if match else ""
    for root, *parts in _used(tree, MOST_NESTED):
        if parts and root in ("crate", "self", "super"):
            base = _crate(path) if root == "crate" else _own_module(path)
            parts = ["super", *parts] if root == "super" else parts
            while parts and parts[0] == "super":
                base = posixpath.dirname(base)
                del parts[0]
            yield from _rust_module(base, parts, project, is_relative=root != "crate")


def _used(tree: str, most_nested: int) -> Iterator[list[str]]:
    """Yield what `a::{b, c::d}` uses, each as its parts."""
    head, brace, rest = tree.partition("{")
    parts = [part.strip() for part in head.split(" as ")[0].split("::") if part.strip()]
    if brace and most_nested:
        for inner in _items(rest.rpartition("}")[0] or rest):
            yield from (parts + more for more in _used(inner, most_nested - 1))
    elif parts:
        yield parts


def _items(listed: str) -> Iterator[str]:
    """Yield what commas outside of all braces separate."""
    depth = start = 0
    for at, sign in enumerate(listed):
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth <= 0:
            yield listed[start:at]
            start = at + 1
    yield listed[start:]


def _crate(path: str) -> str:
    """Return the folder of the crate's root module: the last `src` above `path`."""
    folders = path.split("/")[:-1]
    while folders and folders[-1] != "src":
        folders.pop()
    return "/".join(folders) or "src"


def _own_module(path: str) -> str:
    """Return the folder that holds the submodules of the file at `path`."""
    stem = posixpath.splitext(path)[0]
    return posixpath.dirname(stem) if posixpath.basename(stem) in CRATE_ROOTS else stem


def _rust_module(
    base: str, parts: list[str], project: Project, is_relative: bool
) -> Iterator[Named]:
    """Find the file that the first of `parts` name, and what the next one takes from it."""
    for n in range(len(parts), -1, -1):
        stem = posixpath.join(base, *parts[:n])
        names = tuple(name for name in parts[n : n + 1] if name not in ("*", "self"))
        own = [f"{stem}/{name}.rs" for name in CRATE_ROOTS if not n or name == "mod"]
        for wanted in [f"{stem}.rs", *own]:
            for found in project.ending(wanted, is_relative or not n):
                yield found, names
                return


def _java(statement: str, _path: str, project: Project) -> Iterator[Named]:
    match = re.match(r"import\s+(?:static\s+)?([\w.]+)", statement)
    if match is None:
        return
    parts = match[1].split(".")
    for n in (len(parts), len(parts) - 1):
        for found in project.ending("/".join(parts[:n]) + ".java"):
            yield found, tuple(parts[n - 1 : n] or ())
            return


def _c(statement: str, path: str, project: Project) -> Iterator[Named]:
    for header in QUOTED.findall(statement):
        near = posixpath.join(posixpath.dirname(path), header)
        for found in project.ending(near, is_relative=True) or project.ending(header):
            yield found, ()


_RESOLVERS = {
    "python": _python,
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _script),
    "go": _go,
    "rust": _rust,
    "java": _java,
    **dict.fromkeys(("c", "cpp"), _c),
}
