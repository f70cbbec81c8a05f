"""`lsp-local stats`: what the server did on this machine, from numbers that never leave it."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from lsp_local import stats
from lsp_local.cli import workers
from lsp_local.cli.choices import AsJson
from lsp_local.feedback import Feedback
from lsp_local.folders import n_bytes_in, stats_dir
from lsp_local.purging import NUMBERS, OF_PROJECTS, SHARED
from lsp_local.text import UserError

N_PLOTTED_DAYS = 7
BARS = {"n_requests": "requests", "n_shown": "shown", "n_accepted": "accepted"}
WIDTH = 78


def show(
    as_json: AsJson = False,
    n_days: Annotated[
        int, typer.Option("--days", help="Days up to today.", min=1, max=stats.KEPT_DAYS)
    ] = 30,
    clear: Annotated[bool, typer.Option("--clear", help="Forget it all.")] = False,
    forget_feedback: Annotated[
        bool, typer.Option("--forget-feedback", help="Forget what you took and turned down.")
    ] = False,
) -> None:
    """Show how often, how fast and at what price suggestions came. Numbers only, kept here."""
    if clear:
        stats.clear(stats_dir())
        typer.echo("the statistics are erased; a running server goes on counting")
        return

    if forget_feedback:
        _forget_feedback()
        return

    found = report(stats.read(stats_dir(), n_days), n_days)
    print(json.dumps(found)) if as_json else _print(found)


def report(counts: Mapping[stats.Key, int], n_days: int) -> dict[str, Any]:
    """Return everything that `--json` prints."""
    models = sorted({model for _, model, _ in counts})
    days = sorted({day for day, _, _ in counts})
    by_day = {day: stats.figures(stats.merged(counts, day=day)) for day in days}
    return {
        "days": n_days,
        "total": stats.figures(stats.merged(counts)),
        "models": {name: stats.figures(stats.merged(counts, model=name)) for name in models},
        "by_day": {day: {name: found[name] for name in BARS} for day, found in by_day.items()},
        "feedback": feedback_by_model(counts, models),
        "disk": on_disk(),
        "workers": workers.shared(),
    }


def feedback_by_model(counts: Mapping[stats.Key, int], models: list[str]) -> dict[str, Any]:
    """Return by model and language what the user made of suggestions; older ones count less."""
    found = {}
    for model in models:
        feedback = Feedback()
        feedback.take_over(counts, model, date.today())
        found[model] = feedback.as_json()
    return {model: by_language for model, by_language in found.items() if by_language}


def on_disk() -> dict[str, dict[str, Any]]:
    """Return the path and the bytes of every folder that a purge empties, by its name."""
    places = (place() for place in (*SHARED, *OF_PROJECTS, *NUMBERS))
    return {place.name: {"path": str(place), "bytes": n_bytes_in(place)} for place in places}


def in_short() -> dict[str, str]:
    """Return what `doctor` prints: the folders with their sizes, and the last seven days."""
    folders = {n: f"{found['path']} ({size_of(found['bytes'])})" for n, found in on_disk().items()}
    try:
        found = stats.figures(stats.merged(stats.read(stats_dir(), 7)))
    except UserError as error:
        return {**folders, "last 7 days": str(error)}
    if not found["n_requests"]:
        return {**folders, "last 7 days": "no request"}
    rows = {name: value for name, value in _rows(found) if name in SHORT}
    return {**folders, "last 7 days": ", ".join(f"{name} {rows[name]}" for name in SHORT)}


SHORT = (
    *("requests", "shown", "accepted", "keys without the model"),
    *("ms, model: p50 / p90 / p95", "tokens read per key: median / p95"),
)


def _rows(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    latency, evaluated, chars = found["latency_ms"], found["n_evaluated"], found["n_chars"]
    return [
        ("requests", f"{found['n_requests']:,}"),
        ("shown", f"{found['n_shown']:,}"),
        ("accepted", f"{found['n_accepted']:,}"),
        ("keys without the model", _share(found["without_model"])),
        ("ms, model: p50 / p90 / p95", _slashed(latency["model"])),
        ("ms, cache: p50 / p90 / p95", _slashed(latency["cache"])),
        ("ms, first token: p50 / p90 / p95", _slashed(found["ttft_ms"])),
        ("tokens read per key: median / p95", _slashed(evaluated)),
        ("tokens decoded per shown", _number(found["n_decoded_per_shown"])),
        ("characters taken / typed", f"{chars['accepted']:,} / {chars['typed']:,}"),
        ("characters saved", _share(found["keystrokes_saved"])),
    ]


def _print(found: dict[str, Any]) -> None:
    if not found["total"]["n_requests"]:
        typer.echo(
            f"nothing was recorded in the last {found['days']} days; use lsp-local in your editor "
            "(`lsp-local serve`), and come back"
        )
    else:
        _print_table(found)
        _print_feedback(found["feedback"])
        typer.echo(_plot(found["by_day"]))
    typer.secho("model processes", bold=True)
    for name, line in workers.in_short(found["workers"]).items():
        typer.echo(f"  {name:15} {line}")
    typer.secho("on disk", bold=True)
    for name, folder in found["disk"].items():
        typer.echo(f"  {name:12} {size_of(folder['bytes']):>9}  {folder['path']}")


def _print_table(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    columns = dict(found["models"])
    if len(columns) > 1:
        columns["all models"] = found["total"]
    table = Table(title=f"last {found['days']} days", title_justify="left")
    table.add_column()
    for name in columns:
        table.add_column(name or "unknown", justify="right")
    rows = {name: dict(_rows(figures)) for name, figures in columns.items()}
    for title, _ in _rows(found["total"]):
        table.add_row(title, *(rows[name][title] for name in columns))
    Console().print(table)


def _print_feedback(by_model: Mapping[str, Any]) -> None:
    if not by_model:
        return
    from rich.console import Console
    from rich.table import Table

    title = "what you made of suggestions (what is two weeks old counts half)"
    table = Table(title=title, title_justify="left")
    for column in ("model", "language", "shown", "accepted", "kept", "gate"):
        table.add_column(column, justify="left" if column in ("model", "language") else "right")
    for model, by_language in by_model.items():
        for language, one in by_language.items():
            shares = _share(one["accepted"]), _share(one["kept"])
            table.add_row(model, language, f"{one['n_seen']:,}", *shares, f"x {one['adjustment']}")
    Console().print(table)


def _forget_feedback() -> None:
    from lsp_local.lsp.sockets import ask_all

    n_servers = len(list(ask_all({"request": "forget-feedback"})))
    stats.forget_feedback(stats_dir())
    typer.echo(f"the feedback is forgotten, by {n_servers} running servers too")


def _plot(by_day: Mapping[str, Mapping[str, int]]) -> str:
    """Return bars of the last days, without colour: it is read in pipes and issues too."""
    import plotext  # type: ignore[import-untyped]

    names, heights = [], []
    for day, counts in reversed(list(by_day.items())[-N_PLOTTED_DAYS:]):
        for field, name in reversed(BARS.items()):
            names.append(f"{day[5:]} {name} {counts[field]}")  # those of one name share a bar
            heights.append(counts[field])
    plotext.terminal.limit(False, False)  # in a low window bars would vanish
    figure = plotext.figure
    figure.clear()
    figure.plot_size(WIDTH, len(names) + 3)
    figure.draw(figure.bar(names, heights, orientation="h", width=0.5))
    return str(figure.build().string(colorless=True))


def _slashed(spread: Mapping[str, float | None]) -> str:
    return " / ".join(_number(value) for value in spread.values())


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.10g}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def size_of(n_bytes: int) -> str:
    """Return a size as people read it."""
    return f"{n_bytes / 1e6:,.1f} MB"
