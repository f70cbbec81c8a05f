"""Edits, new files and diagnostics as LSP has them."""

import pytest
from lsprotocol import types
from marks import range_at

from lsp_local.actions.catalogue import Offer
from lsp_local.features.resolved import NewFile, Resolved
from lsp_local.lsp import convert_edits
from lsp_local.text import Diagnostic, Document, TextEdit

EDIT = Resolved((TextEdit(4, 5, "2"),))
NEW = Resolved(new_file=NewFile("tests/test_a.py", "x = 1\n"))


def document(text: str = "x = 1\n", uri: str = "file:///shop/a.py", path: str = "a.py") -> Document:
    return Document(uri, path, "shop", "python", text, version=7)


def capable(
    changes: bool = True, notes: bool = False, operations: tuple[str, ...] = ("create",)
) -> types.ClientCapabilities:
    edit = types.WorkspaceEditClientCapabilities(
        document_changes=changes,
        resource_operations=[types.ResourceOperationKind(one) for one in operations],
        change_annotation_support=types.ChangeAnnotationsSupportOptions() if notes else None,
    )
    return types.ClientCapabilities(types.WorkspaceClientCapabilities(workspace_edit=edit))


def edited(doc: Document, found: Resolved, capabilities: types.ClientCapabilities) -> object:
    return convert_edits.workspace_edit(doc, found, "Fix", "utf-16", capabilities)


def at(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


PLAIN = types.WorkspaceEdit(changes={"file:///shop/a.py": [types.TextEdit(at(0, 4, 5), "2")]})
VERSIONED = types.OptionalVersionedTextDocumentIdentifier("file:///shop/a.py", 7)


@pytest.mark.parametrize(
    ("found", "capabilities", "want"),
    [
        pytest.param(EDIT, types.ClientCapabilities(), PLAIN, id="an editor that says nothing"),
        pytest.param(EDIT, capable(changes=False, notes=True), PLAIN, id="no versions, no notes"),
        pytest.param(
            EDIT,
            capable(),
            types.WorkspaceEdit(
                document_changes=[
                    types.TextDocumentEdit(VERSIONED, [types.TextEdit(at(0, 4, 5), "2")])
                ]
            ),
            id="a version",
        ),
        pytest.param(
            EDIT,
            capable(notes=True),
            types.WorkspaceEdit(
                document_changes=[
                    types.TextDocumentEdit(
                        VERSIONED, [types.AnnotatedTextEdit("lsp-local", at(0, 4, 5), "2")]
                    )
                ],
                change_annotations={"lsp-local": types.ChangeAnnotation("lsp-local: Fix")},
            ),
            id="a version and a note",
        ),
        pytest.param(Resolved(problem="no"), capable(), None, id="nothing to change"),
        pytest.param(NEW, capable(operations=()), None, id="an editor that makes no files"),
        pytest.param(NEW, capable(changes=False), None, id="nor this one"),
    ],
)
def test_edits(found: Resolved, capabilities: types.ClientCapabilities, want: object) -> None:
    assert edited(document(), found, capabilities) == want


@pytest.mark.parametrize(
    ("uri", "path", "want"),
    [
        pytest.param("file:///shop/a.py", "a.py", "file:///shop/tests/test_a.py", id="shallow"),
        pytest.param(
            "file:///shop/x/y/a.py", "x/y/a.py", "file:///shop/tests/test_a.py", id="deep"
        ),
        pytest.param(
            "file:///my%20shop/gr%C3%B6%C3%9Fe.py",
            "größe.py",
            "file:///my%20shop/tests/test_a.py",
            id="a name that a URI escapes",
        ),
        pytest.param(
            "vscode-remote://ssh/shop/a.py",
            "a.py",
            "vscode-remote://ssh/shop/tests/test_a.py",
            id="another scheme",
        ),
    ],
)
def test_a_new_file_stands_in_the_document_s_project(uri: str, path: str, want: str) -> None:
    start = types.Position(0, 0)
    insert = types.TextEdit(types.Range(start, start), "x = 1\n")
    where = types.OptionalVersionedTextDocumentIdentifier(want, None)
    assert edited(document(uri=uri, path=path), NEW, capable()) == types.WorkspaceEdit(
        # Without options a client refuses to make a file that exists, and with it all the rest.
        document_changes=[types.CreateFile(want), types.TextDocumentEdit(where, [insert])]
    )


def test_the_name_of_a_new_file_is_escaped() -> None:
    found = Resolved(new_file=NewFile("my tests/größe#1.py", ""))
    edit = edited(document(), found, capable())
    assert isinstance(edit, types.WorkspaceEdit)
    assert edit.document_changes is not None
    created = edit.document_changes[0]
    assert isinstance(created, types.CreateFile)
    assert created.uri == "file:///shop/my%20tests/gr%C3%B6%C3%9Fe%231.py"


@pytest.mark.parametrize(
    ("encoding", "start", "end"),
    [
        pytest.param("utf-8", 7, 9, id="bytes"),
        pytest.param("utf-16", 5, 6, id="UTF-16"),
        pytest.param("utf-32", 4, 5, id="code points"),
    ],
)
def test_ranges_there_and_back(encoding: str, start: int, end: int) -> None:
    doc, first, last = range_at("a\r\nx='🙂<START>é<END>'\r\n")
    where = convert_edits.range_at(doc.text, first, last, encoding)
    assert where == at(1, start, end)
    assert convert_edits.span_of(doc.text, where, encoding) == (first, last)
    turned = types.Range(where.end, where.start)
    assert convert_edits.span_of(doc.text, turned, encoding) == (first, last)


def test_diagnostics_in_and_out() -> None:
    doc = document("x = 1\ny = 2\n")
    theirs = [types.Diagnostic(at(1, 0, 99), "bad", code=7, source="mypy")]
    assert convert_edits.diagnostics_in(doc, theirs, "utf-16") == [
        Diagnostic(6, 11, "bad", "mypy", "7")
    ]
    assert convert_edits.diagnostics_in(doc, [types.Diagnostic(at(9, 0, 1), "")], "utf-8") == [
        Diagnostic(12, 12, "")
    ]
    ours = convert_edits.diagnostics_out(doc, [Diagnostic(6, 7, "odd", "lsp-local x")], "utf-16")
    information = types.DiagnosticSeverity.Information
    assert ours == [
        types.Diagnostic(at(1, 0, 1), "odd", severity=information, source="lsp-local x")
    ]


def test_two_diagnostics_that_say_the_same_have_a_fix_each() -> None:
    here, there = types.Diagnostic(at(0, 0, 1), "bad"), types.Diagnostic(at(0, 4, 5), "bad")
    context = types.CodeActionContext([here, there])
    params = types.CodeActionParams(
        types.TextDocumentIdentifier("file:///shop/a.py"), at(0, 0, 5), context
    )
    offer = Offer("fix", "Fix: bad", "quickfix", 0, 5, (Diagnostic(4, 5, "bad"),))
    action = convert_edits.code_action(offer, "1", document(), params, "utf-16", can_resolve=True)
    assert action.diagnostics == [there]


@pytest.mark.parametrize(
    ("data", "want"),
    [
        pytest.param({"key": "1"}, "1", id="ours"),
        pytest.param({"key": 1}, "", id="a number"),
        pytest.param(None, "", id="nothing"),
        pytest.param(["1"], "", id="a list"),
    ],
)
def test_keys(data: object, want: str) -> None:
    assert convert_edits.key_in(data) == want
