from pathlib import Path

import pytest

from lsp_local.userprompts.files import BadFile, load

KEYS = "title, kind, languages, scope, output"
NAMES = "selection, function, file, diagnostics, language"
STAYS = "; write `\\{{` for braces that stay"
LINES = "values are texts and lists of texts; nothing goes deeper"
ANCHORS = "anchors (`&x`) and aliases (`*x`) are not allowed; quote the text"
QUOTED = "which YAML reads as no text; put it in quotes"
LANGUAGES = "`languages` must be a list of languages, such as [python, go]"
TITLE = "`title` must be one line of 1 to 80 visible characters"


def front(lines: str, body: str = "Do {{selection}}") -> str:
    return f"---\n{lines}\n---\n{body}"


BAD: dict[str, tuple[str | bytes, int, str]] = {
    "an unknown key": (
        front("kind: source\ntitel: x"),
        3,
        f"there is no key `titel`; did you mean `title`? There are {KEYS}",
    ),
    "a key like no other": (front("zzz: x"), 2, f"there is no key `zzz`; there are {KEYS}"),
    "a key that would steer a terminal": (
        front('"\\e[31m": x'),
        2,
        f"there is no key `\\x1b[31m`; there are {KEYS}",
    ),
    "a key twice": (front("title: a\ntitle: b"), 3, "`title` is set twice; remove one of the two"),
    "a wrong choice": (
        front("scope: functions"),
        2,
        "`scope` cannot be `functions`; did you mean `function`? There are selection, function, "
        "file",
    ),
    "another kind than ours": (
        front("kind: refactor.inline"),
        2,
        "`kind` cannot be `refactor.inline`; did you mean `refactor`? There are refactor.rewrite, "
        "quickfix, refactor.extract, refactor, source",
    ),
    "a misspelt language": (
        front("languages: [go, pyhton]"),
        2,
        "`languages` cannot hold `pyhton`; did you mean `python`?",
    ),
    "a number as title": (
        front("title: 12"),
        2,
        f"`title` must be one line of text, not `12`, {QUOTED}",
    ),
    "Norwegian": (front("languages: no"), 2, f"{LANGUAGES}, not `no`, {QUOTED}"),
    "a number in a list": (
        front("languages: [c, 1]"),
        2,
        f"{LANGUAGES}, not a list with `1`, {QUOTED} in it",
    ),
    "an empty entry": (front("languages: 'c,,go'"), 2, f"{LANGUAGES}, of at most 50"),
    "a table as value": (
        front("title: {a: b}"),
        2,
        "`title` must be one line of text, not a table",
    ),
    "a list as title": (front("title: [a]"), 2, "`title` must be one line of text, not a list"),
    "nothing as value": (front("title:"), 2, "`title` must be one line of text, not empty"),
    "a title of two lines": (front("title: |\n  a\n  b"), 2, TITLE),
    "a title that would steer a terminal": (front('title: "\\e[31mred"'), 2, TITLE),
    "a title too long": (front(f"title: {'x' * 81}"), 2, TITLE),
    "deep lists": (front("title: [[a]]"), 2, LINES),
    "an anchor": (front("kind: source\ntitle: &a x"), 3, ANCHORS),
    "an alias": (front("title: *a"), 2, ANCHORS),
    "a bomb": (
        front("a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]"),
        2,
        ANCHORS,
    ),
    "a bomb of brackets": (
        front("[" * 4000),
        2,
        "front matter has over 40 brackets; use fewer",
    ),
    "an object of Python's": (
        front("title: !!python/object/apply:os.system [ls]"),
        2,
        "`title` must be one line of text, not a list",
    ),
    "a list instead of keys": (
        front("- a"),
        2,
        "front matter must be lines such as `title: Text`",
    ),
    "a list as key": (front("? [a]\n: b"), 2, "a key must be a name, such as `title`"),
    "a colon in a text": (
        front("kind: source\ntitle: Fix: all"),
        3,
        "is not YAML: a text with `: ` in it must be in quotes",
    ),
    "a tab": (
        front("title: a\n\tkind: source"),
        3,
        "is not YAML: a tab stands where only spaces may; indent with spaces",
    ),
    "a sign that YAML keeps for later": (
        front("title: @home"),
        2,
        "is not YAML: found character '@' that cannot start any token; put the text in quotes",
    ),
    "a quote that never closes": (
        front("title: 'a"),
        2,
        "is not YAML: found unexpected end of stream; put the text in quotes",
    ),
    "two documents": (
        front("title: a\n...\ntitle: b"),
        4,
        "is not YAML: expected '<document start>', but found '<block mapping start>'; "
        "put the text in quotes",
    ),
    "a control character": (front("a: b\ntitle: \x07"), 3, "holds a control character; remove it"),
    "front matter without an end": (
        "\n---\ntitle: a\nText",
        2,
        "front matter begins here and never ends; add a line `---`",
    ),
    "long front matter": (
        front(f"# {'x' * 5000}"),
        2,
        "front matter is over 4096 characters; make it shorter",
    ),
    "an unknown placeholder": (
        front("title: a", "One\r\n{{selction}}"),
        5,
        f"there is no {{{{selction}}}}; did you mean `selection`? There are {NAMES}{STAYS}",
    ),
    "an expression of another template": (
        "Use ${{ github.ref }}",
        1,
        f"there is no {{{{github.ref}}}}; there are {NAMES}{STAYS}",
    ),
    "a placeholder that would steer a terminal": (
        "{{\x1b[31m}}",
        1,
        f"there is no {{{{\\x1b[31m}}}}; there are {NAMES}{STAYS}",
    ),
    "a value that would steer a terminal": (
        front('title: !x "\\e[31m"'),
        2,
        f"`title` must be one line of text, not `\\x1b[31m`, {QUOTED}",
    ),
    "no text": (
        front("title: a", " \n"),
        4,
        "says nothing to the model; write below what it is to do",
    ),
    "an empty file": ("", 1, "says nothing to the model; write below what it is to do"),
    "Latin-1": (b"One\ncaf\xe9", 2, "is not UTF-8; save the file as UTF-8"),
    "UTF-16": ("Fix".encode("utf-16"), 1, "is not UTF-8; save the file as UTF-8"),
    "UTF-16 without a mark": (
        "a\nFix".encode("utf-16-le"),
        1,
        "holds a NUL byte, so it is no text; save the file as UTF-8",
    ),
    "a large file": (b"x" * 65_537, 1, "is larger than 64 kB; make it shorter"),
    "text that nobody sees": (
        "Tidy up.\n\nGood\U000e0041\U000e0042\u200b\u202e.",
        3,
        "holds invisible characters (U+E0041, U+E0042, U+200B, ...); remove them",
    ),
}


