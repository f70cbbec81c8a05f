"""The figures of an evaluation, as a table for people."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def show(found: dict[str, Any], as_json: bool) -> None:
    """Print figures: JSON, or a line for each."""
    if as_json:
        print(json.dumps(found))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("figure", "value", "95 % interval", "n"):
        table.add_column(title, justify="left" if title == "figure" else "right")
    for name, value in _rows("", found):
        if isinstance(value, dict):
            low_high = value.get("ci95")
            bounds = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else ""
            table.add_row(name, _number(value["value"]), bounds, str(value.get("n", "")))
        else:
            table.add_row(name, _number(value), "", "")
    Console(highlight=False).print(table)


@contextmanager
def progress(n_cases: int) -> Iterator[Callable[[], None]]:
    """Show on a terminal how many of `n_cases` are done; call what is yielded after each."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("asking the model"), MofNCompleteColumn(), TimeRemainingColumn()
    is_hidden = not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=is_hidden) as bar:
        task = bar.add_task("", total=n_cases)
        yield lambda: bar.advance(task)


def _rows(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and "value" not in value:
        for key, inner in value.items():
            yield from _rows(f"{name} {key}".strip(), inner)
    elif not isinstance(value, list):
        yield name.replace("_", " "), value


def _number(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "-" if value is None else str(value)
