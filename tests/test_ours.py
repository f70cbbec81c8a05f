"""What the editor of a replay tells our server, and what it makes of the answers."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from lsp_local.evals.ours import Ours, new_entries, smallest_change


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ab", "axb"),
        ("aa", "aaa"),
        ("", "x"),
        ("a\r\nb", "a\r\nc\r\nb"),
        ("a\nb", "a\r\nb"),
        ("x\ny", "x\n😀\ny"),
        ("x", ""),
    ],
)
def test_a_change_sent_to_the_server_makes_the_new_text(old: str, new: str) -> None:
    from lsprotocol import converters, types

    from lsp_local.lsp.convert import changed_text

    params = {"textDocument": {"uri": "a", "version": 1}}
    told = {**params, "contentChanges": [smallest_change(old, new)]}
    sent = converters.get_converter().structure(told, types.DidChangeTextDocumentParams)
    assert changed_text(old, sent.content_changes[0], "utf-32") == new


def test_what_is_new_in_the_list_of_costs() -> None:
    a, b, c = ({"n_evaluated": n} for n in range(3))
    assert new_entries([], [b, a]) == [b, a]
    assert new_entries([b, a], [c, b]) == [c]
    assert new_entries([b, a], [b, a]) == []
    assert new_entries([a], [a, a]) == [a]


def test_not_idle_until_all_costs_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Ours()
    told: dict[str, Callable[[Any], None]] = {}

    def request(method: str, params: object, on_answer: Callable[[Any], None]) -> None:
        told[method] = on_answer

    monkeypatch.setattr(system, "_rpc", SimpleNamespace(request=request))
    system._ask_costs()
    told["lspLocal/why"]([])
    assert not system.is_idle
    told["lspLocal/stats"]({"work": {"n_prefilled": 3, "n_decoded": 2}})
    assert system.is_idle
