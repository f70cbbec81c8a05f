"""The rules of the house: layers, names in their one place, format, types, sizes."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from floors import FLOORS, ONLY_IN

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "lsp_local").rglob("*.py"))
ALL_FILES = [*SOURCES, ROOT / "editors" / "build.py", *sorted((ROOT / "tests").rglob("*.py"))]


def imports_of(path: Path) -> Iterator[str]:
    """Yield the full names of everything that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor_of(module: str) -> int:
    room = (module.removeprefix("lsp_local").strip(".").split(".") or [""])[0]
    floors = [n for n, rooms in enumerate(FLOORS) if room in rooms]
    return floors[0] if floors else len(FLOORS) - 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    inside = path.relative_to(ROOT / "lsp_local")
    own_room = inside.parts[0].removesuffix(".py")
    own_floor = floor_of(own_room)
    for name in imports_of(path):
        package, *rest = name.split(".")
        if package == "lsp_local" and rest and rest[0] != own_room:
            assert floor_of(rest[0]) > own_floor, f"{inside} imports {name}"
        if package in ONLY_IN:
            homes = ONLY_IN[package].split()
            assert any(str(inside).startswith(home) for home in homes), f"{inside}: {name}"


def test_every_room_has_a_floor() -> None:
    rooms = {path.relative_to(ROOT / "lsp_local").parts[0].removesuffix(".py") for path in SOURCES}
    assert rooms == {room for rooms in FLOORS for room in rooms}


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 300, "a file has at most 300 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, f"{node.name} is over 40 lines"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "format", "--check"], id="formatted"),
        pytest.param(["ruff", "check"], id="linted"),
        pytest.param(["mypy"], id="typed"),
    ],
)
def test_tools_have_no_complaint(command: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
