import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lsp_local.config import ConfigError, Options, describe, load, load_strict
from lsp_local.options_page import render_markdown

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"


def check(
    folder: Path,
    want: Mapping[str, Any],
    warns: tuple[str, ...] = (),
    *,
    user: str | bytes = "",
    environ: Mapping[str, str] | None = None,
    editor: object = None,
    workspace: str = "",
) -> None:
    """The only call into the sources; every case below is data.

    `want` holds what differs from the defaults; `warns` the whole warnings, DIR for the folder.
    """
    user_file = folder / "config.toml"
    user_file.write_bytes(user.encode() if isinstance(user, str) else user)
    (folder / "pyproject.toml").write_text(workspace)

    loaded = load(workspace=folder, editor=[editor], environ=environ or {}, user_file=user_file)

    assert tuple(w.replace(str(folder), "DIR") for w in loaded.warnings) == warns
    assert loaded.options == replace(Options(), **want)


NOT_OPTIONS = {
    "LSP_LOCAL_CONFIG": "/nowhere",
    "LSP_LOCAL_MODELS_DIR": "/m",
    "LSP_LOCAL_CACHE_DIR": "/c",
    "LSP_LOCAL_LOG": "x",
    "N_CTX": "512",
}
TOOL = "[tool.lsp-local]\n"

SOURCES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing set gives the defaults": ({}, {}),
    "the user's file is read": ({"user": "n_ctx = 1024"}, {"n_ctx": 1024}),
    "a byte order mark and Windows line ends do no harm": (
        {"user": b"\xef\xbb\xbfn_ctx = 1024\r\n"},
        {"n_ctx": 1024},
    ),
    "the environment wins over the user's file": (
        {"user": "n_ctx = 1024", "environ": {"LSP_LOCAL_N_CTX": "2048"}},
        {"n_ctx": 2048},
    ),
    "the editor wins over the environment": (
        {"environ": {"LSP_LOCAL_N_CTX": "2048"}, "editor": {"n_ctx": 8192}},
        {"n_ctx": 8192},
    ),
    "sources win option by option": (
        {"user": "n_ctx = 1024\nmodel = '/m/x.gguf'", "editor": {"n_ctx": 2048}},
        {"n_ctx": 2048, "model": "/m/x.gguf"},
    ),
    "the environment sets every type": (
        {
            "environ": {
                "LSP_LOCAL_ENABLED": "off",
                "LSP_LOCAL_DEADLINE_MS": "900",
                "LSP_LOCAL_LOG_LEVEL": "debug",
                "LSP_LOCAL_DISABLED_LANGUAGES": "markdown,c",
            }
        },
        {
            "enabled": False,
            "deadline_ms": 900,
            "log_level": "debug",
            "disabled_languages": ("markdown", "c"),
        },
    ),
    "an empty variable counts as not set": ({"environ": {"LSP_LOCAL_MODEL": ""}}, {}),
    "variables that are no options are left alone": ({"environ": NOT_OPTIONS}, {}),
    "editors may write camel case": (
        {"editor": {"nPredictLine": 8, "logFile": "/l"}},
        {"n_predict_line": 8, "log_file": "/l"},
    ),
    "what stands beside our section belongs to other servers": (
        {"editor": {"lsp-local": {"n_ctx": 1024}, "pylsp": {"plugins": {}}}},
        {"n_ctx": 1024},
    ),
    "the section may be in camel case, and a list replaces the list before": (
        {"user": "exclude = ['*.csv']", "editor": {"lspLocal": {"exclude": ["*.sql"]}}},
        {"exclude": ("*.sql",)},
    ),
    "null from an editor counts as not set": (
        {"user": "n_ctx = 1024", "editor": {"n_ctx": None, "model": None}},
        {"n_ctx": 1024},
    ),
    "an empty section sets nothing": ({"editor": {"lsp-local": None}}, {}),
    "a workspace may turn us off": ({"workspace": f"{TOOL}enabled = false"}, {"enabled": False}),
    "a workspace adds to lists, each entry once": (
        {
            "user": "disabled_languages = ['c', 'go']\nexclude = ['*.sql']",
            "workspace": f"{TOOL}disabled_languages = ['go', 'rust']\nexclude = ['gen/**']",
        },
        {"disabled_languages": ("c", "go", "rust"), "exclude": ("*.sql", "gen/**")},
    ),
    "a workspace lowers numbers, and may repeat what holds": (
        {
            "user": "n_ctx = 2048",
            "workspace": f"{TOOL}n_ctx = 1024\nn_predict_block = 96\ndeadline_ms = 100\n"
            "enabled = true",
        },
        {"n_ctx": 1024, "deadline_ms": 100},
    ),
    "a workspace turns lint down": (
        {"editor": {"lint": "on"}, "workspace": f"{TOOL}lint = 'static'"},
        {"lint": "static"},
    ),
    "a broken pyproject.toml without our table is not ours": ({"workspace": "[project\n"}, {}),
    "tool need not be a table": ({"workspace": "tool = 'lsp-local'"}, {}),
}


