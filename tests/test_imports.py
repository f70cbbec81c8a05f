"""Which files of a project an import statement names."""

import pytest

from lsp_local.imports import Named, named_by

PATHS = {
    *("shop/__init__.py", "shop/tax.py", "shop/models/__init__.py", "shop/models/order.py"),
    *("web/src/tax.ts", "web/src/cart/index.ts", "web/src/view.tsx", "web/src/old.js"),
    *("tax/rates.go", "tax/rates_test.go", "tax/vat.go", "main.go"),
    *("src/lib.rs", "src/tax.rs", "src/cart/mod.rs", "src/cart/line.rs"),
    *("lib/json.py", "crates/b/src/tax.rs", "crates/zone/src/tax.rs"),
    *("java/com/shop/Tax.java", "include/tax.h", "c/near.h", "c/main.c"),
}


def check(language: str, path: str, statement: str, want: list[Named]) -> None:
    assert named_by([statement], language, path, PATHS) == want


@pytest.mark.parametrize(
    ("language", "path", "statement", "want"),
    [
        pytest.param(
            "python",
            "app.py",
            "from shop.tax import with_tax as t, RATES",
            [("shop/tax.py", ("with_tax", "RATES"))],
            id="python: names of a module",
        ),
        pytest.param(
            "python",
            "app.py",
            "from shop.tax import (\n    with_tax,  # note\n    RATES,\n)",
            [("shop/tax.py", ("with_tax", "RATES"))],
            id="python: over several lines",
        ),
        pytest.param(
            "python", "app.py", "import shop.tax as t", [("shop/tax.py", ())], id="python: a module"
        ),
        pytest.param(
            "python",
            "shop/models/order.py",
            "from ..tax import RATES",
            [("shop/tax.py", ("RATES",))],
            id="python: relative",
        ),
        pytest.param(
            "python",
            "app.py",
            "from shop.models import order",
            [("shop/models/__init__.py", ("order",)), ("shop/models/order.py", ())],
            id="python: a module of a package",
        ),
        pytest.param(
            "python",
            "app.py",
            "from shop.tax import *",
            [("shop/tax.py", ())],
            id="python: all of a module",
        ),
        pytest.param("python", "app.py", "import os.path", [], id="python: not ours"),
        pytest.param(
            "python", "app.py", "import json", [], id="python: the standard library's, not ours"
        ),
        pytest.param(
            "typescript",
            "web/src/view.tsx",
            'import { withTax as t, type Rate } from "./tax";',
            [("web/src/tax.ts", ("withTax", "Rate"))],
            id="typescript: names",
        ),
        pytest.param(
            "typescript",
            "web/src/view.tsx",
            'import Cart from "./cart";',
            [("web/src/cart/index.ts", ())],
            id="typescript: a folder",
        ),
        pytest.param(
            "typescript",
            "web/src/view.tsx",
            'import Cart, { Line } from "./cart";',
            [("web/src/cart/index.ts", ())],
            id="typescript: a default, whose own name is not known",
        ),
        pytest.param(
            "javascript",
            "web/src/old.js",
            'const { withTax, rate: r } = require("./tax")',
            [("web/src/tax.ts", ("withTax", "rate"))],
            id="js: require",
        ),
        pytest.param(
            "typescript",
            "web/src/view.tsx",
            'import * as tax from "@/src/tax.js";',
            [("web/src/tax.ts", ())],
            id="typescript: an alias, and the ending that it will have",
        ),
        pytest.param(
            "javascript", "web/src/old.js", 'import x from "react";', [], id="js: a package"
        ),
        pytest.param(
            "go",
            "main.go",
            'import (\n\t"fmt"\n\t"example.com/shop/tax"\n)',
            [("tax/rates.go", ()), ("tax/vat.go", ())],
            id="go: a folder without its tests",
        ),
        pytest.param(
            "rust",
            "src/lib.rs",
            "use crate::cart::line::{Line, total};",
            [("src/cart/line.rs", ("Line", "total"))],
            id="rust: names of a module",
        ),
        pytest.param(
            "rust",
            "src/lib.rs",
            "use crate::tax::with_tax;",
            [("src/tax.rs", ("with_tax",))],
            id="rust: a name",
        ),
        pytest.param(
            "rust",
            "src/lib.rs",
            "use crate::{tax::with_tax, cart::{self, line::Line}};",
            [
                ("src/tax.rs", ("with_tax",)),
                ("src/cart/mod.rs", ()),
                ("src/cart/line.rs", ("Line",)),
            ],
            id="rust: braces in braces",
        ),
        pytest.param(
            "rust",
            "src/cart/line.rs",
            "use super::Cart;",
            [("src/cart/mod.rs", ("Cart",))],
            id="rust: of the module above",
        ),
        pytest.param(
            "rust",
            "src/cart/line.rs",
            "pub(crate) use super::super::tax::*;",
            [("src/tax.rs", ())],
            id="rust: all of a module two above",
        ),
        pytest.param(
            "rust",
            "src/cart/mod.rs",
            "use self::line::Line as L;",
            [("src/cart/line.rs", ("Line",))],
            id="rust: of a module below",
        ),
        pytest.param(
            "rust",
            "crates/zone/src/main.rs",
            "use crate::tax::rate;",
            [("crates/zone/src/tax.rs", ("rate",))],
            id="rust: of the own crate among several",
        ),
        pytest.param(
            "java",
            "java/com/shop/Cart.java",
            "import com.shop.Tax;",
            [("java/com/shop/Tax.java", ("Tax",))],
            id="java: a class",
        ),
        pytest.param("c", "c/main.c", '#include "near.h"', [("c/near.h", ())], id="c: beside"),
        pytest.param(
            "c", "c/main.c", '#include "tax.h"', [("include/tax.h", ())], id="c: elsewhere"
        ),
        pytest.param("cobol", "a.cob", "COPY TAX.", [], id="an unknown language"),
    ],
)
def test_imports(language: str, path: str, statement: str, want: list[Named]) -> None:
    check(language, path, statement, want)


@pytest.mark.parametrize("language", ["python", "typescript", "go", "rust", "java", "c"])
@pytest.mark.parametrize(
    "statement",
    ["", "import", "from . import", "use ::{", "use crate::" + "{" * 5000, '"', "\x00(\ud800"],
)
def test_any_text_is_no_import_of_ours(language: str, statement: str) -> None:
    assert named_by([statement], language, "main.go", {"zzz.py"}) == []
