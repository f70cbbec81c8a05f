"""The settings in editors/vscode/package.json, written from the options themselves."""

import json
from typing import Any

from lsp_local.option import Option, WorkspaceMay
from lsp_local.options import describe

SECTION = "lsp-local"
TITLE = "Server"  # of the group; the extension's own settings stand in another
# What a workspace may add to replaces the user's list in VS Code, so it stays the user's there.
_OF_A_WORKSPACE = (WorkspaceMay.TURN_OFF, WorkspaceMay.LOWER)


def render_package(package: str) -> str:
    """Return the text of package.json with the settings of today."""
    told = json.loads(package)
    contributes, trust = told["contributes"], told["capabilities"]["untrustedWorkspaces"]
    (group,) = (one for one in contributes["configuration"] if one["title"] == TITLE)
    group["properties"] = {_name(option): _setting(option) for option in describe()}
    trust["restrictedConfigurations"] = [
        _name(option) for option in describe() if option.workspace_may in _OF_A_WORKSPACE
    ]
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _name(option: Option) -> str:
    return f"{SECTION}.{option.camel_name}"


def _setting(option: Option) -> dict[str, Any]:
    """Return the JSON schema of an option, and who may set it."""
    scope = "window" if option.workspace_may in _OF_A_WORKSPACE else "machine"
    default = list(option.default) if isinstance(option.default, tuple) else option.default
    told = {"default": default, "scope": scope, "markdownDescription": option.sentence}
    return {**_values(option), **told}


def _values(option: Option) -> dict[str, Any]:
    match option.default:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer", "minimum": option.at_least, "maximum": option.at_most}
        case str() if option.choices:
            return {"type": "string", "enum": list(option.choices)}
        case str():
            return {"type": "string", "minLength": option.at_least, "maxLength": option.at_most}
        case _:
            entries = {"type": "string", "minLength": 1}
            return {"type": "array", "items": entries, "maxItems": option.at_most}
