"""The formats of lint: one golden file each, and what their consumers ask for.

`UPDATE=1 pytest` writes the golden files anew.
"""

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from linted import KEY, doc_of

from lsp_local.lint.finding import Finding, found, numbered
from lsp_local.lint.formats import FORMATS, json_object
from lsp_local.lint.report import Report
from lsp_local.lint.walking import Source
from lsp_local.text import UserError

DATA = Path(__file__).parent / "data" / "lint"
PATH = "a b/é,%:.py"
TEXT = (
    "def f(a, b):\n\tnamn, 值 = '🙂é', a - b  # TODO: 1\n    return [\n        a,\n        b]\n"
    f"key = '{KEY}'\n"
)
MESSAGE = "50% is too much:\na, b </x> \x1b[0m ]]>"


def sample() -> Report:
    """Return a report with everything that is hard to write."""
    doc = doc_of(TEXT, PATH)

    def at(rule: str, what: str, message: str, **more: object) -> Finding:
        start = TEXT.index(what)
        return found(rule, doc, start, start + len(what), message, **more)  # type: ignore[arg-type]

    findings = [
        at("wrong-operator", "-", MESSAGE, replacement="+", confidence=0.875),
        at("todo", "TODO", "a new line leaves a TODO"),
        at("swapped-argument", "a,\n        b", "swapped", replacement="b,\n        a"),
        at("missing-not", "return", "nothing", replacement="", is_safe=True, confidence=0.5),
        at("secret", KEY, "this looks like a secret"),
        found("off-by-one", doc_of("", "empty.py"), 0, 0, "empty", replacement="x"),
    ]
    source = Source(doc, TEXT.encode(), Path(PATH))
    return Report(tuple(numbered(findings)), {PATH: source}, ("late.py",), "the time is up")


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str) -> None:
    path = DATA / "golden" / f"{name}.txt"
    text = FORMATS[name](sample())
    if os.environ.get("UPDATE"):
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "diff"])
def test_no_format_repeats_a_secret(name: str) -> None:
    assert KEY not in FORMATS[name](sample())


@pytest.mark.parametrize(
    ("name", "want"),
    [
        *((name, "") for name in ("concise", "full", "jsonl", "github", "diff")),
        ("gitlab", "[]\n"),
        ("rdjson", '{\n  "source": {\n    "name": "lsp-local"\n  },\n  "diagnostics": []\n}\n'),
    ],
)
def test_nothing_is_found(name: str, want: str) -> None:
    assert FORMATS[name](Report(())) == want


@pytest.mark.parametrize(("name", "schema"), [("sarif", "sarif-2.1.0"), ("rdjson", "rdformat")])
@pytest.mark.parametrize("report", [sample(), Report(())], ids=["sample", "nothing"])
def test_schemas(name: str, schema: str, report: Report) -> None:
    known = json.loads((DATA / "schemas" / f"{schema}.json").read_bytes())
    validator = jsonschema.validators.validator_for(known)(known)
    assert list(validator.iter_errors(json.loads(FORMATS[name](report)))) == []


