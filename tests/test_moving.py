"""Where findings stand after an edit: they move with their lines, or go with them."""

import pytest
from marks import END, START, range_at

from lsp_local.lint.finding import Finding, found
from lsp_local.lsp.findings import Findings
from lsp_local.lsp.moving import moved
from lsp_local.text import Diagnostic, Document


def check(before: str, after: str) -> None:
    """Move what is between the marks of `before`; it must be between those of `after`, or gone."""
    doc, start, end = range_at(before)
    now = after.replace(START, "").replace(END, "")
    kept = moved(doc.text, now, [found("secret", doc, start, end, "x")])
    got = [(one.start, one.end, now[one.start : one.end]) for one in kept]
    want = [range_at(after)[1:]] if START in after else []
    assert got == [(*span, doc.text[start:end]) for span in want]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a\n<START>b<END>\nc", "a\n<START>b<END>\nc", id="nothing has changed"),
        pytest.param("a\n<START>b<END>\nc", "a\nx\n<START>b<END>\nc", id="a line more above"),
        pytest.param("a\n<START>b<END>\nc", "<START>b<END>\nc", id="a line fewer above"),
        pytest.param("a\n<START>b<END>\nc", "a\n<START>b<END>\n", id="what is below has changed"),
        pytest.param("a\nx = <START>b<END>\n", "a\nxx = b\n", id="its line has changed before it"),
        pytest.param("a\n<START>b<END> + 1\n", "a\nb + 2\n", id="its line has changed behind it"),
        pytest.param("a\n<START>b<END>\n", "a\nB\n", id="it has changed itself"),
        pytest.param("a\n<START>b<END>\nc\n", "a\nc\n", id="its line is gone"),
        pytest.param("<START>b<END>", "<START>b<END>\n", id="a line break behind it, at the end"),
        pytest.param("<START>b<END>\nc", "<START>b<END>\n\nc", id="a line break behind it"),
        pytest.param("\n  <START>b<END>\n", "\n\n  <START>b<END>\n", id="one before its line"),
        pytest.param("\n  <START>b<END>\n", "\n  \n  <START>b<END>\n", id="one that is indented"),
        pytest.param("  <START>b<END>\n", "  \nb\n", id="one within its line"),
        pytest.param(
            "if x:\n    return <START>a<END>\n",
            "if x:\n    return b\n    return <START>a<END>\n",
            id="a line that begins like it above",
        ),
        pytest.param(
            "    <START>f()<END>\n", "    <START>f()<END>\n    f()\n", id="the same line once more"
        ),
        pytest.param("a\n<START>b\nc<END>\nd\n", "a\nb\nx\nc\nd\n", id="a line within it"),
        pytest.param(
            "a\n<START>b\nc<END>\nd\n", "\na\n<START>b\nc<END>\nd\n", id="several lines move"
        ),
        pytest.param("a\n<START>b<END>\nc\n", "", id="all is gone"),
        pytest.param("<START><END>x = 1\ny", "x = \ny", id="a place at the start of its line"),
        pytest.param("a\n<START><END>b\nc", "a\n<START><END>b\nd", id="a place that stays"),
        pytest.param("<START>a\n<END>", "a", id="its line end is gone"),
        pytest.param("<START>a\n<END>b", "<START>a\n<END>c", id="its line end stays"),
        pytest.param("a\r\n<START>b<END>\r\nc\r\n", "x\r\na\r\n<START>b<END>\r\nc\r\n", id="CRLF"),
        pytest.param("a\r\n<START>b<END>\r\nc", "a\r\n<START>b<END>\r\n\r\nc", id="CRLF behind it"),
        pytest.param("🙂\n<START>é<END>\n", "🙂🙂\n<START>é<END>\n", id="beyond ASCII"),
        pytest.param(
            "a\n<START>b<END>\na\n", "a\na\n<START>b<END>\na\n", id="lines that are the same"
        ),
    ],
)
def test_moved(before: str, after: str) -> None:
    check(before, after)


def test_everything_that_is_kept_stands_in_lines_as_they_were() -> None:
    texts = [f"{a}\n{b}\n{c}" for a in "xy" for b in ("x", "", "xy") for c in ("x", "y\n")]
    for before in texts:
        doc = Document("file:///a", "a", "", "python", before)
        ones: list[Finding] = [
            found("secret", doc, start, end, "x")
            for start in range(len(before) + 1)
            for end in range(start, len(before) + 1)
        ]
        for now in texts:
            for one in moved(before, now, ones):
                assert 0 <= one.start <= one.end <= len(now)
                assert now[one.start : one.end] in before


def test_findings_of_prompts_move_too() -> None:
    before = Document("file:///a", "a", "", "python", "a\nb\nc\n")
    now = Document("file:///a", "a", "", "python", "x\na\nB\nc\n")
    findings = Findings()
    findings.put(before, "check", [Diagnostic(0, 1, "a"), Diagnostic(2, 3, "b")])
    findings.put(before, "audit", [Diagnostic(4, 5, "c")])
    findings.changed(before, now)
    assert findings.of("file:///a") == [Diagnostic(6, 7, "c")]
    assert findings.of("file:///b") == []
    assert findings.forget("file:///a")
    assert not findings.forget("file:///a")
