"""What else the model reads for a place, in a real project on disk."""

from dataclasses import replace
from pathlib import Path

import pytest
from marks import doc_at

from lsp_local.context import Edit, Source, Surroundings, gather, head
from lsp_local.index import Index
from lsp_local.text import Document
from lsp_local.windows import Windows

PYTHON = {
    "shop/tax.py": 'RATES = {"de": 0.19}\n\n\ndef with_tax(net: int, country: str) -> int:\n'
    '    """Return the gross price."""\n    return round(net * (1 + RATES[country]))\n',
    "shop/mail.py": "def send(address: str) -> None:\n    print(address)\n",
    "shop/cart.py": "class Cart:\n    def add_line(self, name: str) -> None:\n        pass\n",
}
TYPESCRIPT = {
    "src/tax.ts": "export interface Rate { country: string }\n"
    "export function withTax(net: number, rate: Rate): number {\n  return net;\n}\n",
    "src/mail.ts": "export const send = (address: string) => address;\n",
}
GO = {
    "tax/tax.go": "package tax\n\nfunc WithTax(net int) int {\n\treturn net * 2\n}\n",
    "mail/mail.go": "package mail\n\nfunc Send(address string) error {\n\treturn nil\n}\n",
}


def index_of(folder: Path, files: dict[str, str]) -> Index:
    for path, text in files.items():
        (folder / "shop" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "shop" / path).write_text(text)
    index = Index(folder / "shop", database=folder / "cache" / "index.sqlite")
    assert index.refresh() == len(files)
    return index


@pytest.mark.parametrize(
    ("files", "language", "path", "marked", "want"),
    [
        pytest.param(
            PYTHON,
            "python",
            "shop/invoice.py",
            "from shop.tax import with_tax\n\nx = <CURSOR>",
            [
                (
                    "shop/tax.py",
                    "imported",
                    "def with_tax(net: int, country: str) -> int:  # Return the gross price.",
                )
            ],
            id="python",
        ),
        pytest.param(
            TYPESCRIPT,
            "typescript",
            "src/invoice.ts",
            'import { withTax } from "./tax";\n\nconst x = <CURSOR>',
            [
                (
                    "src/tax.ts",
                    "imported",
                    "export function withTax(net: number, rate: Rate): number",
                )
            ],
            id="typescript",
        ),
        pytest.param(
            GO,
            "go",
            "invoice.go",
            'package main\n\nimport "example.com/shop/tax"\n\nvar x = tax.WithTax(<CURSOR>',
            [("tax/tax.go", "imported", "func WithTax(net int) int")],
            id="go",
        ),
    ],
)
def test_signatures_of_what_is_imported(
    tmp_path: Path,
    files: dict[str, str],
    language: str,
    path: str,
    marked: str,
    want: list[tuple[str, str, str]],
) -> None:
    doc, offset = doc_at(marked, language, path)
    pieces = gather(doc, offset, Surroundings(index=index_of(tmp_path, files)), 512)
    found = [(piece.path, str(piece.source), piece.text) for piece in pieces]
    assert [one for one in found if one[1] == "imported"] == want


def test_a_name_near_the_cursor_is_looked_up(tmp_path: Path) -> None:
    doc, offset = doc_at("cart.add_line('x')\ncart.<CURSOR>", path="shop/main.py")
    pieces = gather(doc, offset, Surroundings(index=index_of(tmp_path, PYTHON)), 512)
    named = [piece for piece in pieces if piece.source == "named"]
    assert [piece.text for piece in named] == ["Cart: def add_line(self, name: str) -> None:"]


def test_the_budget_is_kept(tmp_path: Path) -> None:
    index = index_of(tmp_path, PYTHON)
    doc, offset = doc_at("from shop.tax import with_tax\nx = <CURSOR>", path="shop/i.py")
    for n_tokens in (0, 8, 16, 64, 512):
        pieces = gather(doc, offset, Surroundings(index=index), n_tokens)
        assert sum(len(piece.text) + len(piece.path) for piece in pieces) <= n_tokens * 4


