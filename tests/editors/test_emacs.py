"""Types in a real Emacs at the real server; each test of `lsp-local-tests*.el` is one here."""

import re
from pathlib import Path

import emacs
import pytest

TESTS = [emacs.HERE / "lsp-local-tests.el", emacs.HERE / "lsp-local-tests-beside.el"]
NAMES = [
    name
    for path in TESTS
    for name in re.findall(r"^\(ert-deftest lsp-local-tests-(\S+)", path.read_text(), re.MULTILINE)
]

pytestmark = pytest.mark.skipif(
    emacs.PROGRAM is None, reason="there is no Emacs; tests/editors/install_emacs.sh"
)


@pytest.fixture(scope="module")
def said(qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What one Emacs says, which runs all tests with one server."""
    told = emacs.environment(tmp_path_factory.mktemp("emacs"), qwen)
    load = [word for path in TESTS for word in ("-l", str(path))]
    tests = (*load, "-f", "ert-run-tests-batch-and-exit")
    return emacs.run_batch(*tests, environment=told).stdout


def test_there_are_tests() -> None:
    assert len(NAMES) > 20


@pytest.mark.parametrize("name", NAMES)
def test_in_emacs(name: str, said: str) -> None:
    full = f"lsp-local-tests-{name}"
    ended = re.search(rf"^ +(\S+) +\d+/\d+  {re.escape(full)}\b", said, re.MULTILINE)
    if ended is not None and ended[1] == "skipped":
        pytest.skip("there is no eglot or no lsp-mode; tests/editors/install_emacs.sh")
    about = re.search(rf"^Test {re.escape(full)} backtrace:.*?^ +FAILED", said, re.M | re.S)
    assert ended is not None, said[-3000:]
    assert ended[1] == "passed", about[0] if about else said[-3000:]


def test_the_sources_compile_and_lint_without_a_complaint() -> None:
    files = [str(path) for path in sorted(emacs.SOURCES.glob("*.el"))]
    assert files
    lint = emacs.run_batch("-l", str(emacs.HERE / "lsp-local-lint.el"), *files)
    complaints = [line for line in lint.stdout.splitlines() if not line.startswith("Loading ")]
    assert (complaints, lint.returncode) == ([], 0)
