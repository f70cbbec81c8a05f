import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lsp_local import __version__
from lsp_local.option import accept
from lsp_local.options import Options, describe
from lsp_local.options_vscode import render_package

PACKAGE = Path(__file__).parents[1] / "editors" / "vscode" / "package.json"
OPTIONS = {option.camel_name: option for option in describe()}


def settings() -> dict[str, Any]:
    """Return the schemas that VS Code reads, by the name that the server takes."""
    groups = json.loads(PACKAGE.read_text())["contributes"]["configuration"]
    (server,) = (group for group in groups if group["title"] == "Server")
    return {name.removeprefix("lsp-local."): told for name, told in server["properties"].items()}


def test_the_settings_are_those_of_today() -> None:
    rendered = render_package(PACKAGE.read_text())
    if os.environ.get("UPDATE"):
        PACKAGE.write_text(rendered)
    assert PACKAGE.read_text() == rendered, "run `UPDATE=1 pytest tests/test_options_vscode.py`"


def test_every_option_is_a_setting_with_its_default() -> None:
    defaults = {name: getattr(Options(), option.name) for name, option in OPTIONS.items()}
    told = {
        name: tuple(one["default"]) if isinstance(one["default"], list) else one["default"]
        for name, one in settings().items()
    }
    assert told == defaults


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, 0, 1, -1, 100, 511, 512, 4096, 131_072, 131_073, 5e9, 1.5),
        *("", "static", "loud", "a" * 4096, "a" * 4097, "qwen2.5-coder-1.5b"),
        *([], ["a"], [""], [1], ["a"] * 1001, {}),
    ],
)
def test_vs_code_accepts_what_the_server_accepts(value: object) -> None:
    for name, schema in settings().items():
        is_valid = not list(jsonschema.Draft7Validator(schema).iter_errors(value))
        assert is_valid == (accept(OPTIONS[name], value) is not None), name


def test_what_only_the_user_may_set_no_workspace_sets() -> None:
    scopes = {name: told["scope"] for name, told in settings().items()}
    theirs = {name for name, scope in scopes.items() if scope == "window"}
    assert theirs == {
        name for name, one in OPTIONS.items() if one.workspace_may in ("turn off", "lower")
    }
    trust = json.loads(PACKAGE.read_text())["capabilities"]["untrustedWorkspaces"]
    assert set(trust["restrictedConfigurations"]) == {f"lsp-local.{name}" for name in theirs}


def test_the_extension_has_our_version() -> None:
    assert json.loads(PACKAGE.read_text())["version"] == __version__


def test_every_command_that_is_registered_is_in_the_palette() -> None:
    source = (PACKAGE.parent / "src" / "commands.ts").read_text()
    (table,) = re.findall(r"Record<string, Run> = \{\n(.*?)\n  \};", source, re.DOTALL)
    registered = re.findall(r"^    (\w+)[:,]", table, re.MULTILINE)
    told = json.loads(PACKAGE.read_text())["contributes"]["commands"]
    assert [one["command"] for one in told] == [f"lsp-local.{name}" for name in registered]
