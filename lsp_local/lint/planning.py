"""What one run of lint looks at: which files, and which lines of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from lsp_local.lint import changes
from lsp_local.lint.walking import MOST_BYTES, Notice, Source, chosen, root_of, source, targets
from lsp_local.text import UserError


@dataclass(frozen=True, slots=True)
class Item:
    """A file to look at; `lines` have changed, from 1, or all for None."""

    path: str
    lines: Sequence[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to look at, sorted, each once; their paths are relative to `root`."""

    root: Path
    items: tuple[Item, ...]
    is_staged: bool = False

    def read(self, path: str, notice: Notice) -> Source | None:
        """Read a file from where it is to be read; None, and a sentence, where it is no text."""
        if not self.is_staged:
            return source(self.root, path, notice)
        raw = changes.staged_bytes(self.root, path, MOST_BYTES)
        return source(self.root, path, notice, raw)

    def n_bytes(self, path: str) -> int:
        """Return how long a file is about to be, for an estimate."""
        try:
            return min(MOST_BYTES, (self.root / path).stat().st_size)
        except OSError:
            return 0

    def shard(self, n: int, n_shards: int) -> "Plan":
        """Return the part of the plan that is the `n`th, from 1; a file stays in its part."""
        items = tuple(one for one in self.items if _hash(one.path) % n_shards == n - 1)
        return Plan(self.root, items, self.is_staged)


def root_for(paths: Sequence[Path], is_of_changes: bool) -> Path:
    """Return the folder from which paths count. Raises UserError."""
    root = root_of(paths)
    return changes.repository(root) if is_of_changes else root


def whole(root: Path, paths: Sequence[Path], exclude: Sequence[str], notice: Notice) -> Plan:
    """Plan to look at all of the files in `paths`."""
    return Plan(root, tuple(Item(path) for path in targets(root, paths, exclude, notice)))


def since(root: Path, paths: Sequence[Path], exclude: Sequence[str], ref: str) -> Plan:
    """Plan to look at what has changed since HEAD and `ref` parted. Raises UserError."""
    changed = changes.changed_since(root, ref)
    items = (Item(path, changed[path]) for path in chosen(root, paths, exclude, changed))
    return Plan(root, tuple(items))


def staged(root: Path, paths: Sequence[Path], exclude: Sequence[str]) -> Plan:
    """Plan to look at what the next commit changes. Raises UserError."""
    changed = changes.staged(root)
    items = (Item(path, changed[path]) for path in chosen(root, paths, exclude, changed))
    return Plan(root, tuple(items), is_staged=True)


def shard_of(text: str) -> tuple[int, int]:
    """Read I/N. Raises UserError."""
    first, _, last = text.partition("/")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last)):
        raise UserError(f"{text!r} is no shard; write I/N, such as 1/4 for the first of four")
    return int(first), int(last)


def _hash(path: str) -> int:
    return int.from_bytes(sha256(path.encode(errors="surrogateescape")).digest()[:8], "big")