@pytest.mark.parametrize(("sources", "want"), SOURCES.values(), ids=SOURCES)
def test_sources(tmp_path: Path, sources: dict[str, Any], want: dict[str, Any]) -> None:
    check(tmp_path, want, **sources)


USER, SPACE, EDITOR = "DIR/config.toml:", "DIR/pyproject.toml [tool.lsp-local]:", "editor settings:"
ALL = ", ".join(option.name for option in describe())
MINE = "set it in your own config.toml, in your editor's settings or in the environment"
N_CTX = "`n_ctx` must be a whole number from 512 to 131072"
LIST = "must be a list of texts, none empty, of at most 1000 entries"
DEEP: list[Any] = []
for _ in range(3000):
    DEEP = [DEEP]

WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "a wrong value is named, and the rest of the file holds": (
        {"user": "n_ctx = 'big'\nmodel = 'x'"},
        {"model": "x"},
        [f"{USER} {N_CTX}, not 'big'; it stays 4096"],
    ),
    "a wrong variable leaves what the file said": (
        {"user": "n_ctx = 1024", "environ": {"LSP_LOCAL_N_CTX": "4k"}},
        {"n_ctx": 1024},
        [f"LSP_LOCAL_N_CTX: {N_CTX}, not '4k'; it stays 1024"],
    ),
    "every type says what it expects": (
        {"user": "enabled = 1\nmodel = ''\nlog_level = 'loud'\nlog_file = 2026-01-02"},
        {},
        [
            f"{USER} `enabled` must be true or false, not 1; it stays true",
            f"{USER} `model` must be a text that is not empty, of at most 4096 characters, "
            "not ''; it stays 'qwen2.5-coder-0.5b'",
            f"{USER} `log_level` must be one of error, warning, info, debug, not 'loud'; "
            "it stays 'warning'",
            f"{USER} `log_file` must be a text, of at most 4096 characters, not a date; "
            "it stays ''",
        ],
    ),
    "lists show their beginning": (
        {"user": "exclude = ['a', 'b', 'c']", "editor": {"exclude": ["c", {}, [[]], "go"]}},
        {"exclude": ("a", "b", "c")},
        [f"{EDITOR} `exclude` {LIST}, not ['c', a table, a list, ...]; it stays ['a', 'b', 'c']"],
    ),
    "what is huge is not spelt out": (
        {"user": f"n_ctx = 0x{'f' * 9000}", "editor": {"nCtx": "9" * 5000, "n_ctx": DEEP}},
        {},
        [
            f"{USER} {N_CTX}, not a huge number; it stays 4096",
            f"{EDITOR} {N_CTX}, not '{'9' * 60}...'; it stays 4096",
            f"{EDITOR} {N_CTX}, not [a list]; it stays 4096",
        ],
    ),
    "an unknown name gets the nearest one": (
        {
            "user": "n_ctxx = 1",
            "environ": {"LSP_LOCAL_MODLE": "secret"},
            "editor": {"nPredictLin": 2, "deadline-ms": 3},
        },
        {},
        [
            f"{USER} there is no option 'n_ctxx'; did you mean `n_ctx`?",
            "LSP_LOCAL_MODLE: there is no option 'modle'; did you mean `model`?",
            f"{EDITOR} there is no option 'nPredictLin'; did you mean `n_predict_line`?",
            f"{EDITOR} there is no option 'deadline-ms'; did you mean `deadline_ms`?",
        ],
    ),
    "a name like no other gets the list": (
        {"user": f"{TOOL}n_ctx = 1024"},
        {},
        [f"{USER} there is no option 'tool'; the options are {ALL}"],
    ),
    "a name that is no text or steers a terminal is only shown": (
        {"editor": {3: 4, "\x1b[31m": 5}},
        {},
        [
            f"{EDITOR} there is no option '3'; the options are {ALL}",
            f"{EDITOR} there is no option '\\x1b[31m'; the options are {ALL}",
        ],
    ),
    "a hundred keys are no settings of ours": (
        {"editor": {f"k{n}": n for n in range(101)}},
        {},
        [f"{EDITOR} has 101 keys, so none is read; keep the options only"],
    ),
    "editor settings are no list": (
        {"editor": [1]},
        {},
        [f"{EDITOR} must be a table of options, not [1]"],
    ),
    "nor is our section of them a boolean": (
        {"editor": {"lspLocal": False}},
        {},
        [f"{EDITOR} must be a table of options, not false"],
    ),
    "a workspace's settings are a table too": (
        {"workspace": "[tool]\nlsp-local = 3"},
        {},
        [f"{SPACE} must be a table of options, not 3"],
    ),
    "a workspace cannot set what is the user's": (
        {
            "workspace": f"{TOOL}model = 'x'\nn_threads = 1\nlog_file = 3\n"
            "log_level = 'debug'\ndebounce_ms = 1\nwhy_log = '.git/config'"
        },
        {},
        [
            f"{SPACE} `{name}` is not a workspace's; {MINE}"
            for name in (
                *("model", "n_threads", "log_file", "log_level", "debounce_ms", "why_log"),
            )
        ],
    ),
    "a workspace loosens nothing": (
        {
            "editor": {"enabled": False, "n_ctx": 1024},
            "workspace": f"{TOOL}enabled = true\nn_ctx = 2048",
        },
        {"enabled": False, "n_ctx": 1024},
        [
            f"{SPACE} a workspace may only turn off `enabled`, now false; {MINE}",
            f"{SPACE} a workspace may only lower `n_ctx`, now 1024; {MINE}",
        ],
    ),
    "a workspace turns lint up no further": (
        {"workspace": f"{TOOL}lint = 'on'"},
        {},
        [f"{SPACE} a workspace may only lower `lint`, now 'static'; {MINE}"],
    ),
    "a workspace's mistakes are reported like all others": (
        {"workspace": f"{TOOL}n_ctx = 1\nexclud = []"},
        {},
        [
            f"{SPACE} {N_CTX}, not 1; it stays 4096",
            f"{SPACE} there is no option 'exclud'; did you mean `exclude`?",
        ],
    ),
    "a broken pyproject.toml with our table is reported": (
        {"workspace": f"{TOOL}enabled = false\n[project\n"},
        {},
        [
            "DIR/pyproject.toml: is not valid TOML: Expected ']' at the end of a table "
            "declaration (at line 3, column 9); mend it"
        ],
    ),
}


@pytest.mark.parametrize(("sources", "want", "warns"), WRONG.values(), ids=WRONG)
def test_wrong_settings(
    tmp_path: Path, sources: dict[str, Any], want: dict[str, Any], warns: list[str]
) -> None:
    check(tmp_path, want, tuple(warns), **sources)


def test_the_command_line_lists_every_mistake(tmp_path: Path) -> None:
    user_file = tmp_path / "config.toml"
    user_file.write_text("n_ctx = 1024")
    assert load_strict(environ={}, user_file=user_file).n_ctx == 1024

    with pytest.raises(ConfigError) as raised:
        load_strict(environ={"LSP_LOCAL_N_CTX": "x"}, editor=[{"modl": 1}], user_file=user_file)
    assert str(raised.value).splitlines() == [
        f"LSP_LOCAL_N_CTX: {N_CTX}, not 'x'; it stays 1024",
        f"{EDITOR} there is no option 'modl'; did you mean `model`?",
    ]


def test_the_page_is_current() -> None:
    if os.environ.get("UPDATE"):
        PAGE.write_text(render_markdown(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == render_markdown(), "run UPDATE=1 pytest"
