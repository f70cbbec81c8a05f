import os
import socket
from pathlib import Path

import pytest

from lsp_local.config import load
from lsp_local.features.projects import project_at
from lsp_local.ignores import Ignores
from lsp_local.index import Index
from lsp_local.index.process import _git_times
from lsp_local.options import Options
from lsp_local.plain import content, is_inside

OUTSIDE = "SECRET = 'of somebody else'\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project beside which lies what nobody may read."""
    root = tmp_path / "shop"
    (root / "src").mkdir(parents=True)
    (tmp_path / "private").mkdir()
    (tmp_path / "private/key.py").write_text(OUTSIDE)
    (root / "src/cart.py").write_text("total = 0\n")
    os.mkfifo(root / "pipe.py")
    (root / "link.py").symlink_to(tmp_path / "private/key.py")
    (root / "inner.py").symlink_to("src/cart.py")
    (root / "away").symlink_to(tmp_path / "private")
    (root / "zeros.py").symlink_to("/dev/zero")
    (root / "loop.py").symlink_to("loop.py")
    return root


@pytest.mark.parametrize(
    ("path", "want"),
    [
        pytest.param("src/cart.py", b"total = 0\n", id="a file"),
        pytest.param("link.py", None, id="a link"),
        pytest.param("inner.py", None, id="a link that stays inside"),
        pytest.param("pipe.py", None, id="a pipe, which must not be waited for"),
        pytest.param("zeros.py", None, id="a device without end"),
        pytest.param("src", None, id="a folder"),
        pytest.param("gone.py", None, id="nothing"),
        pytest.param("loop.py", None, id="a loop of links"),
        pytest.param("a\0b", None, id="a name that cannot be"),
        pytest.param("n" * 300, None, id="a name too long"),
        pytest.param("long.py", None, id="a file too large"),
    ],
)
def test_content(project: Path, path: str, want: bytes | None) -> None:
    (project / "long.py").write_text("x" * 101)
    assert content(project / path, 100) == want


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.py")
        assert content(tmp_path / "socket.py", 100) is None


@pytest.mark.parametrize(
    ("path", "want"),
    [("src/cart.py", True), ("inner.py", True), ("link.py", False), ("away/key.py", False)],
)
def test_is_inside(project: Path, path: str, want: bool) -> None:
    assert is_inside(project, project / path) is want


@pytest.mark.parametrize("name", [".gitignore", ".lsp-local-ignore"])
def test_rules_are_a_file_of_the_project(project: Path, name: str) -> None:
    (project.parent / "private/rules").write_text("*.py\n")
    (project / name).symlink_to(project.parent / "private/rules")
    os.mkfifo(project / "src" / name)
    assert "src/cart.py" in list(Ignores(project).files())


def test_a_project_is_told_by_its_own_files(project: Path) -> None:
    (project / "package.json").symlink_to(project.parent / "private/key.py")
    os.mkfifo(project / "Cargo.toml")
    assert project_at(project).manifests == ()


def test_an_index_reads_no_pipe_and_no_link(project: Path, tmp_path: Path) -> None:
    index = Index(project, (), tmp_path / "index.sqlite")
    odd = ("pipe.py", "link.py", "inner.py", "zeros.py", "away/key.py", "../private/key.py")
    assert index.update(*odd) == 0
    assert index.refresh() == 1
    assert index.paths() == ("src/cart.py",)


@pytest.mark.parametrize(
    "text", ["gitdir: a\0b", "gitdir: " + "x" * 100_000, "\xff", "gitdir: ../../.."]
)
def test_a_git_file_of_no_sense_is_no_crash(project: Path, text: str) -> None:
    (project / ".git").write_bytes(text.encode("latin-1"))
    assert _git_times(project) == [0, 0]


def test_settings_that_are_a_link_out_are_nobodys(project: Path) -> None:
    (project.parent / "private/pyproject.toml").write_text("[tool.lsp-local]\nenabled = false\n")
    link = project / "pyproject.toml"
    link.symlink_to("../private/pyproject.toml")
    user_file = project.parent / "config.toml"
    user_file.touch()
    loaded = load(workspace=project, environ={}, user_file=user_file)
    assert (loaded.options, loaded.warnings) == (Options(), ())
