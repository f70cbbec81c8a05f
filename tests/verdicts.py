"""What becomes of a marked text when a scripted model answers."""

from marks import doc_between

from lsp_local.verify.minimal import applied
from lsp_local.verify.verdict import Rules, verified

KINDS: dict[str, dict[str, bool]] = {
    "rewrite": {},
    "annotate": {"only_annotations": True},
    "free": {"keeps_signature": False, "may_drop_names": True},
    "guard": {"only_adds": True},
    "simplify": {"only_simplifies": True},
}


def check(kind: str, language: str, text: str, answer: str, want: str) -> None:
    """`want` is the text between the marks after the edit, or `! ` and the problem."""
    doc, start, end = doc_between(text, language)
    verdict = verified(doc, answer, Rules(start, end, **KINDS[kind]))
    after = applied(doc.text, verdict.edits)
    if verdict.problem:
        assert not verdict.edits, verdict
        got = f"! {verdict.problem}"
    else:
        got = after[start : len(after) - len(doc.text[end:])]
    assert got == want, got
    assert after.startswith(doc.text[:start])
    assert after.endswith(doc.text[end:])
