"""JUnit's XML: a suite for each file, a failed case for each finding; code points, from 1."""

import re
from itertools import groupby
from xml.etree import ElementTree as ET

from lsp_local.lint.finding import Finding
from lsp_local.lint.formats.concise import line
from lsp_local.lint.report import Report

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rendered(report: Report) -> str:
    """Return the suites; without a finding there is one case, which has passed."""
    n_findings = len(report.findings)
    suites = ET.Element("testsuites", name="lsp-local lint")
    for path, found in groupby(report.findings, key=lambda one: one.path):
        _add_suite(suites, path, list(found))
    if not n_findings:
        suite = ET.SubElement(suites, "testsuite", {"name": "lsp-local lint", **_counts(1, 0)})
        ET.SubElement(suite, "testcase", name="no findings", classname="lsp-local")
    suites.attrib |= _counts(n_findings or 1, n_findings)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _add_suite(suites: ET.Element, path: str, findings: list[Finding]) -> None:
    n = len(findings)
    suite = ET.SubElement(suites, "testsuite", {"name": _clean(path), **_counts(n, n)})
    for one in findings:
        name = f"{one.rule} at {one.line}:{one.column}"
        case = ET.SubElement(suite, "testcase", name=name, classname=_clean(path))
        fields = {"type": one.rule, "message": _clean(one.message)}
        failure = ET.SubElement(case, "failure", fields)
        failure.text = _clean(line(one))


def _counts(n_tests: int, n_failures: int) -> dict[str, str]:
    return {"tests": str(n_tests), "failures": str(n_failures), "errors": "0"}


def _clean(text: str) -> str:
    """Leave out what XML cannot hold."""
    return NOT_XML.sub("?", text)
