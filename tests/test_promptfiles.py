import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from lsp_local.actions.catalogue import ACTIONS
from lsp_local.userprompts.files import (
    BUILT_IN,
    BadFile,
    PromptFile,
    filled,
    folders_for,
    load,
    own_folder,
)
from lsp_local.userprompts.languages import covers
from lsp_local.userprompts.settings import Output, Scope

PLAIN: dict[str, object] = {
    "title": "Tidy",
    "kind": "refactor.rewrite",
    "languages": (),
    "scope": Scope.SELECTION,
    "output": Output.EDIT,
}
CODE = "\n\n```{{language}}\n{{selection}}\n```"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's configuration folder of the test's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(folder / "config.toml"))
    return folder


def written(tmp_path: Path, files: Mapping[str, str | bytes]) -> Path:
    folder = tmp_path / ".lsp-local" / "prompts"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(
            "---\ntitle: Log it\nkind: quickfix\nlanguages: [python, go]\nscope: function\n"
            "output: comment\n---\nLog {{function}}.\n",
            {
                "title": "Log it",
                "kind": "quickfix",
                "languages": ("python", "go"),
                "scope": Scope.FUNCTION,
                "output": Output.COMMENT,
                "body": "Log {{function}}.",
            },
            id="every key is read",
        ),
        pytest.param(
            "Tidy {{selection}}.", {"body": "Tidy {{selection}}."}, id="no front matter is legal"
        ),
        pytest.param("Tidy up.", {"body": f"Tidy up.{CODE}"}, id="the code is added if not named"),
        pytest.param(
            "# Sort the imports #\nSort {{file}}",
            {
                "title": "Sort the imports",
                "scope": Scope.FILE,
                "body": "# Sort the imports #\nSort {{file}}",
            },
            id="the first heading is the title, and the code named is the scope",
        ),
        pytest.param(
            "```sh\n# no title\n```\n{{selection}}",
            {"body": "```sh\n# no title\n```\n{{selection}}"},
            id="a comment in a code block is no heading",
        ),
        pytest.param(
            "# \x1b[31mred\n{{selection}}",
            {"body": "# \x1b[31mred\n{{selection}}"},
            id="a heading that would steer a terminal is no title",
        ),
        pytest.param(
            "---\nscope: function\n---\nSee {{file}}",
            {
                "scope": Scope.FUNCTION,
                "body": "See {{file}}\n\n```{{language}}\n{{function}}\n```",
            },
            id="the code of the scope is added beside other code",
        ),
        pytest.param(
            b"\xef\xbb\xbf\r\n---\r\ntitle: Tidy\r\n--- \r\n\r\nDo {{ Selection }}\r\n",
            {"body": "Do {{ Selection }}"},
            id="a byte order mark, Windows line ends and blanks do no harm",
        ),
        pytest.param(
            "---\n# only a comment\n---\n{{selection}}", {"body": "{{selection}}"}, id="no keys"
        ),
        pytest.param(
            "---\nlanguages: JS, ts,C#, js\n---\n{{selection}}",
            {"languages": ("javascript", "typescript", "csharp"), "body": "{{selection}}"},
            id="languages have short names and need no brackets",
        ),
        pytest.param(
            "---\nlanguages: [zig, rescript, klingon]\n---\n{{selection}}",
            {"languages": ("zig", "rescript", "klingon"), "body": "{{selection}}"},
            id="a language that we do not know is one all the same",
        ),
        pytest.param(
            "---\nlanguages: []\noutput: Message\n---\n{{selection}}",
            {"output": Output.MESSAGE, "body": "{{selection}}"},
            id="an empty list is all languages, and case does not matter",
        ),
        pytest.param(
            "{{selection}}\n---\nnot: front matter\n---",
            {"body": "{{selection}}\n---\nnot: front matter\n---"},
            id="lines below the text are text",
        ),
        pytest.param(
            "Say \\{{ x }} and {{}} {{{selection}}}",
            {"body": "Say \\{{ x }} and {{}} {{{selection}}}"},
            id="braces that stay are no placeholders",
        ),
        pytest.param(
            "Use 👩‍💻, ü, می‌خواهم and 1️⃣: {{selection}}",
            {"body": "Use 👩‍💻, ü, می‌خواهم and 1️⃣: {{selection}}"},
            id="joiners that are seen are no hidden characters",
        ),
    ],
)
def test_a_good_file(tmp_path: Path, text: str | bytes, want: dict[str, object]) -> None:
    folder = written(tmp_path, {"tidy.md": text})
    prompts, bad = load([folder])
    fields = {**PLAIN, **want}
    assert bad == []
    assert prompts == [PromptFile("tidy", folder / "tidy.md", **fields)]  # type: ignore[arg-type]


def test_what_is_no_prompt_is_left_alone(tmp_path: Path) -> None:
    names = ("README.md", "readme.md", ".#tidy.md", "._tidy.md", "tidy.md~", "x.txt", "md")
    assert load([written(tmp_path, dict.fromkeys(names, b"\xff"))]) == ([], [])


