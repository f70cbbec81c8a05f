"""Tests that a scripted model writes: which file they go into, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from marks import range_at
from scripted_chat import ScriptedChat, fenced, opening_of

from lsp_local.actions import catalogue as actions
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.features.projects import Project, project_at

KEY = "AKIAIOSFODNN7EXAMPLF"


async def written(
    path: str, language: str, marked: str, answer: str, project: Project
) -> tuple[str, str, ScriptedChat]:
    """Return the path and the text of the new file, or "!" and the problem."""
    doc, start, end = range_at(marked, language, path)
    offer = actions.offer("tests", doc, start, end, [])
    assert offer is not None
    engine = ScriptedChat([answer])
    found = await resolve(engine, doc, Wanted(offer, project=project))
    assert not found.edits
    assert all(KEY not in prompt for prompt in engine.prompts)
    if found.new_file is None:
        return "!", found.problem, engine
    return found.new_file.path, found.new_file.text, engine


ADD = "def add(a, b):<CURSOR>\n    return a + b\n"
TEST = "def test_adds():\n    assert add(1, 2) == 3\n"
OPENING = "from cart import add\n\n\n"


@pytest.mark.parametrize(
    ("path", "language", "marked", "answer", "paths", "want"),
    [
        pytest.param(
            "cart.py", "python", ADD, TEST, [], ("tests/test_cart.py", OPENING + TEST), id="Python"
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            "@pytest.mark.slow\n" + TEST,
            [],
            ("tests/test_cart.py", f"import pytest\n\n{OPENING}@pytest.mark.slow\n{TEST}"),
            id="pytest is imported where it is used",
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            TEST + "    assert add(1,",
            [],
            ("tests/test_cart.py", OPENING + TEST),
            id="an answer that ends within a line",
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            TEST,
            ["tests/test_cart.py"],
            ("tests/test_cart_add.py", OPENING + TEST),
            id="tests that exist are left alone",
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            TEST,
            ["tests/test_cart.py", "tests/test_cart_add.py"],
            ("tests/test_cart_add2.py", OPENING + TEST),
            id="and those beside them, too",
        ),
        pytest.param(
            "src/cart.ts",
            "typescript",
            "export function add(a: number, b: number) {<CURSOR>\n  return a + b;\n}\n",
            'test("adds", () => {\n  assert.equal(add(1, 2), 3);\n});\n',
            ["src/cart.test.ts"],
            (
                "src/cart_add.test.ts",
                'import assert from "node:assert/strict";\nimport { test } from "node:test";\n'
                'import { add } from "./cart";\n\n\n'
                'test("adds", () => {\n  assert.equal(add(1, 2), 3);\n});\n',
            ),
            id="TypeScript",
        ),
        pytest.param(
            "cart/cart.go",
            "go",
            "package cart\r\n\r\nfunc (c *C) add(a int) int {<CURSOR>\r\n\treturn a\r\n}\r\n",
            "func TestAdd(t *testing.T) {\n\tif add(1, 2) != 3 {\n\t\tt.Fail()\n\t}\n}\n",
            ["cart/cart_test.go"],
            (
                "cart/cart_add_test.go",
                'package cart\n\nimport "testing"\n\n'
                "func TestAdd(t *testing.T) {\n\tif add(1, 2) != 3 {\n\t\tt.Fail()\n\t}\n}\n",
            ),
            id="Go, from a file of Windows",
        ),
        pytest.param(
            "src/cart.rs",
            "rust",
            "fn add(a: i32) -> i32 {<CURSOR>\n    a\n}\n",
            "",
            ["src/cart.rs"],
            ("!", "tests of this language stand in the file itself; write them there"),
            id="Rust has them in the file, also where the project is known",
        ),
        pytest.param(
            "cart.py",
            "python",
            "class Cart:\n    def add(self, a):<CURSOR>\n        return a\n",
            "def test_adds():\n    assert Cart().add(1) == 1\n",
            [],
            (
                "tests/test_cart.py",
                OPENING.replace("add", "Cart")
                + "def test_adds():\n    assert Cart().add(1) == 1\n",
            ),
            id="a method is reached by its class",
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            TEST + "\n\ndef test_cut():\n    assert add(1,",
            [],
            ("tests/test_cart.py", OPENING + TEST),
            id="what was cut off is left out",
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            "def test_cut():\n    assert add(1,",
            [],
            ("!", "no safe edit found: the model wrote no test that can be read"),
            id="nothing but what was cut off",
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            "def test_other():\n    assert True\n",
            [],
            ("!", "no safe edit found: the model wrote no test that can be read"),
            id="a test of something else",
        ),
        pytest.param(
            "cart.py",
            "python",
            ADD,
            "def test_adds():\n    assert add(1, 2) == expected\n",
            [],
            ("!", "no safe edit found: `expected` is not defined anywhere"),
            id="a name that nobody defines",
        ),
        pytest.param(
            "cart.py",
            "python",
            f'def add(a, key="{KEY}"):<CURSOR>\n    return a\n',
            'def test_adds():\n    assert add(1, "REDACTED_SECRET") == 1\n',
            [],
            ("!", "no safe edit found: the answer holds a placeholder for a secret"),
            id="a placeholder for a secret",
        ),
    ],
)
async def test_files(
    path: str,
    language: str,
    marked: str,
    answer: str,
    paths: Sequence[str],
    want: tuple[str, str],
) -> None:
    said = fenced(language, answer.rstrip()).partition("\n")[2]
    got = await written(path, language, marked, said, Project(paths))
    assert got[:2] == want


async def test_what_the_project_tests_with_begins_the_file() -> None:
    project = Project(["cart.test.js"], ('{"devDependencies": {"vitest": "1"}}',))
    marked = "export function add(a) {<CURSOR>\n  return a;\n}\n"
    *_, engine = await written("shop.js", "javascript", marked, "", project)
    assert opening_of(engine.requests[0]) == (
        '```javascript\nimport { describe, expect, it } from "vitest";\n'
        'import { add } from "./shop.js";\n\n\n'
    )
    assert "Write tests for `add` with vitest" in engine.question


def test_what_is_known_of_a_project(tmp_path: Path) -> None:

    root = tmp_path
    (root / "package.json").write_text("{}")
    (root / "pyproject.toml").mkdir()
    (root / "generated").mkdir()
    (root / "generated" / "a.py").touch()
    (root / "a.py").touch()
    assert project_at(root, ["generated/**"]) == Project(
        frozenset({"package.json", "a.py"}), ("{}",)
    )
    assert project_at(root / "gone") == Project(frozenset())
