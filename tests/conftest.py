"""The order of the tests, and real models for them, fetched once into the user's models folder."""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from lsp_local import download, models

TESTS = Path(__file__).parent
EDITORS = TESTS / "editors"
# In this order the tests run: those of one file wait for nothing but themselves.
STAGES = ("fast", "slow", "e2e", "editors", "trust")
# What a fast test has no need of: a model, or another process, which these bring.
MODELS = {"qwen", "smollm"}
PROCESSES = {"subprocess", "RawServer", "serving"}

# Started in the background of a shell, a process ignores SIGINT, and so would all its children:
# those that a test stops with Ctrl+C must hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What one test has made the model say must not be the answer to another, nor to the user.
FOLDER = tempfile.mkdtemp(prefix="lsp-local-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["LSP_LOCAL_CACHE_DIR"] = FOLDER
os.environ["LSP_LOCAL_CACHE_MB"] = "0"
# Nor is one test to kill the model process of another, or to read what that has read.
os.environ["LSP_LOCAL_SHARE_WORKER"] = "0"
# llama.cpp's threads wait for each other by spinning, at the cost of the other tests.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["LSP_LOCAL_N_THREADS"] = "1"


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


def pytest_configure(config: pytest.Config) -> None:
    """Keep the order of files also where several processes share them (`-n 3 --dist loadfile`)."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is fast first, and mark it, for `pytest -m fast`; a file's tests stay together."""
    stages: dict[Path, int] = {}
    for item in items:
        stages[item.path] = max(stages.get(item.path, 0), _stage(item))
    items.sort(key=lambda item: stages[item.path])
    for item in items:
        if stages[item.path] == 0:
            item.add_marker("fast")


def _stage(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    if folder in STAGES:
        return STAGES.index(folder)
    fixtures = set(getattr(item, "fixturenames", ()))
    names = set(vars(getattr(item, "module", None) or object))
    return 1 if fixtures & MODELS or names & PROCESSES else 0


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


@pytest.fixture
def many(request: pytest.FixtureRequest) -> Callable[..., int]:
    """How often to try: `many(short=30, long=10_000)` is `long` where `--long` was given."""
    is_long = request.config.getoption("--long")
    return lambda *, short, long: long if is_long else short


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
