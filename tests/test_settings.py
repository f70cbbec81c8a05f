import pytest

from lsp_local.lsp.settings import client_asks, merged


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
        pytest.param(
            {"firstRun": "client", "lspLocal": {"nCtx": 1, "first_run": "client"}},
            {"lsp-local": {"firstRun": "client"}},
            {"lspLocal": {"nCtx": 1}},
            id="who asks for a model is no option",
        ),
        pytest.param({"nCtx": {}}, None, {"nCtx": {}}, id="what is wrong stays, to be told"),
        pytest.param([1], {"nCtx": 2}, {"nCtx": 2}, id="odd initialization options"),
        pytest.param([1], [2], [1], id="odd in both places is for the options' reader to say"),
    ],
)
def test_merged(initialization_options: object, settings: object, want: object) -> None:
    assert merged(initialization_options, settings) == want


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
