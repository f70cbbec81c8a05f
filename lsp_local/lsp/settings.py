"""What the editor says about options, in the two messages in which it may."""

from collections.abc import Mapping

_SECTIONS = ("lsp-local", "lspLocal")
# Not an option: what a client says of itself.
_FIRST_RUN = ("firstRun", "first_run")


def merged(initialization_options: object, settings: object) -> object:
    """Return both as one; what `settings` (didChangeConfiguration) does not name stays.

    Many clients send empty settings, or those of all their servers: that takes nothing back.
    """
    told, ours = _options_in(initialization_options), _ours(_options_in(settings))
    return {**_ours(told), **ours} if ours else told


def client_asks(initialization_options: object) -> bool:
    """Whether the client itself asks its user to fetch a model: `firstRun` is "client".

    It may stand in our section or beside it.
    """
    told = initialization_options if isinstance(initialization_options, Mapping) else {}
    sections = [told, *(told[name] for name in _SECTIONS if isinstance(told.get(name), Mapping))]
    return any(section.get(name) == "client" for section in sections for name in _FIRST_RUN)


def _options_in(told: object) -> object:
    """Return what was told without what is no option."""
    if not isinstance(told, Mapping):
        return told
    return {
        key: _options_in(value) if key in _SECTIONS else value
        for key, value in told.items()
        if key not in _FIRST_RUN
    }


def _ours(told: object) -> Mapping[str, object]:
    if not isinstance(told, Mapping):
        return {}
    for name in _SECTIONS:
        section = told.get(name)
        if isinstance(section, Mapping):
            return section
    # No option of ours is a table, so a table is the section of another server.
    return {key: value for key, value in told.items() if not isinstance(value, Mapping)}
