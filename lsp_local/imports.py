"""What the import statements of a file name in its own project."""

import posixpath
import re
from collections.abc import Iterator, Sequence

Named = tuple[str, tuple[str, ...]]  # a path and the names taken from it; () is the whole file

FROM = re.compile(r"from\s+(\.*)([\w.]*)\s+import\s+(.*)", re.DOTALL)
IMPORT = re.compile(r"import\s+(.*)", re.DOTALL)
QUOTED = re.compile(r"""["'<]([^"'<>]+)["'>]""")
BRACED = re.compile(r"\{([^{}]*)\}")
SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".d.ts")
NAME = re.compile(r"[^\W\d]\w*")


def named_by(statements: Sequence[str], language: str, path: str, paths: set[str]) -> list[Named]:
    """Return which files of the project are imported by the file at `path`, and what of them.

    `paths` are those of the project, relative to its root.
    """
    resolve = _RESOLVERS.get(language)
    if resolve is None:
        return []
    found: dict[str, dict[str, None]] = {}
    for statement in statements:
        for where, names in resolve(statement, path, paths):
            if where != path:
                found.setdefault(where, {}).update(dict.fromkeys(names))
    return [(where, tuple(names)) for where, names in found.items()]


def _python(statement: str, path: str, paths: set[str]) -> Iterator[Named]:
    if match := FROM.match(statement):
        dots, module, what = match.groups()
        names = _as_imported(what)
        folder = posixpath.dirname(path)
        for _ in dots[1:]:
            folder = posixpath.dirname(folder)
        base = (
            posixpath.join(folder, module.replace(".", "/")) if dots else module.replace(".", "/")
        )
        yield from _module(base, names, paths, is_relative=bool(dots))
    elif match := IMPORT.match(statement):
        for name in _as_imported(match[1]):
            yield from _module(name.replace(".", "/"), [], paths, is_relative=False)


def _as_imported(what: str) -> list[str]:
    parts = re.sub(r"#[^\n]*|[()\\]", " ", what).split(",")
    return [part.split(" as ")[0].strip() for part in parts if part.strip()]


def _module(base: str, names: list[str], paths: set[str], is_relative: bool) -> Iterator[Named]:
    """Find a Python module, or the modules of a package that `names` are."""
    for ending in (".py", "/__init__.py", ".pyi"):
        for found in _ending(base + ending, paths, is_relative):
            if ending != "/__init__.py" or names:
                yield found, tuple(names)
    for name in names:
        for found in _ending(f"{base}/{name}.py".lstrip("/"), paths, is_relative):
            yield found, ()


def _ending(wanted: str, paths: set[str], is_relative: bool = False) -> list[str]:
    """Return the path that is `wanted`, or else the shortest of those that end with it."""
    wanted = posixpath.normpath(wanted)
    if wanted in paths:
        return [wanted]
    found = [] if is_relative else [path for path in paths if path.endswith("/" + wanted)]
    return sorted(found, key=lambda path: (len(path), path))[:1]


def _script(statement: str, path: str, paths: set[str]) -> Iterator[Named]:
    quoted = QUOTED.findall(statement)
    if not quoted:
        return
    braced = BRACED.search(statement)
    names = re.findall(r"(?:type\s+)?(\w+)(?:\s+as\s+\w+)?", braced[1]) if braced else []
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
    for wanted in [base, *(stem + end for end in SCRIPTS), *(f"{base}/index{e}" for e in SCRIPTS)]:
        for found in _ending(wanted, paths, is_relative):
            yield found, tuple(names)
            return


def _go(statement: str, _path: str, paths: set[str]) -> Iterator[Named]:
    for module in QUOTED.findall(statement):
        folders = {posixpath.dirname(path) for path in paths if path.endswith(".go")}
        parts = module.split("/")
        for n in range(len(parts)):
            folder = "/".join(parts[n:])
            if folder in folders:
                yield from _folder(folder, paths)
                break


def _folder(folder: str, paths: set[str]) -> Iterator[Named]:
    for path in sorted(paths):
        is_test = path.endswith("_test.go")
        if posixpath.dirname(path) == folder and path.endswith(".go") and not is_test:
            yield path, ()


def _rust(statement: str, path: str, paths: set[str]) -> Iterator[Named]:
    match = re.match(
        r"(?:pub\s+)?use\s+(crate|super|self)((?:::\w+)*)(?:::\{(.*)\})?", statement, re.DOTALL
    )
    if match is None:
        return
    root, trail, braced = match.groups()
    parts = [part for part in trail.split("::") if part]
    names = NAME.findall(braced or "") or parts[-1:]
    folder = posixpath.dirname(path)
    base = {"crate": "src", "self": folder, "super": folder}[root]
    for n in range(len(parts), 0, -1):
        stem = posixpath.join(base, *parts[:n])
        for wanted in (f"{stem}.rs", f"{stem}/mod.rs"):
            for found in _ending(wanted, paths, is_relative=root != "crate"):
                yield found, tuple(names)
                return


def _java(statement: str, _path: str, paths: set[str]) -> Iterator[Named]:
    match = re.match(r"import\s+(?:static\s+)?([\w.]+)", statement)
    if match is None:
        return
    parts = match[1].split(".")
    for n in (len(parts), len(parts) - 1):
        for found in _ending("/".join(parts[:n]) + ".java", paths):
            yield found, tuple(parts[n - 1 : n] or ())
            return


def _c(statement: str, path: str, paths: set[str]) -> Iterator[Named]:
    for header in QUOTED.findall(statement):
        near = posixpath.join(posixpath.dirname(path), header)
        for found in _ending(near, paths, is_relative=True) or _ending(header, paths):
            yield found, ()


_RESOLVERS = {
    "python": _python,
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _script),
    "go": _go,
    "rust": _rust,
    "java": _java,
    **dict.fromkeys(("c", "cpp"), _c),
}
