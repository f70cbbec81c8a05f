"""Options that an editor sets, in its first message and in later ones."""

from pathlib import Path

import pytest

from lsp_local.config import load
from lsp_local.editor_settings import client_asks
from lsp_local.options import Options

ODD = "editor settings: must be a table of options, not [1]"
N_CTX = "editor settings: `n_ctx` must be a whole number from 512 to 131072, not a table"


@pytest.mark.parametrize(
    ("first", "later", "n_ctx"),
    [
        pytest.param({"nCtx": 1024}, None, 1024, id="null settings take nothing back"),
        pytest.param({"nCtx": 1024}, {}, 1024, id="nor do empty ones"),
        pytest.param({"nCtx": 1024}, {"pylsp": {"a": 1}}, 1024, id="nor another server's"),
        pytest.param({"nCtx": 1024}, {"lspLocal": {}}, 1024, id="nor an empty section"),
        pytest.param({"nCtx": 1024}, {"lspLocal": None}, 1024, id="nor one that is null"),
        pytest.param(None, {"nCtx": 2048}, 2048, id="settings may come bare"),
        pytest.param(
            {"lsp-local": {"nCtx": 1024}},
            {"lspLocal": {"n_ctx": 2048}, "pylsp": {}},
            2048,
            id="a section changes what it names, however it is spelt",
        ),
        pytest.param(
            {"nCtx": 1024}, {"lspLocal": {"nCtx": None}}, 512, id="null is not set any more"
        ),
        pytest.param(
            {"firstRun": "client", "lspLocal": {"nCtx": 1024, "first_run": "client"}},
            {"lsp-local": {"firstRun": "client"}},
            1024,
            id="who asks for a model is no option",
        ),
        pytest.param({"nCtx": "x"}, {"nCtx": 2048}, 2048, id="what was wrong is mended"),
    ],
)
def test_the_newest_that_names_an_option_counts(
    tmp_path: Path, first: object, later: object, n_ctx: int
) -> None:
    check(tmp_path, first, later, n_ctx)


@pytest.mark.parametrize(
    ("first", "later", "n_ctx", "warnings"),
    [
        pytest.param({"nCtx": {}}, None, 512, [f"{N_CTX}; it stays 512"], id="a table"),
        pytest.param([1], {"nCtx": 2048}, 2048, [ODD], id="a list at first"),
        pytest.param([1], [1], 512, [ODD, ODD], id="a list each time"),
    ],
)
def test_what_is_wrong_is_told(
    tmp_path: Path, first: object, later: object, n_ctx: int, warnings: list[str]
) -> None:
    check(tmp_path, first, later, n_ctx, *warnings)


def check(folder: Path, first: object, later: object, n_ctx: int, *warnings: str) -> None:
    """Read what an editor says, where the user's file has an option, too."""
    user_file = folder / "config.toml"
    user_file.write_text("n_ctx = 512\n")
    loaded = load(editor=[first, later], environ={}, user_file=user_file)
    assert (loaded.options, loaded.warnings) == (Options(n_ctx=n_ctx), warnings)


@pytest.mark.parametrize(
    ("told", "want"),
    [
        pytest.param({"firstRun": "client"}, True, id="bare"),
        pytest.param({"lsp-local": {"model": "x"}, "firstRun": "client"}, True, id="beside ours"),
        pytest.param({"lspLocal": {"first_run": "client"}}, True, id="in our section"),
        pytest.param({"firstRun": "server"}, False, id="another word"),
        pytest.param({"firstRun": ["client"]}, False, id="no word"),
        pytest.param({"pylsp": {"firstRun": "client"}}, False, id="another server's"),
        pytest.param(None, False, id="nothing"),
        pytest.param([1], False, id="no table"),
    ],
)
def test_client_asks(told: object, want: bool) -> None:
    assert client_asks(told) is want