@pytest.mark.parametrize(("text", "line", "reason"), BAD.values(), ids=BAD)
def test_a_bad_file_is_named_and_the_others_work(
    tmp_path: Path, text: str | bytes, line: int, reason: str
) -> None:
    folder = tmp_path / "prompts"
    folder.mkdir()
    content = text.encode() if isinstance(text, str) else text
    for name, one in (("a", b"{{file}}"), ("b", content), ("c", b"{{file}}")):
        (folder / f"{name}.md").write_bytes(one)
    prompts, bad = load([folder])
    assert bad == [BadFile(folder / "b.md", line, reason)]
    assert [prompt.name for prompt in prompts] == ["a", "c"]


NO_NAME = "a name has letters, digits, `-`, `_` and `.` only; rename the file"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("fix.md", "`fix` is the name of a built-in action; rename the file", id="fix"),
        pytest.param(
            "Tests.md", "`tests` is the name of a built-in action; rename the file", id="Tests"
        ),
        pytest.param("a b.md", NO_NAME, id="a blank"),
        pytest.param("-x.md", NO_NAME, id="what looks like an option"),
        pytest.param("\x1b[31m.md", NO_NAME, id="what would steer a terminal"),
        pytest.param("prüfe-2.0.md", "", id="letters of all languages"),
        pytest.param("u\u0308.md", "", id="letters and accents apart"),
    ],
)
def test_names(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / name).write_text("x")
    assert [bad.reason for bad in load([tmp_path])[1]] == ([reason] if reason else [])
