"""Which files lint looks at, and what it says of the others."""

import os
import tracemalloc
from pathlib import Path

import pytest

from lsp_local.lint import walking
from lsp_local.options import Options
from lsp_local.text import UserError

EXCLUDE = Options().exclude


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    for name in ("a.py", "b/c.ts", "b/d.txt", "build/e.go", "b/local.rs", "node_modules/f.js"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")
    (root / "b/vendor.min.js").write_text("x\n")
    (root / ".env.py").write_text("x\n")
    (root / ".gitignore").write_text("build/\n")
    (root / "b/.lsp-local-ignore").write_text("local.*\n")
    (root / "pyproject.toml").touch()
    (root / "link.py").symlink_to(root / "a.py")
    (root / "around").symlink_to(root)
    (tmp_path / "out.py").write_text("x\n")
    (root / "out.py").symlink_to(tmp_path / "out.py")
    return root


def check(project: Path, names: list[str], want: list[str], said: list[str]) -> None:
    notices: list[str] = []
    paths = [project / name for name in names]
    assert walking.targets(project, paths, EXCLUDE, notices.append) == want
    assert notices == said


@pytest.mark.parametrize(
    ("names", "want", "said"),
    [
        pytest.param(["."], ["a.py", "b/c.ts"], [], id="what is written by hand"),
        pytest.param(["b", "b/c.ts", "b/../b"], ["b/c.ts"], [], id="each once"),
        pytest.param(["around"], ["a.py", "b/c.ts"], [], id="a folder is meant by its link"),
        pytest.param(
            ["build/e.go", "b/local.rs", "node_modules/f.js", "b/vendor.min.js"],
            ["b/local.rs", "b/vendor.min.js", "build/e.go", "node_modules/f.js"],
            [],
            id="a file that is named is not ignored",
        ),
        pytest.param(
            [".env.py"], [], [".env.py is private (`exclude`); it is left out"], id="private"
        ),
        pytest.param(
            ["b/d.txt"],
            [],
            ["b/d.txt is in no language that lint knows; it is left out"],
            id="text",
        ),
        pytest.param(["link.py"], ["link.py"], [], id="a link that is named"),
        pytest.param(
            ["out.py"], [], ["out.py leads out of shop; it is left out"], id="a link leads out"
        ),
    ],
)
def test_targets(project: Path, names: list[str], want: list[str], said: list[str]) -> None:
    check(project, names, want, said)


def test_a_folder_without_rights_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refused(path: Path) -> object:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    said = "cannot read the folder b: Permission denied; it is left out"
    check(project, ["."], ["a.py"], [said])


@pytest.mark.parametrize(
    ("path", "up", "want"),
    [
        pytest.param("b/c.ts", None, "shop", id="a project"),
        pytest.param("b/c.ts", "b", "shop/b", id="the nearest repository"),
        pytest.param("b/c.ts", ".", "shop", id="a repository"),
        pytest.param("../out.py", None, "", id="nothing: its own folder"),
    ],
)
def test_root_of(project: Path, path: str, up: str | None, want: str) -> None:
    if up is not None:
        (project / up / ".git").mkdir()
    assert walking.root_of([project / path]) == project.parent / want


def test_a_path_that_leads_nowhere_is_an_error(project: Path) -> None:
    with pytest.raises(UserError, match=r"there is no gone\.py; give the paths"):
        walking.root_of([project, Path("gone.py")])


def test_the_root_holds_all_paths(project: Path) -> None:
    assert walking.root_of([project / "b", project.parent / "out.py"]) == project.parent


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(b"\xff\xfe", "x.py is binary, or not UTF-8; it is left out", id="no UTF-8"),
        pytest.param(b"a\0", "x.py is binary, or not UTF-8; it is left out", id="binary"),
        pytest.param(
            b"\xc3\xa9" * 500_001, "x.py has more than 1,000,000 bytes; it is left out", id="long"
        ),
        pytest.param(
            None, "cannot read x.py: No such file or directory; it is left out", id="gone"
        ),
    ],
)
def test_what_is_no_text_is_left_out(tmp_path: Path, raw: bytes | None, said: str) -> None:
    if raw is not None:
        (tmp_path / "x.py").write_bytes(raw)
    notices: list[str] = []
    assert walking.source(tmp_path, "x.py", notices.append) is None
    assert notices == [said]


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "x.py").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    notices: list[str] = []
    tracemalloc.start()
    assert walking.source(tmp_path, "x.py", notices.append) is None
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert notices == ["x.py has more than 1,000,000 bytes; it is left out"]
    assert most < 4 * walking.MOST_BYTES


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    notices: list[str] = []
    assert walking.source(tmp_path, "x.py", notices.append) is None
    assert notices == ["cannot read x.py: not a plain file; it is left out"]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"\xef\xbb\xbfa\r\n")
    found = walking.source(tmp_path, "x.py", print)
    assert found is not None
    assert (found.doc.text, found.raw) == ("a\r\n", b"\xef\xbb\xbfa\r\n")
    assert (found.doc.path, found.doc.language, found.file) == ("x.py", "python", tmp_path / "x.py")
