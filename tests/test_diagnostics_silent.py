"""Where lint is silent in the editor: what is private, excluded, another's, or all while paused."""

import pytest
from linted import KEY
from shown import ON, PULLS, REFRESH, REFRESHES, Gated, lines, reader

from lsp_local.options import Options

ADD = "def add(a, b):\n    return a - b if is_known(a) else max(a, 0, b)\n"
SECRET = f'key = "{KEY}"\n'


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(Options(lint="on", exclude=("cart.py",)), id="excluded"),
        pytest.param(Options(lint="on", enabled=False), id="off"),
        pytest.param(Options(lint="on", disabled_languages=("python",)), id="a silent language"),
    ],
)
async def test_what_is_not_to_be_read_is_not_looked_at(options: Options) -> None:
    detector = Gated()
    one = await reader(SECRET + ADD, detector=detector, options=options)
    await one.settle()
    assert (await one.pull())["items"] == []
    assert (one.published(), detector.asked) == ([], [])


@pytest.mark.parametrize(
    ("uri", "want"),
    [
        pytest.param("file:///shop/src/a.py", ["0: secret"], id="of the workspace"),
        pytest.param("file:///usr/lib/a.py", [], id="elsewhere"),
        pytest.param("file:///shop/node_modules/x/a.py", [], id="a dependency"),
        pytest.param("file:///shop/env/lib/site-packages/a.py", [], id="a package"),
        pytest.param("git:/elsewhere/a.py", [], id="an older version"),
        pytest.param("untitled:a", ["0: secret"], id="not yet saved"),
    ],
)
async def test_what_the_user_has_not_written_is_not_looked_at(uri: str, want: list[str]) -> None:
    one = await reader("x = 1\n", PULLS)
    one.open(uri, SECRET)
    assert lines((await one.pull(uri=uri))["items"]) == want


async def test_nobody_waits_for_what_is_not_looked_at() -> None:
    one = await reader(ADD, PULLS)
    one.looking.pauses = type(one.looking.pauses)(3600, 3600, 3600)
    one.open("file:///shop/a.md", "# Words\n", "markdown")
    assert (await one.pull(uri="file:///shop/a.md"))["items"] == []


async def test_without_a_workspace_every_file_is_the_users() -> None:
    one = await reader("x = 1\n", PULLS)
    one.looking.configure(ON, has_folder=False)
    one.open("file:///tmp/a.py", SECRET)
    assert lines((await one.pull(uri="file:///tmp/a.py"))["items"]) == ["0: secret"]


async def test_a_private_region_is_not_looked_at() -> None:
    one = await reader(f"# lsp-local: private\n{SECRET}{ADD}# lsp-local: public\n{ADD}")
    await one.settle()
    assert one.published() == [["6: wrong-operator"]]


async def test_paused_there_is_silence_and_afterwards_what_was_known() -> None:
    detector = Gated()
    one = await reader(ADD, detector=detector)
    await one.settle()
    one.server.session.pause(True)
    assert (await one.pull())["items"] == []
    one.change(f"\n{ADD}")
    await one.settle()
    one.server.session.pause(False)
    await one.settle()
    assert lines((await one.pull())["items"]) == ["2: wrong-operator"]
    assert len(detector.asked) == 1


async def test_who_asks_for_findings_is_told_that_a_pause_takes_them_away() -> None:
    one = await reader(ADD, PULLS, REFRESHES)
    await one.settle()
    await one.hear(lambda said: said.get("method") == REFRESH)
    assert lines((await one.pull())["items"]) == ["1: wrong-operator"]
    one.heard.clear()
    one.server.session.pause(True)
    await one.hear(lambda said: said.get("method") == REFRESH)
    assert (await one.pull())["items"] == []
