"""The tables of docs/performance.md."""

from lsp_local.cli.typing_page import page

SPREAD = {"n": 3, "p50": 45.2, "p90": 104.0, "p95": 1234.5}
OURS = {
    "keys": 612,
    "shown": 97,
    "right_shown": 20,
    "partly_right_shown": 46,
    "wrong_shown": 31,
    "accepted": 27,
    "keystrokes_saved": 0.415,
    "answered_without_model": 0.5,
    "key_to_text_ms": SPREAD,
    "same_key_to_text_ms": SPREAD,
    "cached_ms": {"n": 0, "p50": None, "p90": None, "p95": None},
    "visible_within": {"100": 0.208, "200": 0.2, "500": None},
    "pauses": {"n": 73, "share_right": 0.26, "median_ms": 4.71},
    "n_evaluated_per_key": {"median": 1.0, "p95": 61.0},
    "n_in_all_per_key": 11.2,
    "n_decoded_per_shown": 3.71,
    "stale": 0,
    "dropped": 2,
    "cpu_s_per_typed_minute": 24.4,
}
FOUND = {
    "systems": {"lsp-local": OURS, "rival": OURS},
    "p50_ratio": 0.022,
    "p95_ratio": 0.028,
    "keystrokes_saved_ratio": 3.1,
}
COLUMN = [
    "612",
    "97 / 20 / 46 / 31",
    "27; **41.5 %**",
    "50.0 %",
    "45 / 104 / 1,234 (n = 3)",
    "45 / 1,234 (n = 3)",
    "- / - (n = 0)",
    "20.8 % / 20.0 % / -",
    "26.0 % of 73, 4.7 ms",
    "1 / 61",
    "11",
    "3.7",
    "0; 2",
    "24",
]


def test_every_figure_has_its_row() -> None:
    header, rule, *rows, _, comparison = page(FOUND).split("\n")
    assert (header, rule) == ("|  | lsp-local | rival |", "|---|---|---|")
    assert [row.split(" | ")[1] for row in rows] == COLUMN
    assert "p50 **0.022**, p95 **0.028**" in comparison
    assert comparison.endswith("**3.1 times as many**.")


def test_alone_there_is_nothing_to_compare() -> None:
    alone = {**FOUND, "p50_ratio": None, "keystrokes_saved_ratio": None}
    assert "rival's best" not in page(alone)
