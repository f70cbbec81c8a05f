"""What the model said of symbols, kept by what it has read: asked once, shown from then on."""

from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

from lsp_local.symbols.facts import Facts

if TYPE_CHECKING:
    from lsp_local.disk import CompletionDisk  # its import takes 30 ms

PROMPT_VERSION = 1  # of what the model is asked; another one asks again
N_KEPT = 1024  # in memory, some 1 kB each
MAX_BYTES = 16 * 1024 * 1024  # on disk
# How an entry on disk begins: with what was said, or that it is to be said anew.
SAID, FORGOTTEN = "=", "-"


class Explanations:
    """What `model` said, in this session; more is on disk. "" is that it had nothing to say."""

    def __init__(self, model: str, disk: "CompletionDisk | None" = None) -> None:
        self.model = model
        self._disk = disk
        self._said: OrderedDict[bytes, str] = OrderedDict()
        self._forgotten: set[bytes] = set()

    def is_kept_by(self, disk: "CompletionDisk | None") -> bool:
        """Whether this is where more of it is kept."""
        return self._disk is disk

    def recall(self, key: bytes) -> str | None:
        """Return what was said, None where the model was never asked; 0.02 ms for the disk."""
        if key in self._said:
            self._said.move_to_end(key)
            return self._said[key]
        if self._disk is None or key in self._forgotten:
            return None
        entry = self._disk.fetch(key)
        if entry is None or not entry.startswith(SAID):
            return None
        self._keep(key, entry[len(SAID) :])
        return self._said[key]

    def remember(self, key: bytes, text: str) -> None:
        """Keep what was said for this session."""
        self._keep(key, text)

    def store(self, key: bytes) -> None:
        """Write what is known under `key` to the disk: call it in a thread."""
        if self._disk is not None:
            text = self._said.get(key)
            self._disk.store(key, FORGOTTEN if text is None else SAID + text)

    def forget(self, key: bytes) -> None:
        """Let the model be asked again; `store` tells the disk."""
        self._said.pop(key, None)
        self._forgotten.add(key)

    def _keep(self, key: bytes, text: str) -> None:
        self._said[key] = text
        self._said.move_to_end(key)
        if len(self._said) > N_KEPT:
            self._said.popitem(last=False)


def key_of(model: str, facts: Facts) -> bytes:
    """Return the key of an explanation: every one is written and read with this.

    It depends on the definition and on what the model reads, not on where they stand in a file.
    """
    parts = (str(PROMPT_VERSION), model, facts.kind, facts.name, facts.digest, facts.source)
    encoded = [part.encode(errors="surrogatepass") for part in parts]
    lengths = ",".join(str(len(part)) for part in encoded)
    return sha256(b"\0".join([lengths.encode(), *encoded])).digest()
