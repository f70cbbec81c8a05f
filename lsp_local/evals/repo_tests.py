"""Runs a repository's own tests with what was said in place of what was there."""

import shlex
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lsp_local.evals import sandbox
from lsp_local.evals.holes import Filled
from lsp_local.text import UserError

SECONDS = 120
NOT_COPIED = shutil.ignore_patterns(".git", "node_modules", ".venv*", "__pycache__", "*.gguf")


def run(root: Path, command: str, filled: Sequence[Filled]) -> dict[str, object]:
    """Return how many answers let the tests pass. Raises UserError where they fail anyway."""
    with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
        copy = Path(folder) / root.name
        shutil.copytree(root, copy, ignore=NOT_COPIED, symlinks=True)
        words = shlex.split(command)
        if not sandbox.runs(words, copy, SECONDS):
            raise UserError(f"`{command}` fails in an untouched copy of {root.name}; mend it first")
        passed = {"raw": 0, "ours": 0}
        for one in filled:
            path = copy / one.hole.doc.path
            before = path.read_bytes()
            for name, text in (("raw", one.raw.text), ("ours", one.invoked.shown)):
                doc, at = one.hole.doc, one.hole.offset
                path.write_text(doc.text[:at] + text + doc.text[at:], encoding="utf-8")
                passed[name] += sandbox.runs(words, copy, SECONDS)
            path.write_bytes(before)
    return {"n": len(filled), "passed": passed}
