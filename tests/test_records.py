"""What the statistics count of a text that grows: keys, and what was taken of a suggestion."""

from dataclasses import replace

import pytest

from lsp_local.cache import Suggestions
from lsp_local.lsp.records import Records
from lsp_local.text import Document, Outcome, Reason, Suggestion

START = Document("file:///shop/a.py", "a.py", "shop", "python", "x = \ny = 1\n")
OFFSET = 4
AWAY = "AWAY"  # the cursor goes elsewhere and comes back


@pytest.mark.parametrize(
    ("said", "steps", "n_accepted", "n_typed"),
    [
        pytest.param("total", ["total"], 5, 0, id="taken whole"),
        pytest.param("total", list("total"), 0, 5, id="typed"),
        pytest.param("total + 1", ["total", " + 1"], 9, 0, id="a word, then the rest"),
        pytest.param("total", ["t", "otal"], 4, 1, id="typed into, then taken"),
        pytest.param("f(a)", ["f()"], 2, 0, id="what the editor has closed is not the model's"),
        pytest.param("total", [AWAY, "total"], 0, 5, id="turned down, and then put there"),
        pytest.param("total", ["rest"], 0, 4, id="something else"),
        pytest.param("total", ["x" * 20], 0, 0, id="pasted"),
        pytest.param("", ["total"], 0, 5, id="silence"),
    ],
)
async def test_what_is_counted(said: str, steps: list[str], n_accepted: int, n_typed: int) -> None:
    records, doc, at = Records(), START, OFFSET
    outcome = Outcome(Suggestion(OFFSET, said), Reason.SHOWN) if said else None
    outcome = outcome or Outcome(None, Reason.UNSURE)
    records.ended(Suggestions("qwen"), doc, OFFSET, outcome)
    records.answered(doc, OFFSET, outcome)
    for step in steps:
        if step == AWAY:
            records.reactions.moved(doc, 0)
            continue
        text = doc.text[:at] + step + doc.text[at:]
        before, doc, at = doc, replace(doc, text=text), at + len(step)
        records.changed(before, doc)
    chars = records.ledger.as_json()["n_chars"]
    assert chars == {"shown": len(said), "accepted": n_accepted, "typed": n_typed}
