"""Whether an edit makes another program."""

import pytest
from linted import doc_of

from lsp_local.verify.meaning import means_the_same
from lsp_local.verify.minimal import minimal

PY, TS = "a.py", "a.ts"


@pytest.mark.parametrize(
    ("path", "before", "after", "want"),
    [
        pytest.param(PY, "x = [a for a in b]\n", "x = [i for i in b]\n", True, id="a new name"),
        pytest.param(PY, "x = a - b\n", "x = b - a\n", False, id="names exchanged"),
        pytest.param(PY, "x = f(a, b)\n", "x = f(a, a)\n", False, id="one name for two"),
        pytest.param(PY, "x = f(a, a)\n", "x = f(a, c)\n", False, id="only here"),
        pytest.param(PY, "x = a.item\n", "x = a.items\n", False, id="an attribute"),
        pytest.param(PY, "x = a\n", "x = b\n", False, id="something else from outside"),
        pytest.param(TS, "x = a.item;\n", "x = a.items;\n", False, id="a property"),
        pytest.param(PY, "x = 'a'\n", 'x = "a"\n', True, id="quotes"),
        pytest.param(PY, "x = (a + b) + c\n", "x = a + b + c\n", True, id="needless brackets"),
        pytest.param(PY, "x = (a + b) * c\n", "x = a + b * c\n", False, id="brackets that count"),
        pytest.param(PY, "x = [a]\n", "x = a\n", False, id="a list"),
        pytest.param(PY, "x = a  # b\n", "x = a  # c\n", True, id="a comment"),
        pytest.param(PY, "x = 1\n", "x = 2\n", False, id="a number"),
        pytest.param(TS, "const x = a;\n", "const x = a\n", True, id="a semicolon"),
        pytest.param(TS, "const x = a;\n", "const y = a;\n", True, id="a new name in TypeScript"),
        pytest.param(TS, "x = a < b;\n", "x = a > b;\n", False, id="an operator"),
        pytest.param("a.txt", "x = a\n", "x = b\n", False, id="no grammar"),
    ],
)
def test_meaning(path: str, before: str, after: str, want: bool) -> None:
    doc = doc_of(before, path)
    assert means_the_same(doc, 0, len(before), minimal(before, after, 0)) is want