def test_recent_edits_and_open_files_come_without_secrets_and_in_a_fixed_order() -> None:
    doc, offset = doc_at("total += item.price * rate\n<CURSOR>", path="a.py")
    token = "ghp_" + "R8dK2mXq7VwZ4tYb9NsPcL5hGjE3aFu1iQoB"
    similar = f'total += item.price * rate\nkey = "{token}"\n'
    other = Document("file:///shop/b.py", "b.py", "shop", "python", similar)
    edits = (Edit("c.py", f'password = "{token}"'),)
    pieces = gather(doc, offset, Surroundings((other,), edits), 512)
    assert [(piece.path, str(piece.source)) for piece in pieces] == [
        ("b.py", "open-file"),
        ("c.py", "edited"),
    ]
    assert not any(token in piece.text for piece in pieces)


def test_open_files_come_without_what_is_private() -> None:
    doc, offset = doc_at("total += item.price * rate\n<CURSOR>", path="a.py")
    text = "total += item.price * rate\nrate = 7  # lsp-local: private\n"
    other = Document("file:///shop/b.py", "b.py", "shop", "python", text)
    (piece,) = gather(doc, offset, Surroundings((other,)), 512)
    assert piece.text.split("\n")[:2] == ["total += item.price * rate", " " * 30]


def test_what_a_window_cuts_off_is_said_again() -> None:
    body = "".join(f"        self.x_{n} = {n}\n" for n in range(40))
    text = f"import os\n\n\nclass Shop(Base):\n    def open(self, hour: int) -> None:\n{body}"
    start = text.index("        self.x_20")
    want = "import os\n\nclass Shop(Base):\n    def open(self, hour: int) -> None:\n"
    assert head(text.rstrip(), "python", start, len(text.rstrip()), 400) == want
    assert head(text + "        ", "python", start, len(text) + 8, 400) == want
    assert head(text, "python", start, len(text), 400) == "import os\n\n"
    assert head(text, "python", 0, len(text), 400) == ""


def test_other_places_stay_while_typing(tmp_path: Path) -> None:
    windows, around = Windows(), Surroundings(index=index_of(tmp_path, PYTHON))
    typed = "from shop.tax import with_tax\n\nx = with_tax(1, 'de')\ncart.add_line(x)\n"
    first = None
    for n in range(31, len(typed) + 1):
        doc, offset = doc_at(typed[:n] + "<CURSOR>", path="shop/main.py")
        pieces = windows.pieces(windows.seen(doc, around), offset, 512, around)
        first = first or pieces
        assert pieces == first
    again = windows.renewed(doc, offset)
    assert again.pieces(doc, offset, 512, around) == first


def test_after_a_jump_other_places_are_chosen_again(tmp_path: Path) -> None:
    windows, around = Windows(), Surroundings(index=index_of(tmp_path, PYTHON))
    text = "from shop.tax import with_tax\nx = with_tax(1)\n" + "y = 1\n" * 1000
    doc, offset = doc_at(text + "send('a')\n<CURSOR>", path="shop/main.py")
    above = windows.pieces(windows.seen(doc, around), 40, 512, around)
    below = windows.renewed(doc, offset).pieces(doc, offset, 512, around)
    assert not any("send" in piece.text for piece in above)
    assert any("send" in piece.text for piece in below)


def test_uses_are_read_only_where_they_are_asked_for(tmp_path: Path) -> None:
    bill = "from shop.tax import with_tax\n\n\nprint(with_tax(2, 'de'))\n"
    index = index_of(tmp_path, {**PYTHON, "shop/bill.py": bill})
    doc, offset = doc_at("from shop.tax import with_tax\n\nx = with_tax(<CURSOR>", "python")
    usual = Surroundings(index=index)
    sources = [piece.source for piece in gather(doc, offset, usual, 512)]
    assert (Source.IMPORTED in sources, Source.USED in sources) == (True, False)
    pieces = gather(doc, offset, replace(usual, left_out=frozenset()), 512)
    assert [(one.path, one.text) for one in pieces if one.source is Source.USED] == [
        ("shop/bill.py", "print(with_tax(2, 'de'))")
    ]
    assert gather(doc, offset, replace(usual, left_out=frozenset(Source)), 512) == ()
