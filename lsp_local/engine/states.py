"""KV states on disk: verified before they are used, the least recently used ones dropped."""

import hashlib
import math
import os
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lsp_local.engine.kv import n_common
from lsp_local.folders import is_private, make_private
from lsp_local.locks import locked
from lsp_local.plain import opened

MAGIC = b"lsp-local KV state 2\n"
HEAD = struct.Struct(f"<{len(MAGIC)}s32s32sI")  # magic, key, SHA-256 of the state, n_tokens
SUFFIX = ".kv"
N_WRITE = 4 * 2**20  # bytes a step; a key that comes meanwhile waits for one of them
WORTH_KEEPING = 128  # tokens that no file has yet; fewer are read again in a moment
MOST_TOKENS = 2**20
CAREFUL_GUESS = 300e6  # bytes a second, of a disk that was not asked yet
PART = ".part"
AGAIN_SECONDS = 10.0  # after which a disk that could not be written is tried again


@dataclass(frozen=True, slots=True)
class Stored:
    """A state on disk: which tokens it holds, and the size of its KV bytes."""

    path: Path
    tokens: list[int]
    n_bytes: int


def state_key(fingerprint: str, tokens: Iterable[int]) -> bytes:
    """Return the SHA-256 of everything that a state depends on (32 bytes).

    `fingerprint` names model file, engine build and context parameters.
    """
    digest = hashlib.sha256(fingerprint.encode() + b"\0")
    digest.update(",".join(map(str, tokens)).encode())
    return digest.digest()


class StateStore:
    """A folder of states of one fingerprint, beside those of others under the same bound.

    Invariant: what cannot be read or written is as good as absent; nothing here raises OSError.
    """

    def __init__(self, folder: Path, fingerprint: str, max_bytes: int) -> None:
        self._root = folder
        self._folder = folder / hashlib.sha256(fingerprint.encode()).hexdigest()[:16]
        self._fingerprint = fingerprint
        self._max_bytes = max_bytes
        self._again_at = -math.inf
        self._has_warned = False
        self.load_speed = CAREFUL_GUESS
        self._stored = {found.path: found for found in self._found()}

    def best(self, tokens: list[int]) -> tuple[Stored | None, int]:
        """Return the state that shares the longest prefix with `tokens`, and its length."""
        best, shared = None, 0
        for stored in list(self._stored.values()):
            n_shared = n_common(stored.tokens, tokens)
            if n_shared > shared:
                best, shared = stored, n_shared
        return best, shared

    def read(self, stored: Stored) -> bytearray | None:
        """Return the bytes of a state; None, and it is gone, when it is not what it should be."""
        started = time.perf_counter()
        state = None
        with suppress(OSError):
            key = state_key(self._fingerprint, stored.tokens)
            state = _verified(stored.path, key, self._max_bytes)
        if state is None:
            self._drop(stored.path)
            return None
        self.load_speed = len(state) / max(time.perf_counter() - started, 1e-6)
        with suppress(OSError):
            os.utime(stored.path)  # used just now: the last to be dropped
        return state

    def is_worth_writing(self, tokens: list[int]) -> bool:
        """Whether a state of `tokens` holds enough that no file has."""
        is_writable = time.monotonic() >= self._again_at
        return is_writable and len(tokens) - self.best(tokens)[1] >= WORTH_KEEPING

    def write(self, tokens: list[int], state: bytearray) -> Iterator[None]:
        """Write a state piece by piece; a reader finds it whole or not at all.

        States that it extends go, then those not used for longest until the bound holds.
        """
        if len(state) > self._max_bytes:
            return
        key = state_key(self._fingerprint, tokens)
        path = self._folder / (key.hex()[:32] + SUFFIX)
        part = path.with_suffix(f".{os.getpid()}{PART}")
        try:
            for folder in (self._root, self._folder):
                make_private(folder)
            yield from _written(part, key, tokens, state)
            part.replace(path)
        except OSError as error:
            self._give_up(error)
            return
        finally:  # also of a step that never came, or a disk that is full
            with suppress(OSError):
                part.unlink(missing_ok=True)
        for stored in list(self._stored.values()):
            if n_common(stored.tokens, tokens) == len(stored.tokens) and stored.path != path:
                self._drop(stored.path)
        self._stored[path] = Stored(path, list(tokens), len(state))
        self._keep_bound()

    def _found(self) -> Iterator[Stored]:
        """Yield what the folder holds; whatever else lies there is none of ours."""
        if not (is_private(self._root) and is_private(self._folder)):
            return
        with suppress(OSError):
            for path in self._root.glob(f"*/*{PART}"):
                _sweep(path)
            for path in sorted(self._folder.glob(f"*{SUFFIX}")):
                if (stored := _stored_at(path)) is not None:
                    yield stored

    def _keep_bound(self) -> None:
        """Drop files of all fingerprints, least recently used first, until the bound holds."""
        files = []
        for path in self._root.glob(f"*/*{SUFFIX}"):
            if not is_private(path.parent):
                continue  # a link: what it leads to is not ours
            with suppress(OSError):
                status = path.lstat()
                files.append((status.st_mtime_ns, status.st_size, path))
        n_bytes = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if n_bytes <= self._max_bytes:
                return
            self._drop(path)
            n_bytes -= size

    def _drop(self, path: Path) -> None:
        self._stored.pop(path, None)
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def _give_up(self, error: OSError) -> None:
        """Say it once: the worker's standard error is the server's."""
        self._again_at = time.monotonic() + AGAIN_SECONDS
        if not self._has_warned:
            self._has_warned = True
            print(f"lsp-local: KV states are not kept on disk: {error}", file=sys.stderr)


