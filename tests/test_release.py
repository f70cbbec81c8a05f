"""What editors/build.py makes: complete packages, nothing beside, the same bytes every time."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
# What is no part of a release, wherever it lies in the folder.
JUNK = re.compile(
    r"(^|/)(node_modules|dist|\.git|\.venv[^/]*|__pycache__|\.\w+_cache)/|"
    r"^build/|\.(pyc|vsix|so|gguf)$"
)


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("building", ROOT / "editors" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["building"] = module  # where its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


building = _loaded()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and an sdist of these very files, with what else lies around them."""
    pytest.importorskip("hatchling", reason="the extra `test` brings hatchling")
    folder = tmp_path_factory.mktemp("built")
    command = (
        "import hatchling.build as b, sys; b.build_wheel(sys.argv[1]); b.build_sdist(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", command, str(folder)], cwd=ROOT, check=True)
    return folder


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    about = f"lsp_local-{building.version_of(ROOT)}.dist-info"
    files = ["METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"]
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lsp_local").rglob("*.py")}
    assert names == sources | {"lsp_local/py.typed"} | {f"{about}/{one}" for one in files}


def test_the_sdist_holds_what_a_clone_holds(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = [one.name.partition("/")[2] for one in sdist.getmembers()]
    assert [name for name in names if JUNK.search(name)] == []
    wanted = ["README.md", "tests/editors/install.sh", "docs/configuration.md", ".ci/run"]
    wanted += ["editors/build.py", "editors/vscode/package-lock.json", "editors/emacs/lsp-local.el"]
    assert set(wanted) <= set(names)
    git = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0:  # else this is an sdist itself
        assert set(git.stdout.splitlines()) <= {*names}


def test_no_picture_is_kept_twice() -> None:
    folders = [ROOT / "docs" / "images", ROOT / "editors" / "vscode" / "images"]
    pictures = [path.read_bytes() for folder in folders for path in folder.iterdir()]
    assert len(pictures) == len(set(pictures)) > 3


def test_the_version_is_the_same_everywhere() -> None:
    version = building.version_of(ROOT)
    for name, pattern in building.VERSION_COPIES:
        assert re.findall(pattern, (ROOT / name).read_text(), re.MULTILINE) == [version], name
    newest = re.findall(r"^## (.*)$", (ROOT / "docs" / "changelog.md").read_text(), re.MULTILINE)
    assert newest[0] == version


def test_a_new_version_is_written_once_and_nothing_else_changes(tmp_path: Path) -> None:
    names = {building.VERSION_FILE, *(name for name, _ in building.VERSION_COPIES)}
    before = {name: (ROOT / name).read_text() for name in names}
    for name, text in before.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    init, old = tmp_path / building.VERSION_FILE, building.version_of(ROOT)
    init.write_text(init.read_text().replace(old, "12.3.4rc1"))
    building.put_version(tmp_path)
    changed = []
    for name, text in before.items():
        lines = zip(text.splitlines(), (tmp_path / name).read_text().splitlines(), strict=True)
        changed += [(was, now) for was, now in lines if was != now]
    assert len(changed) == 1 + len(building.VERSION_COPIES)
    assert all(was.replace(old, "12.3.4rc1") == now for was, now in changed)


def test_the_neovim_package_holds_what_neovim_loads() -> None:
    files = building.neovim_files(ROOT)
    lua = {
        path.relative_to(ROOT / "editors" / "nvim") for path in ROOT.glob("editors/nvim/**/*.lua")
    }
    beside = {"LICENSE", "doc/lsp-local.txt", "doc/tags"}
    assert set(files) == {path.as_posix() for path in lua} | beside


def test_the_same_files_are_packed_alike_in_any_order() -> None:
    files = {"b/c.lua": b"1", "a.lua": b"\xff\n", "é.lua": b""}
    backwards = dict(reversed(files.items()))
    archive = building.packed(files, "top", 1_700_000_000)
    assert archive == building.packed(backwards, "top", 1_700_000_000)
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        members = [(one.name, one.mode, one.uname, one.mtime) for one in tar.getmembers()]
    assert members == [
        (f"top/{name}", 0o644, "", 1_700_000_000) for name in ("a.lua", "b/c.lua", "é.lua")
    ]


def test_emacs_is_told_of_its_package_beforehand() -> None:
    files = building.emacs_files(ROOT, "0.2.0")
    shim = {path.name for path in (ROOT / "editors" / "emacs").glob("*.el")}
    assert set(files) == shim | {"LICENSE", "lsp-local-pkg.el"}
    assert files["lsp-local-pkg.el"].decode() == (
        ";; -*- no-byte-compile: t; lexical-binding: nil -*-\n"
        '(define-package "lsp-local" "0.2.0"\n'
        '  "Ghost text from a small model on your own CPU"\n'
        '  \'((emacs "28.1"))\n'
        '  :keywords \'("convenience" "tools" "languages"))\n'
    )


@pytest.mark.skipif(
    shutil.which("emacs") is None, reason="no emacs: tests/editors/install_emacs.sh"
)
def test_emacs_takes_the_package(tmp_path: Path) -> None:
    commit = building.Commit(ROOT, building.version_of(ROOT), 1_700_000_000)
    building.build_emacs(commit, tmp_path)
    (archive,) = tmp_path.iterdir()
    told = (
        "(progn (require 'package)"
        # Compiling takes seconds, and is tried in tests/editors.
        f" (setq package-user-dir \"{tmp_path}/elpa\") (fset 'package--compile #'ignore)"
        f' (package-install-file "{archive}") (global-lsp-local-mode) (princ load-history))'
    )
    command = ["emacs", "--batch", "-Q", "--eval", told]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{tmp_path}/elpa/lsp-local-{commit.version}/lsp-local-ghost.el" in ran.stdout
