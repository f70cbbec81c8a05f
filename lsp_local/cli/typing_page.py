"""The figures of `lsp-local bench typing` as the tables of docs/performance.md."""

from collections.abc import Callable
from typing import Any

Figures = dict[str, Any]


def page(found: Figures) -> str:
    """Return a Markdown table, one column a system, and a line that compares ours with the best."""
    systems: dict[str, Figures] = found["systems"]
    lines = [_row("", list(systems)), "|---|" + "---|" * len(systems)]
    lines += [_row(name, [said(one) for one in systems.values()]) for name, said in ROWS]
    return "\n".join([*lines, "", *_comparison(found)])


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _comparison(found: Figures) -> list[str]:
    ratios = [found[name] for name in ("p50_ratio", "p95_ratio", "keystrokes_saved_ratio")]
    if ratios[0] is None:
        return []
    saved = f"{ratios[2]} times as many" if ratios[2] else "some, where the rival has none"
    return [
        f"Against the rival's best figure: key to text p50 **{ratios[0]}**, p95 **{ratios[1]}**; "
        f"characters not typed by hand: **{saved}**."
    ]


def _judged(one: Figures) -> str:
    right, begun = one["right_shown"], one["partly_right_shown"]
    return f"{one['shown']} / {right} / {begun} / {one['wrong_shown']}"


def _times(name: str, *which: str) -> Callable[[Figures], str]:
    def said(one: Figures) -> str:
        spread = one[name]
        return f"{' / '.join(_ms(spread[part]) for part in which)} (n = {spread['n']})"

    return said


def _ms(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}".replace("%", " %")


def _count(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _within(one: Figures) -> str:
    return " / ".join(_percent(one["visible_within"][ms]) for ms in ("100", "200", "500"))


def _pauses(one: Figures) -> str:
    pauses = one["pauses"]
    return f"{_percent(pauses['share_right'])} of {pauses['n']}, {_ms(pauses['median_ms'])} ms"


ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("keys in the trace", lambda one: str(one["keys"])),
    ("suggestions shown / right to the line end / right beginning / wrong", _judged),
    (
        "accepted; **characters not typed by hand**",
        lambda one: f"{one['accepted']}; **{_percent(one['keystrokes_saved'])}**",
    ),
    ("keys answered without the model", lambda one: _percent(one["answered_without_model"])),
    ("key to text, p50 / p90 / p95, ms", _times("key_to_text_ms", "p50", "p90", "p95")),
    (
        "of answers before the next key, p50 / p95, ms",
        _times("same_key_to_text_ms", "p50", "p95"),
    ),
    ("from a cache, p50 / p95, ms", _times("cached_ms", "p50", "p95")),
    ("keys with right text within 100 / 200 / 500 ms", _within),
    ("pauses of 300 ms in a line with right text, and how soon", _pauses),
    (
        "tokens read for an answer, median / p95",
        lambda one: " / ".join(_count(one["n_evaluated_per_key"][n]) for n in ("median", "p95")),
    ),
    ("all tokens through the model, a key", lambda one: _count(one["n_in_all_per_key"])),
    ("tokens decoded for a suggestion shown", lambda one: _count(one["n_decoded_per_shown"])),
    (
        "stale suggestions; answers too late to be seen",
        lambda one: f"{one['stale']}; {one['dropped']}",
    ),
    ("processor seconds a typed minute", lambda one: _count(one["cpu_s_per_typed_minute"])),
)
