"""What git says has changed."""

from pathlib import Path

import pytest
from linted import commit, git

from lsp_local.lint import changes
from lsp_local.text import UserError


@pytest.mark.parametrize(
    ("diff", "want"),
    [
        pytest.param(
            "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n"
            "@@ -1 +1,2 @@ def f\n-a\n+b\n+c\n@@ -9,2 +10 @@\n-d\n-e\n+f\n",
            {"x.py": [(1, 2), (10, 10)]},
            id="two hunks",
        ),
        pytest.param(
            "--- a/x.py\n+++ b/x.py\n@@ -3,2 +2,0 @@\n-a\n-b\n", {}, id="only lines that are gone"
        ),
        pytest.param(
            "--- a/x.py\n+++ b/x.py\n@@ -1 +1,2 @@\n--- a/y\n+++ b/y\n+@@ -1 +5 @@\n"
            "@@ -4,0 +6 @@\n+z\n",
            {"x.py": [(1, 2), (6, 6)]},
            id="code that looks like a header",
        ),
        pytest.param(
            "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+++ b/y\n"
            "\\ No newline at end of file\n",
            {"x.py": [(1, 1)]},
            id="no line end at the end",
        ),
        pytest.param(
            '--- "a/t\\t\\"\\303\\251.py"\n+++ "b/t\\t\\"\\303\\251.py"\n@@ -0,0 +1 @@\n+a\n',
            {'t\t"é.py': [(1, 1)]},
            id="a name in quotes",
        ),
        pytest.param(
            "--- a/a b.py\t\n+++ b/a b.py\t\n@@ -0,0 +1 @@\n+a\n",
            {"a b.py": [(1, 1)]},
            id="a blank in a name",
        ),
        pytest.param(
            "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+a\n"
            "diff --git a/m b/m\n--- a/m\n+++ b/m\n@@ -0,0 +1 @@\n+a\n",
            {"m": [(1, 1)]},
            id="a link is no file",
        ),
        pytest.param(
            "diff --git a/l b/l\nBinary files a/l and b/l differ\n", {}, id="a binary file"
        ),
        pytest.param("", {}, id="nothing"),
        pytest.param("@@ -1 +1,9 @@\n", {}, id="cut off"),
    ],
)
def test_parse(diff: str, want: dict[str, list[tuple[int, int]]]) -> None:
    assert changes.parse(diff.encode()) == want


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        pytest.param([(1, 1)], ["ab"], id="a line, without its end"),
        pytest.param([(2, 3)], ["\ncd"], id="a blank one and one more"),
        pytest.param([(3, 9)], ["cd"], id="to the end"),
        pytest.param([(9, 9)], [], id="beyond"),
    ],
)
def test_offsets(lines: list[tuple[int, int]], want: list[str]) -> None:
    text = "ab\n\ncd"
    assert [text[start:end] for start, end in changes.offsets(text, lines)] == want


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A commit on `main`, one more there, and one on `work`, which is checked out."""
    (tmp_path / "a.py").write_text("one\ntwo\nthree\n")
    (tmp_path / "old.py").write_text("".join(f"line {n}\n" for n in range(20)))
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "work")
    (tmp_path / "a.py").write_text("one\n2\nthree\nfour\n")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "main")
    (tmp_path / "other.py").write_text("other\n")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "work")
    return tmp_path


# What users have in their configuration, and what must not matter.
CONFIGURATION = {
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "diff.interHunkContext": "9",
    "diff.relative": "true",
    "diff.renames": "false",
    "color.ui": "always",
    "diff.external": "false",
    "core.quotePath": "false",
}


@pytest.mark.parametrize("settings", [{}, CONFIGURATION], ids=["plain", "configured"])
def test_changes_since_a_branch(repository: Path, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        git(repository, "config", name, value)
    git(repository, "mv", "old.py", "new.py")
    with (repository / "new.py").open("a") as stream:
        stream.write("more")
    (repository / "b\u00e9 \t.py").write_text("x\n")
    git(repository, "add", "-A")
    (repository / "bytes.py").write_bytes(b"\0\1")
    git(repository, "add", "-A")
    (repository / "untracked.py").write_text("x\n")
    want = {"a.py": [(2, 2), (4, 4)], "new.py": [(21, 21)], "b\u00e9 \t.py": [(1, 1)]}
    assert changes.changed_since(repository, "main") == want


def test_staged_changes_and_contents(repository: Path) -> None:
    (repository / "a.py").write_text("zero\none\n2\nthree\nfour\n")
    git(repository, "add", "-A")
    (repository / "a.py").write_text("something else\n")
    assert changes.staged(repository) == {"a.py": [(1, 1)]}
    assert changes.staged_bytes(repository, "a.py", 100) == b"zero\none\n2\nthree\nfour\n"
    assert changes.staged_bytes(repository, "a.py", 3) == b"zero"
    assert changes.staged_bytes(repository, "gone.py", 3) is None


def test_staged_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("one\n")
    git(tmp_path, "add", "-A")
    assert changes.staged(tmp_path) == {"a.py": [(1, 1)]}


def test_a_shallow_clone_is_explained(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shallow = tmp_path_factory.mktemp("clone") / "shallow"
    git(repository, "clone", "-q", "--depth=1", f"file://{repository}", str(shallow))
    git(shallow, "fetch", "-q", "--depth=1", "origin", "main")
    with pytest.raises(UserError, match=r"shallow .* run `git fetch --unshallow`"):
        changes.merge_base(shallow, "FETCH_HEAD")
    with pytest.raises(UserError, match="no commit 'main' here; perhaps `git fetch --unshallow"):
        changes.merge_base(shallow, "main")


@pytest.mark.parametrize("ref", ["nothing", "--output=x", "a b", ""])
def test_a_wrong_commit_is_named(repository: Path, ref: str) -> None:
    with pytest.raises(UserError, match=f"git knows no commit {ref!r} here; perhaps `git fetch"):
        changes.changed_since(repository, ref)
    assert not (repository / "x").exists()


def test_without_common_history(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "lone")
    git(repository, "commit", "-q", "-m", "lone")
    with pytest.raises(UserError, match="HEAD and 'main' have no common history"):
        changes.merge_base(repository, "main")


def test_without_repository_or_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"is in no git repository; leave out --diff, --staged"):
        changes.repository(tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="ask git, which is not installed"):
        changes.repository(tmp_path)
