"""Findings of lint as diagnostics: pulled, pushed, moved, silent where they have to be."""

import asyncio

import pytest
from linted import KEY
from shown import ON, PULLS, REFRESH, REFRESHES, Gated, Reader, lines, reader
from wired import URI, at

from lsp_local.options import Options
from lsp_local.text import Diagnostic

ADD = "def add(a, b):\n    return a - b if is_known(a) else max(a, 0, b)\n"
SECRET = f'key = "{KEY}"\n'
FOUND = {
    "range": at((1, 13), (1, 14)),
    "severity": 4,
    "code": "wrong-operator",
    "source": "lsp-local",
    "message": "`+` is likelier (75% sure)",
}


async def test_a_client_that_pulls_gets_a_report_and_no_push() -> None:
    one = await reader(ADD, PULLS)
    report = await one.pull()
    assert (report["kind"], report["items"]) == ("full", [FOUND])
    assert one.published() == []


async def test_a_report_that_is_the_same_is_not_sent_again() -> None:
    one = await reader(ADD, PULLS)
    name = (await one.pull())["resultId"]
    assert await one.pull(name) == {"kind": "unchanged", "resultId": name}
    one.change(f"\n{ADD}")
    moved = await one.pull(name)
    assert (moved["kind"], lines(moved["items"])) == ("full", ["2: wrong-operator"])
    one.change(ADD)
    assert await one.pull(moved["resultId"]) == {**await one.pull(), "kind": "full"}
    assert (await one.pull())["resultId"] == name


async def test_a_client_that_can_refresh_is_answered_at_once_and_asks_again() -> None:
    detector = Gated()
    detector.gate = asyncio.Event()
    one = await reader(SECRET + ADD, PULLS, REFRESHES, detector=detector)
    assert (await one.pull())["items"] == []
    await detector.asking.wait()
    assert lines((await one.pull())["items"]) == ["0: secret"]
    assert one.n_refreshes() == 1
    detector.gate.set()
    await one.settle()
    assert lines((await one.pull())["items"]) == ["0: secret", "2: wrong-operator"]
    assert (one.n_refreshes(), one.published()) == (2, [])


async def test_a_client_that_refuses_to_ask_again() -> None:
    one = await reader(SECRET, PULLS, REFRESHES)
    one.answers[REFRESH] = {"code": -32601, "message": "no"}
    await one.settle()
    assert lines((await one.pull())["items"]) == ["0: secret"]
    assert one.said() == []


async def test_a_client_that_does_not_pull_is_told() -> None:
    one = await reader(SECRET + ADD)
    await one.settle()
    assert one.published() == [["0: secret"], ["0: secret", "2: wrong-operator"]]
    pushed = one.of("textDocument/publishDiagnostics")[-1]
    assert (pushed["uri"], pushed["version"]) == (URI, 1)
    assert pushed["diagnostics"][0]["severity"] == 2  # a secret is a warning


async def test_who_pulls_without_having_said_so_sees_nothing_twice() -> None:
    one = await reader(ADD)
    await one.settle()
    assert lines((await one.pull())["items"]) == ["1: wrong-operator"]
    assert one.published() == [["1: wrong-operator"], []]


async def test_a_clean_file_is_not_even_told() -> None:
    one = await reader("x = 1\n")
    await one.settle()
    assert one.published() == []


async def test_after_an_edit_findings_move_or_go_until_looked_at_again() -> None:
    detector = Gated()
    one = await reader(SECRET + ADD, detector=detector)
    await one.settle()
    detector.gate = asyncio.Event()
    one.change(f"\n{SECRET}{ADD}")
    assert lines((await one.pull())["items"]) == ["1: secret", "3: wrong-operator"]
    one.change(f"\n{SECRET}{ADD.replace('a -', 'b -')}")
    found = one.looking.findings(URI)
    assert [one.rule for one in found] == ["secret"]
    detector.gate.set()
    await one.settle()
    assert [one.rule for one in one.looking.findings(URI)] == ["secret", "wrong-operator"]


async def test_a_line_that_is_edited_loses_its_finding_in_clients_that_are_told() -> None:
    detector = Gated()
    one = await reader(ADD, detector=detector)
    await one.settle()
    detector.gate = asyncio.Event()
    one.change(f"\n{ADD}")  # it moves, as the client knows
    assert one.published() == [["1: wrong-operator"]]
    one.change(f"\n{ADD.replace(' - ', ' + ')}")
    assert one.published() == [["1: wrong-operator"], []]


async def test_a_key_ends_a_look_at_once() -> None:
    detector = Gated()
    detector.gate = asyncio.Event()
    one = await reader(ADD, detector=detector)
    await detector.asking.wait()
    one.change(ADD + "\n")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert detector.n_cancelled == 1
    detector.gate.set()
    await one.settle()
    assert one.published() == [["1: wrong-operator"]]


async def test_what_has_not_changed_is_not_looked_at_again() -> None:
    detector = Gated()
    one = await reader(ADD, detector=detector)
    await one.settle()
    one.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    one.change(ADD)
    assert not one.looking.is_looking
    one.change(ADD + "x = 1\n")
    one.change(ADD)
    await one.settle()
    assert len(detector.asked) == 1


