"""How an outcome looks in a terminal: the line, the suggestion in grey, and what it cost."""

from typing import TYPE_CHECKING

from lsp_local.text import Document, Outcome

if TYPE_CHECKING:
    from rich.text import Text


def ghost_text(
    doc: Document, offset: int, outcome: Outcome, n_above: int = 2, *, is_plain: bool = False
) -> "Text":
    """Return the cursor's line, `n_above` lines more, and the suggestion where it would stand.

    Brackets like ⟦these⟧ mark it too where `is_plain`: there is no style to tell it by.
    """
    from rich.text import Text

    above = doc.text[:offset].split("\n")[-n_above - 1 :]
    rest = doc.text[offset:].partition("\n")[0]
    picture = Text("\n".join(above))
    if outcome.suggestion:
        text = outcome.suggestion.text
        picture.append(f"⟦{text}⟧" if is_plain else text, style="bright_black italic")
    picture.append(rest)
    return picture


def costs(outcome: Outcome) -> str:
    """Return one line: how it ended, how long it took, what was read and what was not."""
    stats = outcome.stats
    if outcome.suggestion and not stats.n_prompt:
        return f"{outcome.reason}, {stats.total_ms:.1f} ms; typed into the suggestion, nothing read"
    return (
        f"{outcome.reason}, {stats.total_ms:.0f} ms (first token {stats.ttft_ms:.0f} ms); "
        f"{stats.n_evaluated} read, {stats.n_reused} reused, {stats.n_predicted} decoded"
    )
