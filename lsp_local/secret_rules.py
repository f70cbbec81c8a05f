"""Which secrets a line may hold: the rules of detect-secrets, and what they miss."""

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

LONGEST_LINE = 4000  # characters that are searched; minified code is no place to edit
NOT_SECRET = ("Public IP (ipv4)",)  # what detect-secrets finds and nobody keeps secret
NAMED = "Secret Keyword"
SHORTEST_LINE = 7  # characters
# What every find of detect-secrets holds, in lower case: a telling word, a long run of the signs
# that keys are made of, or how a known one begins. Nine lines of ten hold none of it.
SUSPECT = re.compile(
    r"(?:api|auth|service|account|db|database|priv|private|client)_?key|(?:db|database|key)_?pass"
    r"|password|passwd|pwd|secret|contrase|_authtoken|private key|putty"
    r"|(?<![a-z0-9+/=_\\-])[a-z0-9+/=_\\-]{20}|[\"'][0-9a-f]{9}"
    r"|ap[\da-f][a-z0-9]{8}|akc[a-z0-9]{10}|eyj|xox|://|hooks\.slack"
)
# How typed languages name a value, which detect-secrets does not know, and how shells do.
NAMED_VALUES = (
    re.compile(
        r"(?i:api_?key|(?:auth|service|account|db|database|priv|private|client)_?key"
        r"|(?:db|database|key)_?pass|password|passwd|pwd|secret)\w*"
        r"(?:\s*:\s*[^=\"'`]{0,40}|\s+[\w.*\[\]]{1,30})?\s*:?=\s*"
        r"(?:(?:String::from|Some|SecretStr)\()?[bBrRfFuU]{0,2}([\"'`])(?P<value>[^\"'`]+)\1"
    ),
    re.compile(
        r"^\s*(?:export\s+)?[A-Z_]*(?:PASSWORD|PASSWD|PWD|SECRET|API_?KEY)[A-Z_]*="
        r"(?P<value>[^\s\"'$(){}\[\].,;]{8,})\s*$"
    ),
)


@lru_cache(maxsize=20_000)  # a line in a window is asked about at every key
def kinds_in(line: str) -> dict[str, set[str]]:
    """Return the secrets in a line, and what each may be."""
    kinds: dict[str, set[str]] = {}
    line = line[:LONGEST_LINE]
    if len(line.strip()) >= SHORTEST_LINE and SUSPECT.search(line.casefold()):
        for plugin in _plugins():
            for found in plugin.analyze_line(filename="", line=line, line_number=0):
                if found.secret_value:
                    kinds.setdefault(found.secret_value, set()).add(found.type)
        for rule in NAMED_VALUES:
            for named in rule.finditer(line):
                kinds.setdefault(named["value"], set()).add(NAMED)
    return kinds


def prepare() -> None:
    """Load the rules (0.1 s), so that the first key need not."""
    _plugins()


@cache
def _plugins() -> "list[BasePlugin]":
    with _no_sockets():
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    kinds: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    return [kind() for name, kind in kinds.items() if name not in NOT_SECRET]


@contextmanager
def _no_sockets() -> Iterator[None]:
    """Import what would ask for an internet socket: urllib3 tries by one whether there is IPv6.

    detect-secrets imports it for services that it could ask; we never do.
    """
    has_ipv6 = socket.has_ipv6
    socket.has_ipv6 = False
    try:
        yield
    finally:
        socket.has_ipv6 = has_ipv6