async def test_a_save_looks_without_the_pause() -> None:
    one = await reader(SECRET, options=Options(lint="off", cache_mb=0))
    one.looking.pauses = type(one.looking.pauses)(3600, 3600, 0)
    one.configure(lint="on")
    one.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    await one.settle()
    assert one.published() == [["0: secret"]]


async def test_a_save_does_not_begin_anew_what_is_under_way() -> None:
    detector = Gated()
    detector.gate = asyncio.Event()
    one = await reader(ADD, detector=detector)
    await detector.asking.wait()
    one.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    detector.gate.set()
    await one.settle()
    assert (detector.n_cancelled, one.published()) == (0, [["1: wrong-operator"]])


async def test_only_the_static_checks_by_default() -> None:
    detector = Gated()
    one = await reader(SECRET + ADD, detector=detector, options=Options())
    await one.settle()
    assert (one.published(), detector.asked) == ([["0: secret"]], [])


async def test_the_option_turns_it_off_and_on_again() -> None:
    one = await reader(SECRET + ADD)
    await one.settle()
    one.configure(lint="off")
    assert one.published()[-1] == []
    assert (await one.pull())["items"] == []
    one.configure(lint="static")
    await one.settle()
    assert lines((await one.pull())["items"]) == ["0: secret"]


async def test_a_pause_ends_a_look() -> None:
    detector = Gated()
    detector.gate = asyncio.Event()
    one = await reader(ADD, PULLS, detector=detector)
    waiting = one.ask("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    await detector.asking.wait()
    one.server.session.pause(True)
    assert (await one.answer(waiting))["items"] == []
    await asyncio.sleep(0)
    assert detector.n_cancelled == 1


async def test_a_pull_that_waits_ends_when_the_text_changes() -> None:
    detector = Gated()
    detector.gate = asyncio.Event()
    one = await reader(ADD, PULLS, detector=detector)
    waiting = one.ask("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    await detector.asking.wait()
    one.change(ADD + "\n")
    assert (await one.answer(waiting))["items"] == []


async def test_a_pull_that_is_cancelled() -> None:
    detector = Gated()
    detector.gate = asyncio.Event()
    one = await reader(ADD, PULLS, detector=detector)
    waiting = one.ask("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    await detector.asking.wait()
    one.notify("$/cancelRequest", {"id": waiting})
    assert (await one.answer(waiting))["code"] == -32800
    assert one.looking.is_looking


async def test_what_is_closed_is_taken_back() -> None:
    one = await reader(ADD)
    await one.settle()
    for _ in range(2):
        one.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert one.published() == [["1: wrong-operator"], []]
    assert (await one.pull())["items"] == []


async def test_what_is_not_open_has_no_findings() -> None:
    one = await reader(ADD, PULLS)
    assert (await one.pull(uri="file:///shop/gone.py"))["items"] == []


async def test_without_a_model_there_are_the_static_checks() -> None:
    one = Reader(None, Gated())
    one.looking.configure(ON, has_folder=True)
    await one.begin({}, SECRET + ADD)
    await one.settle()
    assert (one.published(), one.said()) == ([["0: secret"]], [])


async def test_a_model_that_fails_is_silent_and_asked_again_later() -> None:
    detector = Gated("out of memory")
    one = await reader(SECRET + ADD, PULLS, detector=detector)
    assert lines((await one.pull())["items"]) == ["0: secret"]
    await one.settle()
    detector._problem = ""
    one.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    await one.settle()
    assert lines((await one.pull())["items"]) == ["0: secret", "2: wrong-operator"]
    assert one.said() == []


async def test_the_document_used_last_comes_first() -> None:
    detector = Gated()
    detector.gate = asyncio.Event()
    one = await reader(ADD, detector=detector)
    await detector.asking.wait()
    one.open("file:///shop/other.py", ADD.replace("add", "other"))
    detector.gate.set()
    await one.settle()
    assert ["other" in text for text in detector.asked] == [True, False]


async def test_what_prompts_have_found_is_published_beside_it() -> None:
    one = await reader(ADD)
    await one.settle()
    doc = one.server.session.documents.get(URI)
    assert doc is not None
    one.server.session.instructed.findings.put(doc, "check", [Diagnostic(0, 3, "bad")])
    one.change(f"\n{SECRET}{ADD}")
    await one.settle()
    assert one.published()[-1] == ["1: secret", "2: None", "3: wrong-operator"]


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        pytest.param("utf-8", 17, id="bytes"),
        pytest.param("utf-16", 14, id="UTF-16"),
        pytest.param("utf-32", 13, id="code points"),
    ],
)
async def test_positions_are_in_the_editor_s_units(encoding: str, start: int) -> None:
    general = {"general": {"positionEncodings": [encoding]}}
    one = await reader(
        "def f(a):\r\n    x = '🙂é' - a, a_name_of_some_length, another_one\r\n", PULLS, general
    )
    (item,) = (await one.pull())["items"]
    assert item["range"] == at((1, start), (1, start + 1))


async def test_a_key_while_a_hundred_documents_are_open() -> None:
    detector = Gated()
    one = await reader(ADD, detector=detector)
    for n in range(100):
        one.open(f"file:///shop/{n}.py", ADD.replace("add", f"f{n}"))
    await one.settle()
    assert len(detector.asked) == 10  # an editor may open a whole project