def between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return what is between two places, line and column from 1."""
    inside = [*lines[start[0] - 1 : end[0]]]
    inside[-1] = inside[-1][: end[1] - 1]
    inside[0] = inside[0][start[1] - 1 :]
    return "\n".join(inside)


IN_TEXT = [one for one in sample().findings if one.path == PATH]


def test_columns_of_sarif_are_code_points() -> None:
    results = json.loads(FORMATS["sarif"](sample()))["runs"][0]["results"]
    for one, result in zip(IN_TEXT, results, strict=False):
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        start, end = (
            tuple(region[f"{at}{w}"] for w in ("Line", "Column")) for at in ("start", "end")
        )
        assert between(TEXT.split("\n"), start, end) == TEXT[one.start : one.end]
        assert place["artifactLocation"]["uri"] == "a%20b/%C3%A9%2C%25%3A.py"


def test_columns_of_reviewdog_are_bytes() -> None:
    diagnostics = json.loads(FORMATS["rdjson"](sample()))["diagnostics"]
    lines = [line.encode().decode("latin-1") for line in TEXT.split("\n")]
    for one, diagnostic in zip(IN_TEXT, diagnostics, strict=False):
        place = diagnostic["location"]["range"]
        start, end = (tuple(place[at].values()) for at in ("start", "end"))
        assert between(lines, start, end).encode("latin-1").decode() == TEXT[one.start : one.end]


def test_a_line_that_nobody_reads_is_not_repeated() -> None:
    doc = doc_of("x = '" + "é" * 5000 + "' - 1\n")
    one = found("wrong-operator", doc, 5007, 5008, "wrong", replacement="+")
    report = Report((one,))
    assert FORMATS["full"](report) == (
        "shop/cart.py:1:5008: warning: wrong [wrong-operator]\n  = write `+` instead\n\n"
    )
    (diagnostic,) = json.loads(FORMATS["rdjson"](report))["diagnostics"]
    assert diagnostic["location"]["range"] == {"start": {"line": 1}, "end": {"line": 1}}
    assert "suggestions" not in diagnostic


def test_junit_is_xml() -> None:
    suites = ET.fromstring(FORMATS["junit"](sample()))
    assert suites.attrib == {"name": "lsp-local lint", "tests": "6", "failures": "6", "errors": "0"}
    assert [suite.get("name") for suite in suites] == [PATH, "empty.py"]
    assert suites[0][0].find("failure").get("message") == MESSAGE.replace("\x1b", "?")  # type: ignore[union-attr]
    passed = ET.fromstring(FORMATS["junit"](Report(())))
    assert [case.get("name") for case in passed.iter("testcase")] == ["no findings"]
    assert not list(passed.iter("failure"))


def test_json_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(FORMATS["json"](sample()))
    read = json_object.read(tmp_path / "a.json")
    assert (read.findings, read.unfinished, read.problem) == (
        sample().findings,
        ("late.py",),
        "the time is up",
    )
    lines = FORMATS["jsonl"](sample()).splitlines()
    assert [json.loads(line)["fingerprint"] for line in lines] == [
        one.fingerprint for one in read.findings
    ]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "findings": [1]}']
)
def test_what_is_no_result_is_not_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(UserError, match=r"a\.json is no result of `lsp-local lint --format json`"):
        json_object.read(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        pytest.param("a.py", b"a = 1\nb = a - 1\n", id="plain"),
        pytest.param("a.py", b"\xef\xbb\xbfb = a - 1\r\nc = 1\r\n", id="a mark, and Windows"),
        pytest.param("a.py", b"b = a - 1", id="no line end at the end"),
        pytest.param("a b/c.py", b"b = '\x0c\xe2\x80\xa8' - 1\n", id="a blank in the name"),
        pytest.param('q"\\\té.py', b"b = a - 1\n", id="an odd name"),
    ],
)
def test_git_applies_the_diff(tmp_path: Path, path: str, raw: bytes) -> None:
    doc = doc_of(raw.decode("utf-8-sig"), path)
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_bytes(raw)
    at = doc.text.index("-")
    one = found("wrong-operator", doc, at, at + 1, "wrong", replacement="+", is_safe=True)
    source = Source(doc, raw, tmp_path / path)
    diff = FORMATS["diff"](Report((one,), {path: source}))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    ran = subprocess.run(
        ["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), capture_output=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (tmp_path / path).read_bytes() == raw.replace(b"-", b"+")


def test_unsafe_fixes_are_in_a_diff_only_when_wanted() -> None:
    doc = doc_of("b = a - 1\n")
    one = found("wrong-operator", doc, 6, 7, "wrong", replacement="+")
    sources = {doc.path: Source(doc, b"", Path())}
    assert FORMATS["diff"](Report((one,), sources)) == ""
    assert "+b = a + 1" in FORMATS["diff"](Report((one,), sources, is_unsafe=True))
