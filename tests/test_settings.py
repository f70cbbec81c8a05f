import pytest

from lsp_local.lsp.settings import merged


@pytest.mark.parametrize(
    ("initialization_options", "settings", "want"),
    [
        pytest.param({"nCtx": 1}, None, {"nCtx": 1}, id="null settings take nothing back"),
        pytest.param({"nCtx": 1}, {}, {"nCtx": 1}, id="nor do empty ones"),
        pytest.param({"nCtx": 1}, {"pylsp": {"a": 1}}, {"nCtx": 1}, id="nor another server's"),
        pytest.param({"nCtx": 1}, {"lspLocal": {}}, {"nCtx": 1}, id="nor an empty section"),
        pytest.param(None, {"nCtx": 2}, {"nCtx": 2}, id="settings may come bare"),
        pytest.param(
            {"lsp-local": {"nCtx": 1, "coldMs": 5}},
            {"lspLocal": {"nCtx": 2}, "pylsp": {}},
            {"nCtx": 2, "coldMs": 5},
            id="a section changes what it names",
        ),
        pytest.param([1], {"nCtx": 2}, {"nCtx": 2}, id="odd initialization options"),
        pytest.param([1], [2], [1], id="odd in both places is for the options' reader to say"),
    ],
)
def test_merged(initialization_options: object, settings: object, want: object) -> None:
    assert merged(initialization_options, settings) == want
