import pytest

from lsp_local.userprompts.answers import as_comment, numbered, parsed_diagnostics
from lsp_local.userprompts.invisible import removed

CODE = "def f(path):\n    text = open(path).read()\n\n    return eval(text)"


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param("4: runs the text", [(4, "runs the text")], id="as asked for"),
        pytest.param("NONE", [], id="no problem"),
        pytest.param("4: None.", [], id="no problem in a line"),
        pytest.param("4: b\n2: a\n4: b", [(2, "a"), (4, "b")], id="in order, each once"),
        pytest.param("Here they are:\n\n- 4: b\n* 2 : a", [(2, "a"), (4, "b")], id="a list"),
        pytest.param("1. Line 4: b\n2. **Line 2**: a", [(2, "a"), (4, "b")], id="a numbered list"),
        pytest.param("1. The name is bad", [], id="the number of an item is no line"),
        pytest.param("**4:** b\n`2`: a", [(2, "a"), (4, "b")], id="bold and code"),
        pytest.param("**4**: `eval` runs it", [(4, "`eval` runs it")], id="marks in words stay"),
        pytest.param("LINE 4: b\nL2 - a", [(2, "a"), (4, "b")], id="line and L"),
        pytest.param("Lines 2-4: a", [(2, "a")], id="several lines are named by the first"),
        pytest.param("4:12: b", [(4, "b")], id="a column is left out"),
        pytest.param("4 | b", [(4, "b")], id="a bar as in the code"),
        pytest.param("4|     return eval(text)", [], id="code that is only repeated"),
        pytest.param("0: a\n5: b\n-1: c\n99999999999: d", [(1, "c")], id="no such line"),
        pytest.param("4:\n4: !\n4", [], id="nothing said"),
        pytest.param("```\n4: b\r\n```", [(4, "b")], id="in a fence, with Windows line ends"),
        pytest.param("4: a\x1b[31m\u202eb", [(4, "a [31mb")], id="nothing hidden, no control"),
        pytest.param("٤: b\n²: a", [(4, "b")], id="digits of other scripts are no crash"),
        pytest.param("4: " + "x" * 900, [(4, "x" * 300)], id="a message has an end"),
        pytest.param("", [], id="no answer"),
    ],
)
def test_parsed_diagnostics(answer: str, want: list[tuple[int, str]]) -> None:
    assert parsed_diagnostics(answer, CODE) == want


def test_lines_are_numbered_as_answers_name_them() -> None:
    assert numbered("a\n\n\tb") == "1| a\n2| \n3| \tb"


LONG = "It reads every line of the file and counts the words in it, and " * 2


@pytest.mark.parametrize(
    ("answer", "language", "indentation", "want"),
    [
        pytest.param("Adds up.", "python", "    ", "    # Adds up.", id="one line"),
        pytest.param("Adds up.", "go", "\t", "\t// Adds up.", id="its sign, its tab"),
        pytest.param("Adds up.", "html", "  ", "  <!--\n  Adds up.\n  -->", id="no line comments"),
        pytest.param("Adds up.", "latex", "", "% Adds up.", id="LaTeX"),
        pytest.param("Adds up.", "json", "", "", id="no comments at all"),
        pytest.param(" \n", "python", "", "", id="nothing said"),
        pytest.param(
            LONG,
            "python",
            "    ",
            "    # It reads every line of the file and counts the words in it, and It reads every\n"
            "    # line of the file and counts the words in it, and",
            id="wrapped at 88 columns",
        ),
        pytest.param(
            LONG,
            "rust",
            "\t" * 20,
            "\n".join(
                "\t" * 20 + f"// {part}"
                for part in (
                    "It reads every line of",
                    "the file and counts the",
                    "words in it, and It",
                    "reads every line of the",
                    "file and counts the",
                    "words in it, and",
                )
            ),
            id="deep code leaves some room all the same",
        ),
        pytest.param(
            "It does:\n- one\n  thing\n- two\n\n\nThen it ends.\n",
            "javascript",
            "",
            "// It does:\n// - one thing\n// - two\n//\n// Then it ends.",
            id="lists and paragraphs stay",
        ),
        pytest.param(
            "```python\n# Adds\n# up.\n```", "python", "", "# Adds up.", id="a comment already"
        ),
        pytest.param("/* Adds\n * up. */", "c", "", "// Adds up.", id="a block comment"),
        pytest.param("x -- y # z", "python", "", "# x -- y # z", id="signs inside of words stay"),
        pytest.param("# Title\nAdds.", "python", "", "# Title Adds.", id="a heading"),
        pytest.param(
            "One.\u2028evil()\x85x\x0cy", "typescript", "", "// One. evil() x y", id="ends"
        ),
        pytest.param("A path C:\\", "c", "", "// A path C:", id="no backslash at the end in C"),
        pytest.param("a --> b -- c", "html", "", "<!--\na - - > b - - c\n-->", id="it cannot end"),
        pytest.param("a */ b", "css", "", "/*\na * / b\n*/", id="nor in CSS"),
        pytest.param("a\u202eb\u200b\x1b", "python", "", "# ab", id="nothing hidden"),
        pytest.param("x" * 99, "python", "", "# " + "x" * 99, id="a long word stays whole"),
    ],
)
def test_as_comment(answer: str, language: str, indentation: str, want: str) -> None:
    assert as_comment(answer, language, indentation) == want


@pytest.mark.parametrize(
    ("text", "want", "names"),
    [
        pytest.param("plain", "plain", (), id="ASCII"),
        pytest.param("a\u200bb", "ab", ("U+200B",), id="zero width"),
        pytest.param("a\u00adb", "ab", ("U+00AD",), id="a soft hyphen"),
        pytest.param("a\u202eb\u2066c", "abc", ("U+202E", "U+2066"), id="bidi controls"),
        pytest.param("a\U000e0041\U000e007f", "a", ("U+E0041", "U+E007F"), id="tag characters"),
        pytest.param("a\ufeffb\u2060", "ab", ("U+FEFF", "U+2060"), id="a mark in the middle"),
        pytest.param("a\u200db", "ab", ("U+200D",), id="a joiner that joins nothing"),
        pytest.param("👩‍💻 🏳️‍🌈 👍🏽 1️⃣ ❤️ می‌خواهم", "👩‍💻 🏳️‍🌈 👍🏽 1️⃣ ❤️ می‌خواهم", (), id="emoji"),
        pytest.param("a\ufe01b\ufe0f", "ab", ("U+FE01", "U+FE0F"), id="selectors behind letters"),
        pytest.param("😀\ufe0f\U000e0101", "😀\ufe0f", ("U+E0101",), id="a row of selectors"),
        pytest.param("葛\U000e0100", "葛\U000e0100", (), id="the selector of a character"),
        pytest.param("a\u3164\u2800", "a", ("U+3164", "U+2800"), id="letters drawn as nothing"),
    ],
)
def test_invisible_characters(text: str, want: str, names: tuple[str, ...]) -> None:
    seen, found = removed(f"first\n{text}\nlast")
    assert seen == f"first\n{want}\nlast"
    assert [(one.line, one.names) for one in found] == ([(2, names)] if names else [])
