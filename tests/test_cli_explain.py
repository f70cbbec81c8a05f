"""`lsp-local explain` as a user meets it, with a scripted model."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from scripted import Head
from typer.testing import CliRunner

from lsp_local.cli import explain
from lsp_local.cli.app import app
from lsp_local.features import instruct
from lsp_local.options import Options
from lsp_local.text import UserError

CODE = 'def total(items, rate=2):\n    """Sum up."""\n    return sum(items) * rate\n'
SAID = "`rate` is what the sum is multiplied by."
FACTS = "rate=2\n\nparameter of total · used once\n"


class Engine:
    """Never asked: the head is scripted."""


async def unread(engine: Engine) -> None:
    """Read nothing before the question."""


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @asynccontextmanager
    async def engine(options: Options) -> AsyncIterator[Engine]:
        yield Engine()

    monkeypatch.setattr(explain, "chosen_chat", engine)
    monkeypatch.setattr(instruct, "warm", unread)
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("LSP_LOCAL_CACHE_MB", "10")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop" / "cart.py"
    path.parent.mkdir()
    path.write_text(CODE)
    (path.parent / "pyproject.toml").touch()
    return path


def run(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["explain", *arguments])
    if ran.exception is not None:
        raise ran.exception
    return ran.stdout


def test_facts_and_what_the_model_says(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Head(monkeypatch, SAID)
    assert run(f"{shop}:3:27") == f"{FACTS}\n{SAID}\n"


def test_the_model_is_asked_once_and_again_when_told_so(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Head(monkeypatch, SAID)
    for _ in range(2):
        assert run(f"{shop}:3:27") == f"{FACTS}\n{SAID}\n"
    assert len(head.questions) == 1
    head.answer = "`rate` multiplies."
    for arguments in (["--again"], []):
        assert run(f"{shop}:3:27", *arguments) == f"{FACTS}\n`rate` multiplies.\n"
    assert len(head.questions) == 2


def test_where_the_model_invents_all_it_is_said_so(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Head(monkeypatch, "It calls `compute`.")
    said = "The model says nothing of it that stands up to a check."
    assert run(f"{shop}:3:27") == f"{FACTS}\n{said}\n"


def test_json(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Head(monkeypatch, SAID)
    assert json.loads(run(f"{shop}:1:5", "--model", "m.gguf", "--json")) == {
        "name": "total",
        "language": "python",
        "kind": "function",
        "signature": "def total(items, rate=2)",
        "note": "Sum up.",
        "where": "cart.py:1",
        "is_guess": False,
        "owner": "",
        "parameters": ["items", "rate"],
        "n_uses": 0,
        "n_files": 0,
        "explanation": SAID,
        "model": "m.gguf",
        "from_cache": False,
    }


def test_nothing_is_kept_on_disk_where_nothing_is_to_be(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_MB", "0")
    Head(monkeypatch, SAID)
    run(f"{shop}:3:27")
    assert not (tmp_path / "cache" / "explanations").exists()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        pytest.param("cart.py:1:1", "there is no symbol at .*:1:1; name", id="a keyword"),
        pytest.param("cart.py:99:1", "has 4 lines; there is no line 99", id="no such line"),
        pytest.param("cart.py", "is no place; write FILE:LINE:COL", id="no place"),
        pytest.param("gone.py:1:1", "cannot read .*: No such file", id="no such file"),
        pytest.param(".env:1:1", ".env is not read: your options exclude it", id="excluded"),
    ],
)
def test_errors_are_one_line(shop: Path, place: str, message: str) -> None:
    (shop.parent / ".env").write_text("TOKEN=1\n")
    with pytest.raises(UserError, match=message):
        run(f"{shop.parent}/{place}")