def _written(path: Path, key: bytes, tokens: list[int], state: bytearray) -> Iterator[None]:
    pieces = [memoryview(state)[start : start + N_WRITE] for start in range(0, len(state), N_WRITE)]
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield
    with _begun(path) as file:
        file.write(HEAD.pack(MAGIC, key, digest.digest(), len(tokens)))
        file.write(struct.pack(f"<{len(tokens)}i", *tokens))
        for piece in pieces:
            file.write(piece)
            yield


def _begun(path: Path) -> BinaryIO:
    """Open a new file, which nobody sweeps away as long as we live. Raises OSError."""
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    while True:
        file = os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600), "wb")
        with ExitStack() as closing, suppress(FileNotFoundError):
            closing.enter_context(file)
            if locked(file) and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                closing.pop_all()
                return file
        # Somebody took it for one that was left behind.


def _sweep(path: Path) -> None:
    """Remove what a process has half written that was killed: the kernel has freed its lock."""
    with suppress(OSError), opened(path) as file:
        if locked(file):
            path.unlink(missing_ok=True)


def _stored_at(path: Path) -> Stored | None:
    """Read the head of a file; None where it is not one of ours."""
    try:
        with opened(path) as file:
            magic, _, _, n_tokens = HEAD.unpack(file.read(HEAD.size))
            if magic != MAGIC or n_tokens > MOST_TOKENS:
                return None
            tokens = list(struct.unpack(f"<{n_tokens}i", file.read(4 * n_tokens)))
            n_bytes = os.fstat(file.fileno()).st_size - HEAD.size - 4 * n_tokens
    except (OSError, struct.error):
        return None
    return Stored(path, tokens, n_bytes)


def _verified(path: Path, key: bytes, max_bytes: int) -> bytearray | None:
    """Return the state in a file if it is whole and made for `key`. Raises OSError."""
    with opened(path) as file:
        try:
            magic, written_key, digest, n_tokens = HEAD.unpack(file.read(HEAD.size))
        except struct.error:
            return None
        if magic != MAGIC or written_key != key:
            return None
        file.seek(4 * n_tokens, os.SEEK_CUR)
        n_expected = os.fstat(file.fileno()).st_size - file.tell()
        if not 0 <= n_expected <= max_bytes:
            return None
        state = bytearray(n_expected)
        n_bytes = file.readinto(state)
    is_whole = n_bytes == len(state) and hashlib.sha256(state).digest() == digest
    return state if is_whole else None
