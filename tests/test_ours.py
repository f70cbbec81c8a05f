"""What the editor of a replay tells our server, and what it makes of the answers."""

import pytest

from lsp_local.evals.ours import new_entries, smallest_change


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