def test_odd_files(tmp_path: Path) -> None:
    folder = written(tmp_path, {"good.md": "x", "good.MD": "x"})
    (folder / "dir.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "none.md").symlink_to("missing.md")
    (folder / "same.md").symlink_to("good.md")
    (tmp_path / "secret").write_text("x")
    (folder / "out.md").symlink_to(tmp_path / "secret")
    prompts, bad = load([folder])
    assert [prompt.name for prompt in prompts] == ["good", "same"]
    assert {(one.path.name, one.line, one.reason.split(";")[0]) for one in bad} == {
        ("good.md", 1, "good.MD has the same name"),
        ("dir.md", 1, "is a folder"),
        ("pipe.md", 1, "is no file"),
        ("loop.md", 1, bad[2].reason.split(";")[0]),  # each Python has its own words
        ("none.md", 1, "cannot be read (No such file or directory)"),
        ("out.md", 1, "is a link out of its folder"),
    }


def test_a_file_without_rights(tmp_path: Path) -> None:
    folder = written(tmp_path, {"good.md": "x", "mine.md": "x"})
    (folder / "mine.md").chmod(0)
    if os.access(folder / "mine.md", os.R_OK):
        pytest.skip("root may read everything")
    reason = "cannot be read (Permission denied); check the file and its rights"
    assert load([folder])[1] == [BadFile(folder / "mine.md", 1, reason)]


def test_only_the_users_own_folder_may_hold_links(tmp_path: Path, home: Path) -> None:
    elsewhere = written(tmp_path / "elsewhere", {"tidy.md": "x"})
    (home / "prompts").symlink_to(elsewhere)
    prompts, bad = load([home / "prompts"])
    assert ([prompt.name for prompt in prompts], bad) == (["tidy"], [])

    workspace = tmp_path / "workspace"
    (workspace / ".lsp-local").mkdir(parents=True)
    link = workspace / ".lsp-local" / "prompts"
    link.symlink_to(elsewhere)
    reason = "is a link to elsewhere; put a folder with files there"
    assert load([link]) == ([], [BadFile(link, 1, reason)])


def test_odd_folders(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, n_bad in (("missing", 0), ("file", 1), ("n" * 300, 1), ("a\0b", 1)):
        prompts, bad = load([tmp_path / name])
        assert (prompts, len(bad)) == ([], n_bad)


def test_a_folder_has_an_end(tmp_path: Path) -> None:
    folder = written(tmp_path, {f"p{n:03}.md": "x" for n in range(202)})
    prompts, bad = load([folder])
    assert [len(prompts), prompts[-1].name] == [200, "p199"]
    reason = "holds over 200 prompt files, and the rest is not read; remove some"
    assert bad == [BadFile(folder, 1, reason)]


def test_of_equal_names_the_earlier_folder_wins(tmp_path: Path, home: Path) -> None:
    (home / "prompts").mkdir()
    for name in ("a", "b", "c"):
        (home / "prompts" / f"{name}.md").write_text(f"my {name} {{{{file}}}}")
    written(tmp_path, {"b.md": "its b {{file}}", "c.md": "{{oops}}", "d.md": "its d {{file}}"})
    folders = folders_for(tmp_path, is_trusted=True)
    assert folders_for(tmp_path, is_trusted=False) == folders_for(None, is_trusted=True)
    assert folders_for(tmp_path, is_trusted=False) == [own_folder()] == [home / "prompts"]
    prompts, bad = load(folders)
    bodies = [prompt.body.removesuffix(" {{file}}") for prompt in prompts]
    assert bodies == ["its b", "its d", "my a", "my c"]
    assert [one.path.name for one in bad] == ["c.md"]


def one_of(
    body: str, scope: Scope = Scope.SELECTION, output: Output = Output.EDIT, *languages: str
) -> PromptFile:
    return PromptFile("x", Path("x.md"), "X", "source", languages, scope, output, body)


@pytest.mark.parametrize(
    ("body", "want"),
    [
        pytest.param("{{selection}} in {{language}}", "{{file}} \\1 in go", id="one pass"),
        pytest.param("{{ SELECTION }}{{function}}", "{{file}} \\1", id="blanks, case, no value"),
        pytest.param("\\{{selection}} {{}} {{x}}", "{{selection}} {{}} {{x}}", id="braces stay"),
        pytest.param("{{{language}}}", "{go}", id="three braces"),
        pytest.param("{{lan\nguage}}", "{{lan\nguage}}", id="a line end between them"),
    ],
)
def test_filled(body: str, want: str) -> None:
    values = {"selection": "{{file}} \\1", "language": "go", "file": "NEVER"}
    assert filled(one_of(body), values) == want


def test_for_diagnostics_the_lines_of_the_code_are_numbered() -> None:
    prompt = one_of("Look:\n{{function}}\nin {{file}}", Scope.FUNCTION, Output.DIAGNOSTIC)
    text = filled(prompt, {"function": "a\n\nb", "file": "z"})
    assert text.startswith("Look:\n1| a\n2| \n3| b\nin z\n\nAnswer with one line for each problem")


@pytest.mark.parametrize(
    ("languages", "language", "want"),
    [
        pytest.param((), "go", True, id="all"),
        pytest.param(("python",), "go", False, id="another language"),
        pytest.param(("python",), "Python", True, id="its language"),
        pytest.param(("shellscript",), "sh", True, id="as editors name it"),
        pytest.param(("typescript",), "typescriptreact", True, id="its dialect"),
        pytest.param(("typescriptreact",), "typescript", False, id="no dialect"),
    ],
)
def test_languages(languages: tuple[str, ...], language: str, want: bool) -> None:
    assert covers(languages, language) is want


def test_no_prompt_file_can_take_the_name_of_an_action() -> None:
    assert frozenset(ACTIONS) == BUILT_IN
