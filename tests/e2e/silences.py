"""Texts in which a real model is silent: for each the reason, and how its answer begins."""

import pytest

from lsp_local.text import Reason

ADD = "def add(a, b):\n    return <CURSOR>\n"
NUMBER = "115792089237316195423570985008687907853269984665640564039457584007913129"  # no secret
SPACE = "\N{ZERO WIDTH SPACE}"
STEPS = "# Step 1\nf(1)\n\n# Step 2\nf(2)\n\n# Step 3\nf(3)\n\n# Step 4\nf(4)\n\n<CURSOR>\n"

TEXTS = [
    pytest.param(Reason.SHOWN, "shown.py", "python", ADD, "a + b", id="what is right"),
    pytest.param(Reason.DISABLED, ".env", "dotenv", "TOKEN=<CURSOR>", "", id="an excluded file"),
    pytest.param(
        Reason.DISABLED, "notes.md", "markdown", "To do: <CURSOR>", "", id="a disabled language"
    ),
    pytest.param(
        Reason.PRIVATE,
        "mine.py",
        "python",
        "pin = <CURSOR>  # lsp-local: private\n",
        "",
        id="a private line",
    ),
    pytest.param(Reason.IN_COMMENT, "note.go", "go", "// This <CURSOR>\n", "", id="a comment"),
    pytest.param(
        Reason.IN_STRING, "text.ts", "typescript", "say(`Good <CURSOR>`)\n", "", id="a string"
    ),
    pytest.param(
        Reason.CODE_FOLLOWS,
        "call.rs",
        "rust",
        "fn add(a: i32, b: i32) -> i32 {\n    sum(<CURSOR>, b)\n}\n",
        "",
        id="an argument follows",
    ),
    pytest.param(
        Reason.NOTHING_TO_READ, "new.py", "python", "\n<CURSOR>import os\n", "", id="a new file"
    ),
    pytest.param(
        Reason.MIDDLE_OF_WORD, "word.py", "python", "sho<CURSOR>w(1)\n", "", id="in a name"
    ),
    pytest.param(
        Reason.BLANK,
        "prime.py",
        "python",
        f"p = {NUMBER}\nq = {NUMBER}\nr = {NUMBER}\ns = <CURSOR>\n",
        "",
        id="a number of more tokens than a line may have",
    ),
    pytest.param(
        Reason.STATEMENT_COMPLETE,
        "done.go",
        "go",
        "package a\n\nfunc Add(a, b int) int {\n\treturn a + b<CURSOR>\n}\n",
        "",
        id="the end of a finished line",
    ),
    pytest.param(
        Reason.REPEATS_SUFFIX,
        "total.py",
        "python",
        "def total(items):\n    result = 0\n    <CURSOR>\n    for item in items:\n"
        "        result += item\n    return result\n",
        "for item in items:",
        id="all is written already",
    ),
    pytest.param(
        Reason.REPEATS_ITSELF,
        "steps.go",
        "go",
        "package a\n\nfunc f() {\n\tg.Step()\n\tg.Step()\n\tg.Step()\n\t<CURSOR>\n}\n",
        "g.Step()",
        id="the same call over and over",
    ),
    pytest.param(
        Reason.COMMENT_ONLY, "numbered.py", "python", STEPS, "# Step 5", id="the next heading"
    ),
    pytest.param(
        Reason.WRONG_INDENTATION,
        "pasted.py",
        "python",
        "a = 1\n    print(a)\nb = 2\n    print(b)\nc = 3\n<CURSOR>\nd = 4\n    print(d)\n",
        "    print(c)",
        id="pasted lines that are indented wrongly",
    ),
    pytest.param(
        Reason.NOT_TYPEABLE,
        "spaces.py",
        "python",
        f"spaces = ['{SPACE}', '{SPACE}', '{SPACE}', <CURSOR>]\n",
        r"'\u200b'",
        id="characters that cannot be seen",
    ),
    pytest.param(
        Reason.BREAKS_SYNTAX,
        "one.rs",
        "rust",
        "#[test]\nfn one() {\n    assert_eq!(f(1), 1);\n}\n\n#[test]\n<CURSOR>\n",
        "fn two() {",
        id="a block that is opened and not closed",
    ),
    pytest.param(
        Reason.SECRET,
        "keys.py",
        "python",
        "key = 'AKIAQWERTYUIOPASDFGH'\nother = 'AKIAQWERTYUIOPASDFGH'\nthird = <CURSOR>\n",
        "'REDACTED_SECRET",
        id="a key that stands twice in the file",
    ),
    pytest.param(
        Reason.UNSURE, "name.ts", "typescript", "const x = <CURSOR>\n", "", id="it may be anything"
    ),
    pytest.param(
        Reason.UNKNOWN_NAME,
        "copies.py",
        "python",
        "def copy_of(value):\n    return cop<CURSOR>\n",
        "y.deepcopy(value",
        id="a module that is not imported",
    ),
]
