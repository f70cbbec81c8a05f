"""The checks of lint that need no model."""

import pytest
from linted import KEY, doc_of

from lsp_local.actions.docnames import documented
from lsp_local.lint.static import find_static
from lsp_local.trees import parse

EVERYWHERE = [(0, 10**9)]


def check(text: str, path: str, want: list[tuple[str, str, str | None]], is_new: bool) -> None:
    doc = doc_of(text, path)
    found = find_static(doc, parse(text, doc.language), EVERYWHERE if is_new else None)
    seen = [(one.rule, text[one.start : one.end], one.replacement) for one in found]
    assert seen == want


def python(docstring: str, parameters: str = "a, price") -> str:
    return f'def f({parameters}):\n    """Do.\n\n{docstring}\n    """\n'


MISSING = [("docstring-mismatch", "prize", "price")]


@pytest.mark.parametrize(
    ("path", "text", "want"),
    [
        pytest.param(
            "a.py",
            python("    Args:\n        a: A.\n        prize (int, optional): B."),
            MISSING,
            id="Google's style",
        ),
        pytest.param(
            "a.py",
            python("    Args:\n        a: Such as\n            prize: no entry.\n\n    prize: no."),
            [],
            id="deeper lines go on an entry of Google's style",
        ),
        pytest.param(
            "a.py",
            python("    Parameters\n    ----------\n    a, prize : int\n        other : no.\n"),
            MISSING,
            id="NumPy's style",
        ),
        pytest.param(
            "a.py",
            python(
                "    Parameters\n    ----------\n    a\n    Returns\n    -------\n    prize : int"
            ),
            [],
            id="NumPy's style ends at the next title",
        ),
        pytest.param(
            "a.py", python("    :param int prize: P.\n    :param a: A."), MISSING, id="Sphinx"
        ),
        pytest.param(
            "a.py",
            python(r"    :param \*price: P.\n    :param prize: P.".replace(r"\n", "\n")),
            [("docstring-mismatch", "prize", None)],
            id="stars are no part of a name",
        ),
        pytest.param("a.py", python("    :param b: B.", "*rest"), [], id="any number is taken"),
        pytest.param(
            "a.py", "@adds(1)\n" + python("    :param b: B."), [], id="a decorator may add more"
        ),
        pytest.param(
            "a.py",
            "@staticmethod\n@functools.cache\n" + python("    :param prize: B."),
            MISSING,
            id="decorators that add nothing",
        ),
        pytest.param("a.py", python("    :param b: B.", "**rest"), [], id="anything may be taken"),
        pytest.param(
            "a.py",
            python("    :param other: B.", "self, a: int = 1, *, b=2, **_: int"),
            [],
            id="anything with a type may be taken",
        ),
        pytest.param(
            "a.py",
            python("    :param zebra: Z."),
            [("docstring-mismatch", "zebra", None)],
            id="no fix without a like name",
        ),
        pytest.param(
            "a.js",
            "/**\n * Does.\n * @param {{a: string}} a - A.\n * @param {number} [prize=1] B.\n"
            " * @param a.b C.\n */\nexport const f = (a, price) => a;\n",
            MISSING,
            id="JSDoc",
        ),
        pytest.param(
            "a.js",
            "/**\n * @param {Object} options\n * @param options.x\n */\nfunction f({ x }) {}\n",
            [],
            id="a pattern has no name",
        ),
        pytest.param(
            "a.js",
            "/** @param {string} x */\nfunction f() { return arguments[0]; }\n",
            [],
            id="arguments",
        ),
        pytest.param(
            "a.js",
            "/**\n * @callback Done\n * @param {string} what\n */\nfunction f() {}\n",
            [],
            id="a callback is another function",
        ),
        pytest.param(
            "a.ts",
            "class A {\n  /** @param prize - P. */\n  f(this: A, price: number): void {}\n}\n",
            MISSING,
            id="TSDoc",
        ),
        pytest.param(
            "A.java",
            "class A {\n  /**\n   * @param <T> kind\n   * @param prize P\n   */\n"
            "  <T> void f(T a, int... price) {}\n}\n",
            MISSING,
            id="Javadoc",
        ),
        pytest.param(
            "a.rs",
            "/// Does.\n///\n/// # Arguments\n///\n/// * `a` - A.\n/// * `prize` - P.\n///\n"
            "/// # Panics\n///\n/// * `other` - O.\nfn f(&self, a: u8, price: u8) {}\n",
            MISSING,
            id="Rustdoc",
        ),
        pytest.param(
            "a.c",
            "/**\n * \\param[in] prize P\n * @param a,b two\n */\nint f(int a, int *price);\n"
            "int f(int a, char *b, int *price) { return 1; }\n",
            [],
            id="only a definition has parameters",
        ),
        pytest.param(
            "a.cpp",
            "/**\n * \\param[in] prize P\n * @param a,b two\n */\n"
            "int f(int a, char *b, int *price) { return 1; }\n",
            MISSING,
            id="Doxygen",
        ),
        pytest.param("a.go", "// f takes prize.\nfunc f(price int) {}\n", [], id="Go has none"),
        pytest.param(
            "a.py", python("    :param prize: P.") + "\ndef g(:\n", MISSING, id="an error elsewhere"
        ),
        pytest.param(
            "a.py",
            f"key = '{KEY}'  # é\n",
            [("secret", KEY, None)],
            id="a secret",
        ),
        pytest.param(
            "a.py",
            "x = 1  # TODO: more\ny = 'TODO'\n",
            [("todo", "TODO", None)],
            id="a TODO in a comment",
        ),
        pytest.param(
            "a.rs", "// FIXME\nfn f() { todo!() }\n", [("todo", "FIXME", None)], id="a FIXME"
        ),
        pytest.param("a.py", "", [], id="nothing"),
        pytest.param("a.txt", "TODO\n", [], id="no grammar"),
    ],
)
def test_find_static(path: str, text: str, want: list[tuple[str, str, str | None]]) -> None:
    check(text, path, want, is_new=True)


def test_only_new_lines_leave_a_todo() -> None:
    check("x = 1  # TODO: more\n", "a.py", [], is_new=False)


@pytest.mark.parametrize(
    ("text", "is_safe"),
    [
        pytest.param(python("    :param prize: P.\n    :param a: A."), True, id="one for one"),
        pytest.param(python("    :param prize: P."), False, id="two are not documented"),
        pytest.param(
            python("    :param prize: The `prize`.\n    :param a: A."), False, id="named twice"
        ),
    ],
)
def test_which_fixes_are_safe(text: str, is_safe: bool) -> None:
    (found,) = find_static(doc_of(text), parse(text, "python"), None)
    assert (found.is_safe, found.message) == (
        is_safe,
        "`f` has no parameter `prize`; did you mean `price`?",
    )


@pytest.mark.parametrize("language", ["python", "rust", "javascript", "java", "cpp", "go", "ruby"])
def test_any_text_is_read(language: str) -> None:
    pieces = ["/**", '"""', "Args:\n", " @param ", ":param ", "{", "x", "\n", "---\n", "`", "* "]
    for n, one in enumerate(pieces):
        for other in pieces:
            text = f"{one}{other}{pieces[n - 3]}{one}\n" * 50
            names = documented(text, language)
            assert all(text.startswith(name.name, name.offset) for name in names)
