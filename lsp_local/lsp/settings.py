"""What the editor says about options, in the two messages in which it may."""

from collections.abc import Mapping

_SECTIONS = ("lsp-local", "lspLocal")


def merged(initialization_options: object, settings: object) -> object:
    """Return both as one; what `settings` (didChangeConfiguration) does not name stays.

    Many clients send empty settings, or those of all their servers: that takes nothing back.
    """
    ours = _ours(settings)
    if not ours:
        return initialization_options
    return {**_ours(initialization_options), **ours}


def _ours(told: object) -> Mapping[str, object]:
    if not isinstance(told, Mapping):
        return {}
    for name in _SECTIONS:
        section = told.get(name)
        if isinstance(section, Mapping):
            return section
    # No option of ours is a table, so a table is the section of another server.
    return {key: value for key, value in told.items() if not isinstance(value, Mapping)}
