"""What the pages name is there: links, files of ours, commands and their options."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from lsp_local.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("editors/*/README.md")})
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
# Of the pages that are about our own code; others name files of others, too.
OWN_FILES = ("README", "CONTRIBUTING", "architecture", "decisions", "trust", "memory", "prompts")
FILE = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.py)`")
CODE = re.compile(r"`(?:\w+=\S+ )*lsp-local ([^`]+)`")
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^(?:\$ )?(?:\w+=\S+ )*lsp-local (.+)$", re.MULTILINE)
OPTION = re.compile(r"--[a-z][a-z-]*")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the usual web pages of repositories make them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", head.lower()) for head in heads)
    return {head.replace(" ", "-") for head in words}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text()):
        there = page.parent / target if target else page
        assert there.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors_of(there), f"{target} has no heading #{anchor}"


def test_files_of_ours_exist() -> None:
    ours = [f"/{path.relative_to(ROOT)}" for path in ROOT.glob("[elt]*/**/*.py")]
    for page in (page for page in PAGES if page.stem in OWN_FILES):
        for name in FILE.findall(page.read_text()):
            assert any(path.endswith(f"/{name}") for path in ours), f"{page.name}: no {name}"


def mentioned(page: Path) -> Iterator[str]:
    """Yield what stands behind `lsp-local` in code on a page, in one line each."""
    text = page.read_text()
    blocks = "\n".join(BLOCK.findall(text))
    for found in (*CODE.findall(text), *LINE.findall(blocks)):
        yield " ".join(found.split("#")[0].split())


def command_of(said: str) -> Any:
    """Return the command (click's) that a line begins with; alternatives are told as `a|b`."""
    command: Any = typer.main.get_command(app)
    for word in said.replace("\\|", "|").split():
        commands = getattr(command, "commands", {})
        if not commands or not word[0].islower():  # an option, or `COMMAND`
            break
        found = [commands.get(name) for name in word.split("|")]
        assert None not in found, f"there is no `lsp-local {said}`"
        command = found[0]
    return command


@every_page
def test_commands_and_their_options_exist(page: Path) -> None:
    for said in mentioned(page):
        command = command_of(said)
        known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        for option in OPTION.findall(said):
            assert option in known or option in {"--help", "--version"}, said
