"""The one way by which what a user does becomes memory."""

from lsp_local.memory.habits import EDITS
from lsp_local.memory.noting import Event, noted
from lsp_local.memory.observations import Kind
from lsp_local.memory.store import Store

CORRECTED = 5.0  # times as much as what was merely accepted says what was corrected by hand


def keep(store: Store, event: Event, n_days: int) -> None:
    """Keep what may be kept of an event: an observation, and the habits that it shows."""
    found = noted(event)
    if found is None:
        return
    store.add([found.observation], n_days)
    times = CORRECTED if event.kind is Kind.EDITED else 1.0
    store.count_styles({style: n * times for style, n in found.styles.items()}, EDITS)
