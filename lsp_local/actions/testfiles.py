"""Where the tests of a function belong, and how they reach it."""

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Sequence

from lsp_local.languages import SCRIPTS

_NAMES = {
    "python": re.compile(r"(test_.*|.*_test|conftest)\.pyi?$"),
    "go": re.compile(r".*_test\.go$"),
    "java": re.compile(r"(Test.*|.*Tests?|.*IT)\.java$"),
    "ruby": re.compile(r"(test_.*|.*_(test|spec))\.rb$"),
    "shellscript": re.compile(r"(test_.*|.*[._-]test)\.(sh|bash)$"),
    **dict.fromkeys(("c", "cpp"), re.compile(r"(test_.*|.*_(unit)?test)\.\w+$")),
}
_SCRIPT = re.compile(r".*\.(test|spec|e2e|cy)\.[cm]?[jt]sx?$")
_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs", "e2e", "testing"})
_SOURCES = ("src", "lib", "python")
_USUAL_PLACES = dict.fromkeys(SCRIPTS, "beside")

# By language: what tests are written with, what names it in a manifest, what files it has.
_SCRIPT_FRAMEWORKS = (
    ("vitest", r"[\"']vitest[\"'/]", r"vitest\.config\."),
    ("jest", r"[\"'](ts-)?jest[\"']|@jest/|[\"']react-scripts[\"']", r"jest\.config\."),
    ("mocha", r"[\"']mocha[\"']", r"\.mocharc"),
    ("ava", r"[\"']ava[\"']", r"ava\.config\."),
    ("jasmine", r"[\"']jasmine", r"jasmine\.json"),
    ("bun:test", r"bun test|bun:test", r"bunfig\.toml"),
    ("node:test", r"node:test|node --test", r"$^"),
)
_FRAMEWORKS = {
    **dict.fromkeys(SCRIPTS, _SCRIPT_FRAMEWORKS),
    "python": (
        ("pytest", r"\bpytest\b", r"conftest\.py|pytest\.ini"),
        ("unittest", r"\bunittest\b", r"$^"),
    ),
    "java": (("junit4", r"org\.junit\.Test|junit:junit|<artifactId>junit</artifactId>", r"$^"),),
    "ruby": (("rspec", r"\brspec\b", r"\.rspec$|.*_spec\.rb$"),),
}
_USUAL_FRAMEWORKS = {
    **dict.fromkeys(SCRIPTS, "node:test"),
    "python": "pytest",
    "go": "testing",
    "rust": "#[test]",
    "java": "junit5",
    "ruby": "minitest",
}


def is_test(path: str, language: str) -> bool:
    """Whether a file holds tests, by its name and its folders."""
    *folders, name = path.split("/")
    names = _NAMES.get(language, _SCRIPT)
    return bool(names.match(posixpath.basename(name))) or not _FOLDERS.isdisjoint(folders)


def test_place(path: str, language: str, paths: Collection[str]) -> str:
    """Return the file that tests of the file at `path` belong into, whether it exists or not.

    `paths` are those of the project, relative to its root. Without an example the language decides.
    """
    if language == "rust" or is_test(path, language):
        return path
    names = _test_names(path, language)
    tests = [one for one in paths if is_test(one, language) and _named_as_test(one, language)]
    known = [one for one in tests if posixpath.basename(one) in names]
    if known:
        return min(known, key=lambda one: (-_n_shared(one, path), len(one), one))
    name = names[_usual_name(names, tests, language)]
    folder, stem = posixpath.dirname(path), posixpath.splitext(posixpath.basename(path))[0]
    if language == "go":
        return posixpath.join(folder, name)
    if language == "java":
        return posixpath.join(folder.replace("src/main/", "src/test/", 1), name)
    places = Counter(_place_of(one) for one in tests)
    usual = places.most_common(1)[0][0] if places else _USUAL_PLACES.get(language, "apart")
    if usual == "beside" or (usual == "below" and not stem):
        return posixpath.join(folder, name)
    if usual == "below":
        return posixpath.join(folder, "__tests__", name)
    return posixpath.join(_test_folder(path, tests, language), name)


def framework(language: str, paths: Collection[str], manifests: Sequence[str] = ()) -> str:
    """Return what tests are written with; `manifests` are texts that may name it.

    These are package.json, pyproject.toml, requirements, and tests that exist.
    """
    said = "\n".join(manifests)
    names = {posixpath.basename(one) for one in paths}
    for known, words, files in _FRAMEWORKS.get(language, ()):
        if re.search(words, said) or any(re.match(files, name) for name in names):
            return known
    return _USUAL_FRAMEWORKS.get(language, "")


def import_line(
    name: str, path: str, language: str, test_path: str, paths: Collection[str] = (), text: str = ""
) -> str:
    """Return the line by which a test reaches `name` of the file at `path`, "" if none is needed.

    `text` is that of the file: it shows how it exports, and how it imports itself.
    """
    if path == test_path:
        return "use super::*;" if language == "rust" else ""
    if language == "python":
        return f"from {_python_module(path, test_path, paths)} import {name}"
    if language in SCRIPTS:
        return _script_import(name, path, test_path, text)
    if language == "ruby":
        stem = posixpath.splitext(_relative(path, test_path))[0]
        return f'require_relative "{stem.removeprefix("./")}"'
    if language in ("c", "cpp"):
        return f'#include "{posixpath.splitext(posixpath.basename(path))[0]}.h"'
    return ""


