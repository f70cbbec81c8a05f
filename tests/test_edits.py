"""The places that a user has edited and left."""

from dataclasses import replace

from lsp_local.lsp.edits import N_PLACES, Edits
from lsp_local.lsp.surroundings import Neighbourhood
from lsp_local.text import Document

TEXT = "".join(f"line_{n} = {n}\n" for n in range(200))
DOC = Document("file:///shop/a.py", "a.py", "shop", "python", TEXT)
OTHER = Document("file:///shop/b.py", "b.py", "shop", "python", "x = 1\n")


def typed(doc: Document, line: int, text: str) -> Document:
    lines = doc.text.split("\n")
    lines[line] += text
    return replace(doc, text="\n".join(lines), version=doc.version + 1)


def is_silent(_: Document) -> bool:
    return False


def test_a_place_counts_once_it_is_left() -> None:
    edits = Edits()
    now = typed(DOC, 100, "  # new")
    edits.changed(DOC, now)
    assert edits.recent() == ()
    later = typed(now, 10, "!")
    edits.changed(now, later)
    (edit,) = edits.recent()
    assert edit.path == "a.py"
    assert edit.text.split("\n")[0] == "line_97 = 97"
    assert "line_100 = 100  # new" in edit.text
    assert edit.text.split("\n")[-1] == "line_103 = 103"


def test_what_is_private_is_left_out() -> None:
    edits = Edits()
    edits.changed(DOC, typed(DOC, 5, "  # lsp-local: private"))
    edits.visited(OTHER)
    (edit,) = edits.recent()
    assert "line_5" not in edit.text
    assert "line_6" in edit.text


def test_so_is_what_becomes_private() -> None:
    neighbourhood = Neighbourhood()
    now = typed(DOC, 5, " + 1")
    neighbourhood.changed(DOC, now)
    neighbourhood.visited(OTHER)
    assert neighbourhood.around(OTHER, [now, OTHER], is_silent).edits
    now = typed(now, 5, "  # lsp-local: private")
    assert neighbourhood.around(OTHER, [now, OTHER], is_silent).edits == ()


def test_going_to_another_file_leaves_the_place() -> None:
    edits = Edits()
    edits.changed(DOC, typed(DOC, 5, "!"))
    edits.visited(OTHER)
    (edit,) = edits.recent()
    assert "line_5 = 5!" in edit.text


def test_typing_at_one_place_is_one_place() -> None:
    edits = Edits()
    now = DOC
    for line in (100, 101, 99, 103):
        before, now = now, typed(now, line, "+")
        edits.changed(before, now)
    edits.visited(OTHER)
    (edit,) = edits.recent()
    assert edit.text.count("+") == 4


def test_only_the_last_places_are_kept_and_none_twice() -> None:
    edits = Edits()
    now = DOC
    for n in [*range(0, 199, 30), 0] * 10:
        before, now = now, typed(now, n, "+")
        edits.changed(before, now)
    edits.visited(OTHER)
    found = edits.recent()
    assert len(found) == 7 <= N_PLACES
    assert len({edit.text.split("\n")[0] for edit in found}) == 7


def test_who_only_looks_at_another_file_goes_on_editing() -> None:
    neighbourhood = Neighbourhood()
    now = typed(DOC, 5, " + 1")
    neighbourhood.visited(now)
    neighbourhood.changed(DOC, now)
    assert neighbourhood.around(OTHER, [now, OTHER], is_silent).edits == ()
    assert neighbourhood.around(now, [now, OTHER], is_silent).edits == ()
    neighbourhood.visited(OTHER)
    assert neighbourhood.around(OTHER, [now, OTHER], is_silent).edits


def test_the_documents_used_last_are_near_and_no_more_are_judged() -> None:
    neighbourhood, judged = Neighbourhood(), []
    docs = [replace(OTHER, uri=f"file:///shop/{n}.py", path=f"{n}.py") for n in range(30)]
    for doc in docs:
        neighbourhood.visited(doc)

    def is_even(doc: Document) -> bool:
        judged.append(doc.path)
        return int(doc.path[:-3]) % 2 == 0

    near = neighbourhood.around(docs[29], docs, is_even).documents
    assert [one.path for one in near] == [f"{n}.py" for n in range(27, 7, -2)]
    assert judged == [f"{n}.py" for n in range(28, 8, -1)]
