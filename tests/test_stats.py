"""Counts become figures, are added up over processes and days, and never fail the server."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lsp_local.cli.app import app
from lsp_local.cli.stats import in_short
from lsp_local.stats import KEPT_DAYS, Key, Ledger, clear, figures, merged, read
from lsp_local.text import Reason, UserError

TODAY = date(2026, 11, 22)
NOTHING = {"p50": None, "p90": None, "p95": None}


def ledger_in(folder: Path | None, model: str = "qwen", day: date = TODAY) -> Ledger:
    return Ledger(model, folder, lambda: day)


def type_a_line(ledger: Ledger) -> None:
    """One suggestion from the model, two keys typed into it, the rest taken, two silences."""
    ledger.add(
        source="model",
        reason=Reason.SHOWN,
        total_ms=412.3,
        ttft_ms=208.9,
        n_evaluated=640,
        n_predicted=9,
        n_chars=21,
    )
    for n_chars in (20, 19):
        ledger.typed(1)
        ledger.add(source="cache", reason=Reason.SHOWN, total_ms=0.043, n_chars=n_chars)
    ledger.accepted(18)
    ledger.add(source="model", reason=Reason.BLANK, total_ms=90, n_evaluated=3, n_predicted=1)
    ledger.add(source="none", reason=Reason.DISABLED)


def all_of(counts: Mapping[Key, int]) -> dict[str, object]:
    return figures(merged(counts))


LINE = {
    "n_requests": 5,
    "n_shown": 3,
    "n_accepted": 1,
    "by_source": {"model": 2, "cache": 2, "none": 1},
    "by_reason": {"blank": 1, "disabled": 1, "shown": 3},
    "without_model": 0.5,
    "latency_ms": {
        "model": {"p50": 410.0, "p90": 410.0, "p95": 410.0},
        "cache": {"p50": 0.1, "p90": 0.1, "p95": 0.1},
    },
    "ttft_ms": {"p50": 210.0, "p90": 210.0, "p95": 210.0},
    "n_evaluated": {"median": 0.0, "p95": 640.0},
    "n_decoded": 10,
    "n_decoded_per_shown": 3.333,
    "n_chars": {"shown": 60, "accepted": 18, "typed": 2},
    "keystrokes_saved": 0.9,
}
EMPTY = {
    "n_requests": 0,
    "n_shown": 0,
    "n_accepted": 0,
    "by_source": {"model": 0, "cache": 0, "none": 0},
    "by_reason": {},
    "without_model": None,
    "latency_ms": {"model": NOTHING, "cache": NOTHING},
    "ttft_ms": NOTHING,
    "n_evaluated": {"median": None, "p95": None},
    "n_decoded": 0,
    "n_decoded_per_shown": None,
    "n_chars": {"shown": 0, "accepted": 0, "typed": 0},
    "keystrokes_saved": None,
}


def test_figures_of_this_process() -> None:
    ledger = ledger_in(None)
    assert ledger.as_json() == EMPTY
    type_a_line(ledger)
    assert ledger.as_json() == LINE


@pytest.mark.parametrize(
    ("values", "want"),
    [
        pytest.param([7], (7, 7, 7), id="one value is every percentile"),
        pytest.param(range(1, 101), (50, 90, 95), id="whole numbers below a hundred are exact"),
        pytest.param([0, 0, 0, 24], (0, 24, 24), id="most keys are free"),
        pytest.param([104.9, 1049.0, 98765.0], (1000, 99000, 99000), id="two digits are kept"),
        pytest.param([0.001], (0.1, 0.1, 0.1), id="nothing is faster than a tenth"),
    ],
)
def test_percentiles(values: list[float], want: tuple[float, float, float]) -> None:
    ledger = ledger_in(None)
    for value in values:
        ledger.add(source="model", reason=Reason.SHOWN, total_ms=value)
    latency: Any = ledger.as_json()["latency_ms"]
    assert tuple(latency["model"].values()) == want


async def test_processes_days_and_models_are_added_up(tmp_path: Path) -> None:
    yesterday = TODAY - timedelta(days=1)
    one, other = ledger_in(tmp_path / "stats"), ledger_in(tmp_path / "stats")
    for ledger in (one, other, ledger_in(tmp_path / "stats", "smollm", yesterday)):
        type_a_line(ledger)
        await ledger.flush()
    type_a_line(one)
    one.model = "smollm"
    one.typed(5)
    await asyncio.gather(one.flush(), other.flush())  # the other has nothing new

    counts = read(tmp_path / "stats", today=TODAY)
    by_model = {name: merged(counts, model=name)["requests"] for name in ("qwen", "smollm", "")}
    assert by_model == {"qwen": 15, "smollm": 5, "": 20}
    assert merged(counts, model="smollm")["chars.typed"] == 7
    assert merged(counts, day=TODAY.isoformat())["requests"] == 15
    assert all_of(read(tmp_path / "stats", 1, TODAY))["n_requests"] == 15
    assert all_of(read(tmp_path / "stats", today=TODAY + timedelta(days=KEPT_DAYS))) == EMPTY


async def test_old_days_are_forgotten(tmp_path: Path) -> None:
    for day in (TODAY, TODAY + timedelta(days=KEPT_DAYS + 1)):
        ledger = ledger_in(tmp_path, day=day)
        ledger.typed(1)
        await ledger.flush()
    assert merged(read(tmp_path, 10_000, TODAY))["chars.typed"] == 1


async def test_the_file_holds_numbers_dates_and_model_names(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    type_a_line(ledger)
    await ledger.flush()
    kinds = {name.partition("=")[0] for _, _, name in read(tmp_path, today=TODAY)}
    assert {(day, model) for day, model, _ in read(tmp_path, today=TODAY)} == {
        ("2026-11-22", "qwen")
    }
    assert kinds == {
        *("requests", "source.model", "source.cache", "source.none"),
        *("reason.shown", "reason.blank", "reason.disabled", "decoded", "evaluated", "ttft"),
        *("ms.model", "ms.cache", "accepted", "chars.shown", "chars.accepted", "chars.typed"),
    }


async def test_a_damaged_file_is_begun_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "figures.sqlite3").write_bytes(b"not a database" * 500)
    with pytest.raises(UserError, match="--clear"):
        read(tmp_path)
    ledger = ledger_in(tmp_path)
    type_a_line(ledger)
    await ledger.flush()
    assert all_of(read(tmp_path, today=TODAY)) == LINE
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert (tmp_path / "figures.sqlite3.damaged").read_bytes() == b"not a database" * 500
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("statement", ["CREATE TABLE counts (x)", "CREATE TABLE other (x)"])
def test_a_foreign_file_is_not_read(tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(tmp_path / "figures.sqlite3")) as database:
        database.execute(statement)
    with pytest.raises(UserError, match="--clear"):
        read(tmp_path)
    clear(tmp_path)
    assert not read(tmp_path)


async def test_a_folder_that_cannot_be_written_costs_one_warning_and_no_count(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "stats"
    folder.write_text("")
    ledger = ledger_in(folder)
    type_a_line(ledger)
    await ledger.flush()
    await ledger.flush()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    folder.unlink()
    await ledger.flush()
    assert all_of(read(folder, today=TODAY)) == LINE


def run(folder: Path, *arguments: str) -> Result:
    environ = {"LSP_LOCAL_CACHE_DIR": str(folder), "COLUMNS": "100"}
    return CliRunner().invoke(app, ["stats", *arguments], env=environ)


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A cache folder with one line typed today, and something on disk."""
    ledger = ledger_in(tmp_path / "stats", day=date.today())
    type_a_line(ledger)
    asyncio.run(ledger.flush())
    (tmp_path / "states").mkdir()
    (tmp_path / "states" / "a.state").write_bytes(bytes(2_000_000))
    return tmp_path