def _test_names(path: str, language: str) -> list[str]:
    """Return how the tests of a file may be called, the most usual first."""
    folder, base = posixpath.split(path)
    stem, ending = posixpath.splitext(base)
    if language == "python":
        stem = posixpath.basename(folder) or stem if stem == "__init__" else stem.lstrip("_")
        return [f"test_{stem}.py", f"{stem}_test.py"]
    if language in SCRIPTS:
        return [f"{stem}.test{ending}", f"{stem}.spec{ending}"]
    if language == "ruby":
        return [f"{stem}_test.rb", f"{stem}_spec.rb", f"test_{stem}.rb"]
    if language == "java":
        return [f"{stem}Test.java", f"{stem}Tests.java", f"Test{stem}.java"]
    return [f"{stem}_test.go"] if language == "go" else [f"test_{stem}{ending}"]


def _named_as_test(path: str, language: str) -> bool:
    """Whether a file has tests by its name, and does not only help them."""
    name = posixpath.basename(path)
    return bool(_NAMES.get(language, _SCRIPT).match(name)) and not name.startswith("conftest")


def _usual_name(names: list[str], tests: list[str], language: str) -> int:
    """Return which of the names for tests is like those that the project has."""
    counts = [0] * len(names)
    for one in tests:
        base = posixpath.basename(one)
        for n, name in enumerate(names):
            is_alike = base.startswith("test_") == name.startswith("test_")
            is_alike = is_alike and ("spec" in base) == ("spec" in name)
            counts[n] += is_alike and (language != "java" or base.endswith(name[-9:]))
    return counts.index(max(counts))


def _place_of(test: str) -> str:
    """Say where a test stands: beside what it tests, below that, or apart."""
    folder = posixpath.dirname(test)
    if posixpath.basename(folder) == "__tests__":
        return "below"
    if not _FOLDERS.isdisjoint(test.split("/")[:-1]):
        return "apart"
    return "beside"


def _test_folder(path: str, tests: list[str], language: str) -> str:
    """Return the folder of tests that is nearest to a file, with folders as the file has them."""
    folders = {posixpath.dirname(one) for one in tests if _place_of(one) == "apart"}
    roots = {_root_of(one) for one in folders}
    usual = "spec" if language == "ruby" and any("_spec" in one for one in tests) else "tests"
    root = min(roots, key=lambda one: (-_n_shared(one, path), len(one), one)) if roots else usual
    parts = posixpath.dirname(path).split("/")
    for n in range(len(parts)):
        mirrored = posixpath.join(root, *parts[n:])
        if mirrored in folders:
            return mirrored
    if root not in folders and f"{root}/unit" in folders:
        return f"{root}/unit"
    return root


def _root_of(folder: str) -> str:
    """Return a folder up to the first part that is called as folders of tests are."""
    parts = folder.split("/")
    first = next((n for n, part in enumerate(parts) if part in _FOLDERS), len(parts) - 1)
    return "/".join(parts[: first + 1])


def _n_shared(one: str, other: str) -> int:
    """Return how many folders two paths have in common, from the root on."""
    left, right = one.split("/")[:-1] or [""], other.split("/")[:-1]
    return len(posixpath.commonprefix([left, right]))


def _python_module(path: str, test_path: str, paths: Collection[str]) -> str:
    """Return the dotted name of a module: from the outermost package, or the folder of sources."""
    known = set(paths)
    stem = posixpath.splitext(path)[0].removesuffix("/__init__")
    *folders, base = stem.split("/")
    first = len(folders)
    while first and "/".join([*folders[:first], "__init__.py"]) in known:
        first -= 1
    if first == len(folders):  # no package that has been declared as one
        is_beside = posixpath.dirname(path) == posixpath.dirname(test_path)
        source = max((n + 1 for n, one in enumerate(folders) if one in _SOURCES), default=0)
        first = len(folders) if is_beside else source
    return ".".join([*folders[first:], base])


def _relative(path: str, test_path: str) -> str:
    found = posixpath.relpath(path, posixpath.dirname(test_path) or ".")
    return found if found.startswith(".") else f"./{found}"


def _script_import(name: str, path: str, test_path: str, text: str) -> str:
    stem, ending = posixpath.splitext(_relative(path, test_path))
    own = re.findall(r"""(?:from|import|require\()\s*["'](\.[^"']*)["']""", text)
    is_common = not re.search(r"^export\b", text, re.M) and "exports" in text
    with_ending = [one for one in own if re.search(r"\.[cm]?jsx?$", one)]
    if ending in (".mjs", ".cjs", ".mts", ".cts"):
        stem += ending.replace("t", "j")
    elif with_ending or (ending == ".js" and not own and not is_common):
        stem += ".js"
    elif ending == ".jsx" and not own:
        stem += ending
    quote = "'" if text.count("'") > text.count('"') else '"'
    end = "" if "\n" in text and not re.search(r";[ \t]*\r?$", text, re.M) else ";"
    where = f"{quote}{stem}{quote}"
    word = re.escape(name)
    if is_common:
        is_whole = re.search(
            rf"module\.exports\s*=\s*(async\s+)?(function\s+|class\s+)?{word}\b", text
        )
        return f"const {name if is_whole else f'{{ {name} }}'} = require({where}){end}"
    default = rf"^export\s+default\s+(async\s+)?((function\*?|class)\s+)?{word}\b"
    is_default = re.search(default, text, re.M)
    return f"import {name if is_default else f'{{ {name} }}'} from {where}{end}"
