import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from lsp_local.userprompts.rules import Rules, rules_for

AGENTS = "AGENTS.md"


def check(
    root: Path,
    files: Mapping[str, str | bytes],
    want: Rules,
    path: str = "src/app/main.py",
    n_chars: int = 1000,
    exclude: tuple[str, ...] = (),
) -> None:
    """The only call into the rules; every case below is data."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    assert rules_for(root, path, n_chars, exclude) == want


def from_one(text: str, warnings: tuple[str, ...] = ()) -> Rules:
    return Rules(f"# {AGENTS}\n{text}", (AGENTS,), warnings)


PAGE = """\
<!-- lint: off -->
[![Build](https://x/y.svg)](https://x) ![Coverage](https://z)

# Shop

<p align="center"><img src="logo.png"></p>

Shop sells things.
It is small.

---

## Style
- Use tabs.
* Name things
  in whole words.

  Never abbreviate.
1. No `<b>` and no `<!--` in code.

## Tests

```sh
# all of them
pytest

- q
```

Run them <!-- hidden
from you --> before you commit.
"""
WHOLE = """\
# Shop
Shop sells things.
It is small.
## Style
- Use tabs.
* Name things
  in whole words.
  Never abbreviate.
1. No `<b>` and no `<!--` in code.
## Tests
```sh
# all of them
pytest

- q
```
Run them  before you commit.
"""
ITEMS = WHOLE.split("small.\n")[1].split("## Tests")[0]

PAGES: dict[str, tuple[str, int, Rules]] = {
    "all that is read": (PAGE, 1000, from_one(WHOLE)),
    "exactly enough room": (PAGE, len(WHOLE) + 12, from_one(WHOLE)),
    "items with their heading first": (PAGE, len(ITEMS) + 12, from_one(ITEMS)),
    "then prose, then code": (
        PAGE,
        len(WHOLE) + 11,
        from_one(WHOLE.replace(WHOLE[WHOLE.index("```sh") : WHOLE.index("Run")], "")),
    ),
    "what is too long is passed over": (
        f"- {'x' * 500}\n- short",
        100,
        from_one("- short\n"),
    ),
    "of a long paragraph the beginning": (
        "# Shop\nBe brief.\nBe kind.\nBe quick.",
        38,
        from_one("# Shop\nBe brief.\nBe kind.\n"),
    ),
    "no room for a line": ("- one", 16, Rules()),
    "no room at all": ("- one", -5, Rules()),
    "nothing to say": ("<!-- x -->\n\n<br>", 100, Rules()),
    "a heading alone": ("# Shop", 100, Rules()),
    "an open fence": ("- a\n~~~\n- b\n```", 100, from_one("- a\n~~~\n- b\n```\n")),
    "an open comment is text": ("- a\n<!-- b\n- c", 100, from_one("- a\n<!-- b\n- c\n")),
    "plain text": ("Be brief.\nBe kind.", 100, from_one("Be brief.\nBe kind.\n")),
}


@pytest.mark.parametrize(("page", "n_chars", "want"), PAGES.values(), ids=PAGES)
def test_what_is_chosen(tmp_path: Path, page: str, n_chars: int, want: Rules) -> None:
    check(tmp_path, {AGENTS: page}, want, n_chars=n_chars)
    assert len(want.text) <= max(n_chars, 0)


AWS = "AKIA" + "QWERTYUIOPASDFGH"
HIDDEN = "invisible characters"
TEXTS: dict[str, tuple[str | bytes, Rules]] = {
    "Windows line ends and a byte order mark": (
        b"\xef\xbb\xbf- a\r\n- b\r",
        from_one("- a\n- b\n"),
    ),
    "invisible characters": (
        "- a\n- b\u200b\U000e0041\n- c\u202e\u00ad",
        from_one(
            "- a\n- b\n- c\n",
            (
                f"{AGENTS}:2 holds {HIDDEN} (U+200B, U+E0041); they were left out",
                f"{AGENTS}:3 holds {HIDDEN} (U+202E, U+00AD); they were left out",
            ),
        ),
    ),
    "a file full of them": (
        "- a\u200b\n" * 7,
        from_one(
            "- a\n" * 7,
            (
                *(f"{AGENTS}:{n} holds {HIDDEN} (U+200B); they were left out" for n in range(1, 6)),
                f"{AGENTS} holds {HIDDEN} in 2 lines more, left out too",
            ),
        ),
    ),
    "a secret": (f"- key = '{AWS}'", from_one("- key = 'REDACTED_SECRET'\n")),
    "what is private": (
        "- a\n<!-- lsp-local: private -->\n- b\n<!-- lsp-local: public -->\n- c",
        from_one("- a\n- c\n"),
    ),
    "a huge file": (
        b"x" * 65_537,
        Rules(warnings=(f"{AGENTS} is larger than 64 kB, so it was not read",)),
    ),
    "a binary file": (
        b"a\0b",
        Rules(warnings=(f"{AGENTS} is not UTF-8 text, so it was not read",)),
    ),
    "Latin-1": (b"caf\xe9", Rules(warnings=(f"{AGENTS} is not UTF-8 text, so it was not read",))),
    "an empty file": ("", Rules()),
    "text that speaks the model's language": ("<|im_end|>", from_one("<|im_end|>\n")),
}


@pytest.mark.parametrize(("content", "want"), TEXTS.values(), ids=TEXTS)
def test_what_is_read(tmp_path: Path, content: str | bytes, want: Rules) -> None:
    check(tmp_path, {AGENTS: content}, want)


MANY = {
    "AGENTS.md": "- root",
    "CLAUDE.md": "- claude",
    ".cursorrules": "- root",
    ".github/copilot-instructions.md": "- copilot",
    "src/AGENTS.md": "- src",
    "src/app/CLAUDE.md": "- app",
    "src/other/AGENTS.md": "- other",
}
ABOVE = [".github/copilot-instructions.md", "CLAUDE.md", "AGENTS.md"][::-1]
ORDER = ["AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md"]


@pytest.mark.parametrize(
    ("path", "n_chars", "want"),
    [
        pytest.param(
            "src/app/main.py",
            1000,
            ["src/app/CLAUDE.md", "src/AGENTS.md", *ORDER],
            id="nearest first, what is said twice once",
        ),
        pytest.param("main.py", 1000, ORDER, id="at the top"),
        pytest.param("src/app/main.py", 50, ["src/app/CLAUDE.md", "src/AGENTS.md"], id="a cap"),
        pytest.param("../main.py", 1000, ORDER, id="outside of the project"),
        pytest.param("/etc/x.py", 1000, ORDER, id="an absolute path"),
        pytest.param("", 1000, ORDER, id="no path"),
        pytest.param("src/new/x/y.py", 1000, ["src/AGENTS.md", *ORDER], id="a new folder"),
        pytest.param("src/AGENTS.md/x.py", 1000, ["src/AGENTS.md", *ORDER], id="no folder"),
        pytest.param("a\0b/\udcff/x.py", 1000, ORDER, id="names that cannot be"),
        pytest.param("d/" * 99 + "x.py", 1000, ORDER, id="very deep"),
    ],
)
def test_where_rules_stand(tmp_path: Path, path: str, n_chars: int, want: list[str]) -> None:
    root = tmp_path / "shop"
    (tmp_path / AGENTS).write_text("- above the root")
    texts = {name: MANY[name] for name in want}
    text = "".join(f"# {name}\n{one}\n" for name, one in texts.items())
    check(root, MANY, Rules(text, tuple(want)), path, n_chars)


def test_what_is_excluded_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "CLAUDE.md").symlink_to(".env")
    check(tmp_path, {AGENTS: "- a", ".env": "- b", "docs.key": "x"}, Rules(), exclude=("agents.*",))


def test_links_do_not_leave_the_project(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / AGENTS).write_text("- elsewhere")
    (root / "src").symlink_to(tmp_path / "elsewhere")
    (root / ".cursorrules").symlink_to(AGENTS)
    (root / "CLAUDE.md").symlink_to("CLAUDE.md")
    os.mkfifo(root / "pipe")
    (root / ".github").mkdir()
    (root / ".github" / "copilot-instructions.md").symlink_to("../pipe")
    loop = rules_for(root, "x.py", 100).warnings[0]
    assert loop.startswith("CLAUDE.md cannot be read (")
    warnings = ("src/AGENTS.md is a link out of the project, so it was not read", loop)
    check(root, {AGENTS: "- a"}, from_one("- a\n", warnings), "src/x.py")


def test_a_project_that_is_reached_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    check(tmp_path / "link", {AGENTS: "- a"}, from_one("- a\n"))


def test_a_folder_cannot_be_called_a_rule(tmp_path: Path) -> None:
    name = "x\n- obey"
    want = Rules("# x\\n- obey/AGENTS.md\n- a\n", (f"{name}/{AGENTS}",))
    check(tmp_path, {f"{name}/{AGENTS}": "- a"}, want, f"{name}/x.py")
