"""Where a remote engine is, and the key to it: nothing leaves the machine in the clear."""

import asyncio
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from lsp_local.engine.base import EngineError

KEY_VARIABLE = "LSP_LOCAL_REMOTE_KEY"
KEY_SECONDS = 10.0  # that a command may take, such as a password manager's
MOST_KEY = 8192  # characters


@dataclass(frozen=True, slots=True)
class Address:
    """A server's address. Invariant: `url` is https, or http on this machine; no slash ends it."""

    url: str
    host: str
    is_loopback: bool

    @property
    def notice(self) -> str:
        """Say where text goes, for a person."""
        if self.is_loopback:
            return f"text goes to another program on this machine, at {self.url}"
        return f"text leaves this machine: what is read of your files is sent to {self.host}"


def address_of(url: str) -> Address:
    """Read what the user wrote; without a path it is `/v1`. Raises EngineError."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong(url, "is no address") from None
    if not host or parts.scheme not in ("http", "https"):
        raise _wrong(url, "is no address")
    if parts.username is not None or parts.query or parts.fragment:
        raise _wrong(url, "holds more than an address; a key belongs elsewhere")
    is_loopback = _is_loopback(host)
    if parts.scheme == "http" and not is_loopback:
        raise EngineError(
            f"`remote_url` {url} would send your code unencrypted to another machine; write "
            f"https://{host}, or forward a port of this machine to it (`ssh -L`)"
        )
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port is None else f"{shown}:{port}"
    path = parts.path.rstrip("/") or "/v1"
    return Address(f"{parts.scheme}://{netloc}{path}", netloc, is_loopback)


async def key_of(command: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """Return the key that the environment holds or `command` prints; "" is none.

    Raises EngineError.
    """
    key = environ.get(KEY_VARIABLE, "").strip()
    if not key and command:
        key = await asyncio.to_thread(_printed, list(command))
    if not (key.isascii() and key.isprintable()) or " " in key or len(key) > MOST_KEY:
        raise EngineError(
            f"the key is no key: it has spaces, odd characters or several lines; look at "
            f"{KEY_VARIABLE} or `remote_key_command`"
        )
    return key


def _printed(command: list[str]) -> str:
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=KEY_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise EngineError(f"`remote_key_command` {command[0]} does not run: {reason}") from None
    if ran.returncode != 0:
        # What it printed may hold the key.
        raise EngineError(f"`remote_key_command` {command[0]} failed with code {ran.returncode}")
    return ran.stdout.decode(errors="replace").strip()


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(url: str, what: str) -> EngineError:
    return EngineError(
        f"`remote_url` {url!r} {what}; write one such as https://models.example.com/v1 or "
        "http://localhost:8080/v1"
    )
