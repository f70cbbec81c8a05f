"""Feedback in the ledger: counted by language, shown, and forgotten alone."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lsp_local.cli.app import app
from lsp_local.feedback import Count
from lsp_local.lsp.records import Records
from lsp_local.options import Options
from lsp_local.stats import Ledger, merged, read
from lsp_local.text import Reason


def run(folder: Path, *arguments: str) -> Result:
    environ = {"LSP_LOCAL_CACHE_DIR": str(folder), "COLUMNS": "100"}
    return CliRunner().invoke(app, ["stats", *arguments], env=environ)


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A cache folder with some feedback of today, some of it taken back."""
    ledger = Ledger("qwen", tmp_path / "stats")
    ledger.add(source="model", reason=Reason.SHOWN, total_ms=1, n_chars=1)
    for name, number in (
        (Count.ACCEPTED, 30),
        (Count.DISMISSED, 11),
        (Count.DISMISSED, -1),
        (Count.CHECKED, 20),
        (Count.KEPT, 1500),
    ):
        ledger.feedback("python", name, number)
    asyncio.run(ledger.flush())
    return tmp_path


def test_the_ledger_keeps_numbers_by_language(used: Path) -> None:
    counts = merged(read(used / "stats"), day=date.today().isoformat())
    assert {name: n for name, n in counts.items() if name.startswith("feedback")} == {
        "feedback.accepted.python": 30,
        "feedback.dismissed.python": 10,
        "feedback.checked.python": 20,
        "feedback.kept.python": 1500,
    }


def test_stats_show_it(used: Path) -> None:
    assert json.loads(run(used, "--json").stdout)["feedback"] == {
        "qwen": {
            "python": {
                "n_seen": 40,
                "n_accepted": 30,
                "n_partly": 0,
                "n_dismissed": 10,
                "n_typed": 0,
                "accepted": 0.75,
                "kept": 0.75,
                "adjustment": 0.825,
            }
        }
    }
    lines = [" ".join(line.replace("│", " ").split()) for line in run(used).stdout.split("\n")]
    assert "qwen python 40 75% 75% x 0.825" in lines


def test_it_is_forgotten_alone(used: Path) -> None:
    assert "forgotten" in run(used, "--forget-feedback").stdout
    found = json.loads(run(used, "--json").stdout)
    assert (found["feedback"], found["total"]["n_shown"]) == ({}, 1)
    assert run(used, "--forget-feedback").exit_code == 0  # there is nothing left to forget


async def test_the_next_server_begins_with_it_and_can_forget_it(
    used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(used))
    records = Records()
    records.suggestions_for(Options(model="qwen"))
    while records.adjustment("python") == 1.0:
        await asyncio.sleep(0.01)
    assert records.adjustment("python") == 0.825
    records.forget_feedback()
    assert records.adjustment("python") == 1.0
    while any("feedback" in name for _, _, name in read(used / "stats")):
        await asyncio.sleep(0.01)
    records.suggestions_for(Options(model="smollm"))
    assert records.feedback.as_json() == {}


def test_a_ledger_forgets_what_is_not_written_yet(tmp_path: Path) -> None:
    ledger = Ledger("qwen", tmp_path)
    ledger.typed(3)
    ledger.feedback("go", Count.ACCEPTED, 1)
    ledger.forget_feedback()
    asyncio.run(ledger.flush())
    assert merged(read(tmp_path)) == {"chars.typed": 3}


async def test_one_task_writes_the_figures_however_often_the_disk_comes_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path))
    before, records = asyncio.all_tasks(), Records()
    async with asyncio.timeout(5):
        for cache_mb, n_tasks in ((16, 1), (0, 0), (16, 1), (0, 0), (16, 1)):
            records.suggestions_for(Options(model="qwen", cache_mb=cache_mb))
            while len(asyncio.all_tasks() - before) != n_tasks:  # what opens and reads soon ends
                await asyncio.sleep(0.01)