def test_stats_as_json(used: Path) -> None:
    found = json.loads(run(used, "--json", "--days", "7").stdout)
    names = ("states", "completions", "explanations", "lint", "indexes", "memory", "stats")
    n_bytes = dict.fromkeys(names, 0)
    n_bytes |= {"states": 2_000_000, "stats": (used / "stats/figures.sqlite3").stat().st_size}
    assert found == {
        "days": 7,
        "total": LINE,
        "models": {"qwen": LINE},
        "by_day": {date.today().isoformat(): {"n_requests": 5, "n_shown": 3, "n_accepted": 1}},
        "feedback": {},
        "disk": {name: {"path": str(used / name), "bytes": n} for name, n in n_bytes.items()},
        "workers": [],
    }


def test_stats_for_people(used: Path) -> None:
    printed = run(used).stdout
    lines = [" ".join(line.replace("│", " ").split()) for line in printed.split("\n")]
    for want in (
        "last 30 days",
        "requests 5",
        "keys without the model 50%",
        "ms, model: p50 / p90 / p95 410 / 410 / 410",
        "tokens read per key: median / p95 0 / 640",
        "characters saved 90%",
        f"states 2.0 MB {used / 'states'}",
    ):
        assert want in lines
    assert f"{date.today():%m-%d} requests 5┤" in printed
    assert "\x1b" not in printed


def test_stats_of_nothing_say_what_to_do(tmp_path: Path) -> None:
    ran = run(tmp_path)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("nothing was recorded in the last 30 days; use lsp-local")
    assert json.loads(run(tmp_path, "--json").stdout)["total"] == EMPTY


def test_stats_are_erased(used: Path) -> None:
    assert "erased" in run(used, "--clear").stdout
    assert json.loads(run(used, "--json").stdout)["total"] == EMPTY
    assert (used / "states" / "a.state").exists()


def test_the_figures_in_short(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(used))
    short = in_short()
    assert short["states"] == f"{used / 'states'} (2.0 MB)"
    assert short["last 7 days"] == (
        "requests 5, shown 3, accepted 1, keys without the model 50%, "
        "ms, model: p50 / p90 / p95 410 / 410 / 410, tokens read per key: median / p95 0 / 640"
    )
    (used / "stats" / "figures.sqlite3").write_bytes(b"?" * 2000)
    assert "begins anew" in in_short()["last 7 days"]
