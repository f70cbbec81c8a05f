"""What docs/editors.md tells people to write: it parses, and every name in it exists."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lsp_local.lsp.server import make_server
from lsp_local.option import accept
from lsp_local.options import describe

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "editors.md").read_text()
OPTIONS = {name: one for one in describe() for name in (one.name, one.camel_name)}
# Where editors put our options.
SECTIONS = ("config", "initializationOptions", "initialization_options")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def sections(told: Any) -> Iterator[dict[str, Any]]:
    """Yield what stands where our options belong, at any depth."""
    if not isinstance(told, dict):
        return
    for name, value in told.items():
        if name in SECTIONS:
            yield value
        else:
            yield from sections(value)


def settings() -> list[dict[str, Any]]:
    """Return all options that the page has in its snippets."""
    told = [tomllib.loads(block) for block in blocks("toml")]
    told += [json.loads(block) for block in blocks("json")]
    found = [section for one in told for section in sections(one)]
    found += [one for one in told if set(one) <= set(OPTIONS)]  # LSP4IJ has a field for them alone
    vim = re.findall(r"'initialization_options': (\{.*?\})", "".join(blocks("vim")))
    return found + [json.loads(one.replace("'", '"')) for one in vim]


def test_every_snippet_has_options_of_ours() -> None:
    n_snippets = sum(len(blocks(language)) for language in ("toml", "json", "vim"))
    assert len(settings()) == n_snippets == 7
    for section in settings():
        for name, value in section.items():
            assert accept(OPTIONS[name], value) is not None, name


def test_every_option_that_is_named_exists() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE))
    assert named == {"completion_item", "deadline_ms"}
    assert named <= set(OPTIONS)


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"lspLocal\.\w+", PAGE))
    assert named == {"lspLocal.pause", "lspLocal.resume", "lspLocal.pullModel"}
    assert named <= set(make_server().protocol.fm.commands)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    path, _, place = link.partition("#")
    if path.startswith("https:"):
        return
    if path:
        assert (ROOT / "docs" / path).exists()
    text = (ROOT / "docs" / path).read_text() if path else PAGE
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert not place or place in [
        re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in titles
    ]


@pytest.mark.parametrize("starts", re.findall(r"\"command\": (\[.*?\])", PAGE))
def test_every_command_starts_the_server(starts: str) -> None:
    assert json.loads(starts) == ["lsp-local", "serve"]
