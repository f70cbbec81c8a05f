"""Where the tests of a function belong, and how they reach it."""

import posixpath
import re

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


def is_test(path: str, language: str) -> bool:
    """Whether a file holds tests, by its name and its folders."""
    *folders, name = path.split("/")
    names = _NAMES.get(language, _SCRIPT)
    return bool(names.match(posixpath.basename(name))) or not _FOLDERS.isdisjoint(folders)
