"""The figures of `lsp-local bench typing` as a table, one column a system."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

ORDER = ("p50_ratio", "p95_ratio", "keystrokes_saved_ratio", "n_evaluated_per_keystroke_median")


def show(found: dict[str, Any]) -> None:
    """Print what each system does, all figures pooled, and the comparison."""
    console = Console(highlight=False)
    systems: dict[str, dict[str, Any]] = found["systems"]
    for trace in found["traces"]:
        note = f"; {trace['note']}" if trace["note"] else ""
        said = f"{trace['name']}: {trace['seconds']} s, {trace['keys']} keys{note}"
        console.print(said, markup=False)
    for name, figures in systems.items():
        console.print(f"{name}: {figures['description']}", soft_wrap=True, markup=False)
    table = Table("", *systems)
    columns = [dict(_flat(figures)) for figures in systems.values()]
    for row in dict.fromkeys(name for column in columns for name in column):
        table.add_row(row, *(_said(column.get(row)) for column in columns))
    console.print(table)
    for name in ORDER:
        if found[name] is not None:
            console.print(f"{name} {found[name]}")


def _flat(figures: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in figures.items():
        if name == "description":
            continue
        if isinstance(value, dict):
            yield from ((f"{name} {inner}", figure) for inner, figure in value.items())
        else:
            yield name, value


def _said(value: object) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
