"""Where the server's log goes."""

import logging
import stat
from pathlib import Path

import pytest

from lsp_local.lsp.logs import log_as_told
from lsp_local.options import Options


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder; the handlers of the tests are out of the way."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.root.level)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("~/server.log", id="below the home folder"),
        pytest.param("HOME/server.log", id="an absolute path"),
    ],
)
def test_the_log_is_the_users_alone(home: Path, name: str) -> None:
    assert log_as_told(Options(log_file=name.replace("HOME", str(home)))) is None
    logging.getLogger("lsp_local").warning("oh")
    logging.root.handlers[0].close()
    assert "oh" in (home / "server.log").read_text()
    assert stat.S_IMODE((home / "server.log").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("HOME", id="a folder"),
        pytest.param("HOME/no/server.log", id="in no folder"),
        pytest.param("~nobody-of-that-name/server.log", id="of nobody"),
    ],
)
def test_a_log_that_cannot_be_written_is_told(home: Path, name: str) -> None:
    problem = log_as_told(Options(log_file=name.replace("HOME", str(home))))
    assert problem is not None
    assert problem.startswith("log_file ")
    assert problem.endswith("; name a file that can be written")
