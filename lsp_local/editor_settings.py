"""What an editor says of options: our section in each of its messages, and what is in force."""

from collections.abc import Mapping, Sequence

from lsp_local.options import describe

_SECTIONS = ("lsp-local", "lspLocal")
# Not an option: what a client says of itself.
_FIRST_RUN = ("firstRun", "first_run")
_SNAKE = {option.camel_name: option.name for option in describe()}


def in_force(messages: Sequence[object]) -> list[object]:
    """Return our section of each message, the newest last, without what a newer one names.

    Many clients send empty settings, or those of all their servers: that takes nothing back. But
    null does: it is what editors send for an option that is not set, or not any more.
    """
    found: list[object] = []
    named: set[str] = set()
    for message in reversed(messages):
        section = _section_in(message)
        if isinstance(section, Mapping):
            said = {key: raw for key, raw in section.items() if name_of(str(key)) not in named}
            named |= {name_of(str(key)) for key in said}
            section = {key: raw for key, raw in said.items() if raw is not None}
        found.insert(0, section)
    return found


def name_of(key: str) -> str:
    """Return the name of an option that may be spelt in camel case."""
    return _SNAKE.get(key, key)


def client_asks(initialization_options: object) -> bool:
    """Whether the client itself asks its user to fetch a model: `firstRun` is "client".

    It may stand in our section or beside it.
    """
    told = initialization_options if isinstance(initialization_options, Mapping) else {}
    inside = [told, *(told[name] for name in _SECTIONS if isinstance(told.get(name), Mapping))]
    return any(section.get(name) == "client" for section in inside for name in _FIRST_RUN)


def _section_in(message: object) -> object:
    """Return our section of a message, or what stands there bare; None where there is neither."""
    if not isinstance(message, Mapping):
        return message
    nested = [message[name] for name in _SECTIONS if name in message]
    # No option of ours is a table, so a bare table is the section of another server.
    section = nested[0] if nested else {k: v for k, v in message.items() if not _is_others(k, v)}
    if not isinstance(section, Mapping):
        return section
    return {key: raw for key, raw in section.items() if key not in _FIRST_RUN}


def _is_others(key: object, raw: object) -> bool:
    return isinstance(raw, Mapping) and name_of(str(key)) not in _SNAKE.values()
