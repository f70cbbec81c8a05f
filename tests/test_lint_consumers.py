"""The formats of lint as those read them for whom they are written.

Where a reader of others can be installed, it reads; else what is known of the reader is asked for
here. `schemas/README.md` says which readers were tried by hand.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from junitparser import Failure, JUnitXml, TestCase
from test_lint_formats import MESSAGE, sample

from lsp_local.lint.finding import Level
from lsp_local.lint.formats import FORMATS
from lsp_local.lint.report import Report

FINDINGS = sample().findings
GITLAB_ASKS = {"description": str, "check_name": str, "fingerprint": str, "severity": str}
GITLAB_LEVELS = {Level.NOTE: "info", Level.WARNING: "minor", Level.ERROR: "critical"}
GITHUB_LEVELS = {Level.NOTE: "notice", Level.WARNING: "warning", Level.ERROR: "error"}
COMMAND = re.compile(r"::(\w+) (.*?)::(.*)")
ESCAPES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


def test_junitparser_reads_every_finding(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(FORMATS["junit"](sample()), encoding="utf-8")
    suites = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (suites.tests, suites.failures, suites.errors) == (6, 6, 0)
    cases: list[tuple[Any, TestCase]] = [(suite.name, case) for suite in suites for case in suite]
    read = [
        (path, case.classname, case.name, one.type, one.message)
        for path, case in cases
        for one in case.result
        if isinstance(one, Failure)
    ]
    assert read == [
        (
            one.path,
            one.path,
            f"{one.rule} at {one.line}:{one.column}",
            one.rule,
            one.message.replace("\x1b", "?"),  # no character of XML
        )
        for one in FINDINGS
    ]


def test_junitparser_reads_that_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(FORMATS["junit"](Report(())), encoding="utf-8")
    suites = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (suites.tests, suites.failures, suites.errors, suites.skipped) == (1, 0, 0, 0)


def test_gitlab_takes_every_finding() -> None:
    """GitLab stops at the first entry without one of these, and keeps one of a fingerprint."""
    read = json.loads(FORMATS["gitlab"](sample()))
    for one, entry in zip(FINDINGS, read, strict=True):
        assert all(isinstance(entry[name], kind) for name, kind in GITLAB_ASKS.items())
        assert entry["severity"] == GITLAB_LEVELS[one.level]
        assert entry["location"]["path"] == one.path
        assert entry["location"]["lines"] == {"begin": one.line, "end": one.end_line}
    assert len({entry["fingerprint"] for entry in read}) == len(FINDINGS)


def as_the_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """Return command, fields and message of a line, as GitHub's runner takes it apart."""
    match = COMMAND.fullmatch(line)
    assert match is not None, line
    fields = dict(one.split("=", 1) for one in match[2].strip().split(",") if one)
    return match[1], {name: unescaped(value) for name, value in fields.items()}, unescaped(match[3])


def unescaped(text: str) -> str:
    for escape, char in ESCAPES:
        text = text.replace(escape, char)
    return text


@pytest.mark.parametrize("message", [MESSAGE, "::error::no", "100%0A", "a%2525b", "\r\n"])
def test_the_runner_reads_what_was_meant(message: str) -> None:
    report = sample()
    report = Report(tuple(replace(one, message=message) for one in report.findings))
    lines = FORMATS["github"](report).removesuffix("\n").split("\n")
    for one, line in zip(report.findings, lines, strict=True):
        command, fields, said = as_the_runner_reads(line)
        assert command == GITHUB_LEVELS[one.level]
        assert (fields["file"], fields["title"]) == (one.path, f"lsp-local: {one.rule}")
        assert (fields["line"], fields["endLine"]) == (str(one.line), str(one.end_line))
        assert ("col" in fields) == (one.line == one.end_line)
        assert said == message.replace("\x1b", "\\x1b").replace("\r", "\\r")
