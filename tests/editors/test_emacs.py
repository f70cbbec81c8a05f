"""Types in a real Emacs at the real server; each test of `lsp-local-tests.el` is one here."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCES = HERE.parent.parent / "editors" / "emacs"
TESTS = HERE / "lsp-local-tests.el"
NAMES = re.findall(r"^\(ert-deftest lsp-local-tests-(\S+)", TESTS.read_text(), re.MULTILINE)
EMACS = ("emacs", "-q", "--batch", "-f", "package-initialize")

pytestmark = pytest.mark.skipif(
    shutil.which("emacs") is None, reason="there is no Emacs; tests/editors/install-emacs.sh"
)


def run_emacs(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*EMACS, "-L", str(SOURCES), *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


@pytest.fixture(scope="module")
def said(qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What one Emacs says, which runs all tests with one server."""
    environment = {
        "EDITOR_TESTS_FOLDER": str(tmp_path_factory.mktemp("emacs")),
        "EDITOR_TESTS_COMMAND": "\t".join([sys.executable, "-m", "lsp_local", "serve"]),
        "EDITOR_TESTS_MODEL": str(qwen),
        "PYTHONPATH": str(HERE.parent.parent),
    }
    tests = ("-l", str(TESTS), "-f", "ert-run-tests-batch-and-exit")
    return run_emacs(*tests, environment=environment).stdout


def test_there_are_tests() -> None:
    assert len(NAMES) > 20


@pytest.mark.parametrize("name", NAMES)
def test_in_emacs(name: str, said: str) -> None:
    full = f"lsp-local-tests-{name}"
    ended = re.search(rf"^ +(\S+) +\d+/\d+  {re.escape(full)}\b", said, re.MULTILINE)
    if ended is not None and ended[1] == "skipped":
        pytest.skip("there is no eglot; tests/editors/install-emacs.sh")
    about = re.search(rf"^Test {re.escape(full)} backtrace:.*?^ +FAILED", said, re.M | re.S)
    assert ended is not None, said[-3000:]
    assert ended[1] == "passed", about[0] if about else said[-3000:]


def test_the_sources_compile_and_lint_without_a_complaint() -> None:
    files = [str(path) for path in sorted(SOURCES.glob("*.el"))]
    assert files
    lint = run_emacs("-l", str(HERE / "lsp-local-lint.el"), *files)
    complaints = [line for line in lint.stdout.splitlines() if not line.startswith("Loading ")]
    assert (complaints, lint.returncode) == ([], 0)
