"""What `lsp-local bench actions` measures, with the smallest real model."""

from pathlib import Path

from marks import doc_at

from lsp_local.evals import acting

CODE = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n<CURSOR>"


async def test_every_request_has_its_figure(smollm: Path) -> None:
    doc, _ = doc_at(CODE, "python")
    waits = await acting.waits(doc, smollm, n=3, seed=1)
    assert [len(one) for one in (waits.lists, waits.facts, waits.explained)] == [3, 3, 3]
    assert all(ms > 0 for ms in (*waits.lists, *waits.facts, *waits.explained))


async def test_a_saved_head_is_found_again(smollm: Path) -> None:
    doc, _ = doc_at(CODE, "python")
    heads = await acting.heads(doc, smollm, n=1)
    assert (len(heads.cold), len(heads.restored), len(heads.ahead)) == (1, 1, 1)
