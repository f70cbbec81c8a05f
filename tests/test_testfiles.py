"""Where the tests of a function belong, and how they reach it."""

import pytest

from lsp_local.actions import testfiles

PYTHON = ["src/shop/__init__.py", "src/shop/tax.py", "src/shop/api/__init__.py"]


@pytest.mark.parametrize(
    ("path", "language", "paths", "want"),
    [
        pytest.param("tax.py", "python", [], "tests/test_tax.py", id="python: no example"),
        pytest.param(
            "src/shop/tax.py",
            "python",
            ["tests/old/test_tax.py"],
            "tests/old/test_tax.py",
            id="python: it exists",
        ),
        pytest.param(
            "b/tax.py",
            "python",
            ["a/test_tax.py", "b/tests/test_tax.py"],
            "b/tests/test_tax.py",
            id="python: the nearest of two",
        ),
        pytest.param(
            "shop/tax.py",
            "python",
            ["shop/mail.py", "shop/mail_test.py"],
            "shop/tax_test.py",
            id="python: beside, with a suffix, as the others",
        ),
        pytest.param(
            "src/shop/api/tax.py",
            "python",
            ["tests/test_a.py", "tests/api/test_b.py"],
            "tests/api/test_tax.py",
            id="python: folders are mirrored",
        ),
        pytest.param(
            "src/shop/tax.py",
            "python",
            ["tests/unit/test_a.py", "tests/unit/test_b.py"],
            "tests/unit/test_tax.py",
            id="python: units in a folder of their own",
        ),
        pytest.param(
            "back/app/tax.py",
            "python",
            ["back/tests/test_a.py", "front/tests/test_b.py"],
            "back/tests/test_tax.py",
            id="python: the part of the project that it is in",
        ),
        pytest.param(
            "shop/api/__init__.py", "python", [], "tests/test_api.py", id="python: a package"
        ),
        pytest.param("src/tax.ts", "typescript", [], "src/tax.test.ts", id="typescript: beside"),
        pytest.param(
            "src/tax.tsx",
            "typescriptreact",
            ["src/__tests__/mail.spec.ts"],
            "src/__tests__/tax.spec.tsx",
            id="typescript: as the others",
        ),
        pytest.param(
            "lib/tax.js", "javascript", ["test/mail.test.js"], "test/tax.test.js", id="javascript"
        ),
        pytest.param("a/tax.go", "go", ["b/x_test.go"], "a/tax_test.go", id="go: beside"),
        pytest.param("src/tax.rs", "rust", [], "src/tax.rs", id="rust: in the file"),
        pytest.param(
            "src/main/java/shop/Tax.java", "java", [], "src/test/java/shop/TaxTest.java", id="java"
        ),
        pytest.param("lib/tax.rb", "ruby", ["spec/a_spec.rb"], "spec/tax_spec.rb", id="ruby"),
        pytest.param("tests/test_a.py", "python", [], "tests/test_a.py", id="a test"),
        pytest.param("", "python", [""], "tests/test_.py", id="no path"),
    ],
)
def test_places(path: str, language: str, paths: list[str], want: str) -> None:
    assert testfiles.test_place(path, language, paths) == want


@pytest.mark.parametrize(
    ("language", "paths", "manifests", "want"),
    [
        pytest.param("python", [], ['dependencies = ["pytest>=8"]'], "pytest", id="a manifest"),
        pytest.param("python", ["tests/conftest.py"], [], "pytest", id="a file of its own"),
        pytest.param("python", [], ["import unittest\n"], "unittest", id="a test that exists"),
        pytest.param("python", [], [], "pytest", id="the usual one"),
        pytest.param("typescript", [], ['{"vitest": "1", "jest": "2"}'], "vitest", id="vitest"),
        pytest.param("javascript", ["jest.config.js"], [], "jest", id="jest"),
        pytest.param("javascript", [], ['"test": "node --test"'], "node:test", id="node"),
        pytest.param("go", [], [], "testing", id="go"),
        pytest.param("cobol", [], [], "", id="nobody knows"),
    ],
)
def test_frameworks(language: str, paths: list[str], manifests: list[str], want: str) -> None:
    assert testfiles.framework(language, paths, manifests) == want


@pytest.mark.parametrize(
    ("path", "language", "test_path", "text", "want"),
    [
        pytest.param(
            "src/shop/tax.py",
            "python",
            "tests/test_tax.py",
            "",
            "from shop.tax import f",
            id="python: below src",
        ),
        pytest.param(
            "tax.py", "python", "tests/test_tax.py", "", "from tax import f", id="at the root"
        ),
        pytest.param(
            "src/shop/api/__init__.py", "python", "t.py", "", "from shop.api import f", id="package"
        ),
        pytest.param("a/b/tax.py", "python", "t.py", "", "from a.b.tax import f", id="no packages"),
        pytest.param("a/tax.py", "python", "a/test_tax.py", "", "from tax import f", id="beside"),
        pytest.param(
            "src/tax.ts", "typescript", "src/tax.test.ts", "", 'import { f } from "./tax";', id="ts"
        ),
        pytest.param(
            "src/tax.ts",
            "typescript",
            "test/unit/tax.test.ts",
            "import a from './a.js'\nexport default function f() {}\n",
            "import f from '../../src/tax.js'",
            id="typescript: the style of the file",
        ),
        pytest.param(
            "tax.js",
            "javascript",
            "tax.test.js",
            "module.exports = { f };\n",
            'const { f } = require("./tax");',
            id="javascript: common",
        ),
        pytest.param(
            "tax.js",
            "javascript",
            "tax.test.js",
            "module.exports = function f() {};\n",
            'const f = require("./tax");',
            id="javascript: the whole module",
        ),
        pytest.param(
            "tax.js",
            "javascript",
            "tax.test.js",
            "export function f() {}\n;",
            'import { f } from "./tax.js";',
            id="javascript: a module names its ending",
        ),
        pytest.param("a/tax.go", "go", "a/tax_test.go", "", "", id="go: the same package"),
        pytest.param("src/tax.rs", "rust", "src/tax.rs", "", "use super::*;", id="rust"),
    ],
)
def test_imports(path: str, language: str, test_path: str, text: str, want: str) -> None:
    assert testfiles.import_line("f", path, language, test_path, PYTHON, text) == want


@pytest.mark.parametrize(
    ("path", "language", "want"),
    [
        *(("test_a.py", "python", True), ("a/tests/b.py", "python", True)),
        *(("latest.py", "python", False), ("a.spec.tsx", "typescriptreact", True)),
        *(("contest.go", "go", False), ("a_test.go", "go", True), ("", "python", False)),
    ],
)
def test_what_is_a_test(path: str, language: str, want: bool) -> None:
    assert testfiles.is_test(path, language) is want
