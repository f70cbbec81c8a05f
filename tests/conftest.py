"""Real models for the tests, fetched once into the user's models folder."""

import os
import signal
import tempfile
from pathlib import Path

import pytest

from lsp_local import download, models

# Started in the background of a shell, a process ignores SIGINT, and so would all its children:
# those that a test stops with Ctrl+C must hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What one test has made the model say must not be the answer to another, nor to the user.
os.environ["LSP_LOCAL_CACHE_DIR"] = tempfile.mkdtemp(prefix="lsp-local-tests-")
os.environ["LSP_LOCAL_CACHE_MB"] = "0"


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
