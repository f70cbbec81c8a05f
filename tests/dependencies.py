"""The page of dependencies, from what the installed packages say of themselves.

`UPDATE=1 pytest tests/test_dependencies.py` writes it.
"""

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "dependencies.md"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# What pip writes beside the files of a wheel, and what Python makes of them.
NOT_OF_WHEEL = re.compile(r"\.\./|.*\.pyc$|.*/(INSTALLER|RECORD|REQUESTED|direct_url\.json)$")
HEAD = """\
# Dependencies

Written by `UPDATE=1 pytest tests/test_dependencies.py` from what the packages that are installed
say of themselves; why each is there: [architecture.md](architecture.md), "Decisions". The hash is
the SHA-256 of the sorted lines `path,sha256=...` of a package's RECORD, without what pip adds, so
it tells whether you have the very files that this version was tested with (Linux, x86-64).

What is installed with `lsp-local`, {n} packages:

| package | version | licence | needed by | SHA-256 of its files |
| --- | --- | --- | --- | --- |
"""
EXTRAS = """
Only with an extra, and what those need:

| extra | packages |
| --- | --- |
"""


def page() -> str:
    """Return the page for what is installed now."""
    found = _closure()
    rows = [_row(name, found[name]) for name in sorted(found)]
    extras = [
        f"| `{extra}` | {', '.join(_named(requirements))} |"
        for extra, requirements in sorted(_project()["optional-dependencies"].items())
    ]
    return "".join([HEAD.format(n=len(rows)), *(f"{row}\n" for row in rows), EXTRAS]) + "".join(
        f"{line}\n" for line in extras
    )


def direct() -> set[str]:
    """Return the names of all packages that pyproject.toml asks for, extras too."""
    project = _project()
    every = [project["dependencies"], *project["optional-dependencies"].values()]
    return {name for requirements in every for name in _named(requirements)}


def files_hash(package: Distribution) -> str:
    """Return the hash of what RECORD says of the wheel's files."""
    lines = [
        f"{file},{file.hash.mode}={file.hash.value}"
        for file in package.files or ()
        if file.hash is not None and not NOT_OF_WHEEL.match(str(file))
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _project() -> dict[str, dict[str, list[str]]]:
    project: dict[str, dict[str, list[str]]]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def _closure() -> dict[str, list[str]]:
    """Return what is installed of all that is needed, and who needs it."""
    needed: dict[str, list[str]] = {}
    waiting = [("lsp-local", name) for name in _named(_project()["dependencies"])]
    while waiting:
        by, name = waiting.pop(0)
        is_new = name not in needed
        if _installed(name) is not None:
            needed.setdefault(name, []).append(by)
            waiting += [(name, other) for other in _needs(name)] if is_new else []
    return needed


def _needs(name: str) -> Iterator[str]:
    package = _installed(name)
    for requirement in (package.requires if package else None) or ():
        if "extra ==" not in requirement:
            yield from _named([requirement])


def _named(requirements: Collection[str]) -> list[str]:
    found = (NAME.match(requirement) for requirement in requirements)
    return [re.sub("[-_.]+", "-", name[0]).lower() for name in found if name]


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _row(name: str, needed_by: list[str]) -> str:
    package = distribution(name)
    by = ", ".join(sorted(set(needed_by)))
    return f"| {name} | {package.version} | {_licence(package)} | {by} | `{files_hash(package)}` |"


def _licence(package: Distribution) -> str:
    """Return an SPDX expression, or what stands in its place."""
    every = (package.metadata.get_all(name) or [""] for name in ("License-Expression", "License"))
    said = next((one for one, *_ in every if one), "")
    if said not in ("", "UNKNOWN") and "\n" not in said and len(said) < 60:
        return said
    classifiers = package.metadata.get_all("Classifier") or []
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    return ", ".join(named) or _licence_in_file(package) or "not said"


def _licence_in_file(package: Distribution) -> str:
    files = (file for file in package.files or () if "licen" in file.name.lower())
    text = "\n".join(file.read_text() for file in files)
    names = {"Apache-2.0": "Apache License", "MIT": "MIT License", "BSD": "Redistribution and use"}
    return next((name for name, words in names.items() if words in text), "")
