"""How measured figures are printed: JSON, or a line for each."""

import json
from typing import Any

import typer


def say(found: dict[str, Any], as_json: bool, width: int = 22) -> None:
    """Print figures by name; what has several parts, such as a spread, in one line."""
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        shown = value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {figure}" for key, figure in value.items())
        typer.echo(f"{name:{width}} {shown}")
