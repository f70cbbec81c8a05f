"""Lint where it may not look or write: one line that says where, and the documented exit code.

Tests may run as root, who may do anything: what the system would refuse is refused here.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_cli_lint import DOCSTRING, check
from test_cli_lint import shop as shop

FOLDER = "cannot read the folder locked: Permission denied; it is left out\n"
FILE = "cannot read shut.py: Permission denied; it is left out\n"


@pytest.fixture
def locked(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may be seen and not opened, and a file that may not be read."""
    (shop / "pyproject.toml").touch()
    (shop / "locked").mkdir()
    (shop / "locked/b.py").write_text("x = 1\n")
    (shop / "shut.py").write_text("x = 1\n")
    monkeypatch.setattr(os, "scandir", refusing(os.scandir, lambda path: path.name == "locked"))
    monkeypatch.setattr(os, "lstat", refusing(os.lstat, is_inside))
    monkeypatch.setattr(os, "stat", refusing(os.stat, is_inside))
    for name, refused in (("stat", is_inside), ("open", is_shut), ("read_bytes", is_shut)):
        monkeypatch.setattr(Path, name, refusing(getattr(Path, name), refused))
    return shop


def is_inside(path: Path) -> bool:
    return "locked" in path.parts[:-1]


def is_shut(path: Path) -> bool:
    return path.name == "shut.py" or is_inside(path)


def refusing(does: Callable[..., Any], refused: Callable[[Path], bool]) -> Callable[..., Any]:
    def refuse(path: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(path, str | Path) and refused(Path(path)):
            raise PermissionError(13, "Permission denied", str(path))
        return does(path, *arguments, **named)

    return refuse


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize(
    ("arguments", "code", "stdout", "stderr"),
    [
        pytest.param("", 1, DOCSTRING, FOLDER + FILE, id="found on the way"),
        pytest.param("locked", 0, "", f"{FOLDER}nothing to look at", id="a folder that is named"),
        pytest.param("shut.py", 0, "", FILE, id="a file that is named"),
        pytest.param(
            "locked/b.py",
            2,
            "",
            "error: cannot read locked/b.py: Permission denied",
            id="a file in such a folder is not said to be gone",
        ),
        pytest.param(
            "cart.py --output locked/o.txt",
            2,
            "",
            "error: cannot write locked/o.txt: Permission denied; check path and rights",
            id="results",
        ),
        pytest.param(
            "cart.py --baseline shut.py",
            2,
            "",
            "error: cannot read shut.py: Permission denied; `--write-baseline` makes one",
            id="a baseline",
        ),
        pytest.param(
            "--merge shut.py",
            2,
            "",
            "error: cannot read shut.py: Permission denied; give what to merge",
            id="a result to merge",
        ),
    ],
)
def test_without_rights(arguments: str, code: int, stdout: str, stderr: str) -> None:
    check(f"--static {arguments}", code, stdout, stderr)


@pytest.mark.usefixtures("shop")
def test_a_model_that_is_not_there_is_3() -> None:
    said = "error: there is no file gone.gguf; `lsp-local model list` names known models"
    check("--model gone.gguf", 3, "", said)
