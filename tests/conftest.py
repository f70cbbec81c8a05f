"""Real models for the tests, fetched once into the user's models folder."""

import os
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from lsp_local import download, models

EDITORS = Path(__file__).parent / "editors"

# Started in the background of a shell, a process ignores SIGINT, and so would all its children:
# those that a test stops with Ctrl+C must hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What one test has made the model say must not be the answer to another, nor to the user.
os.environ["LSP_LOCAL_CACHE_DIR"] = tempfile.mkdtemp(prefix="lsp-local-tests-")
os.environ["LSP_LOCAL_CACHE_MB"] = "0"
# Nor is one test to kill the model process of another, or to read what that has read.
os.environ["LSP_LOCAL_SHARE_WORKER"] = "0"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run insist on all editors, and on the long form of the tests in trust/."""
    parser.addoption(
        "--every-editor",
        action="store_true",
        help="fail where an editor is missing (tests/editors/install.sh), instead of skipping",
    )
    parser.addoption(
        "--long",
        action="store_true",
        help="try what docs/trust.md promises as often as it says there, which takes hours",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a failure of a test in an editor that is skipped, if all editors are wanted."""
    report = yield
    is_of_editor = EDITORS in item.path.parents
    if report.skipped and is_of_editor and item.config.getoption("--every-editor"):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def qwen() -> Path:
    """The default model: 0.5B, fills in the middle."""
    return _pulled("qwen2.5-coder-0.5b")


@pytest.fixture(scope="session")
def smollm() -> Path:
    """The smallest real model: 135M, left to right."""
    return _pulled("smollm2-135m")


def _pulled(name: str) -> Path:
    return download.pull(models.find(name), on_progress=models.ignore_progress)
