"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lsp_local.text import UserError


def replace(path: Path, content: bytes, before: bytes | None = None) -> None:
    """Write a file whole or not at all, and keep its rights; a link goes on leading to it.

    Raises UserError where that fails, or where the file holds anything but `before`.
    """
    try:
        real = path.resolve()
        if real.exists() and not real.is_file():
            _pour(real, content)
        elif not _exchanged(real, content, before):
            raise UserError(f"{path} has changed meanwhile; nothing was written")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; check path and rights") from None


@contextmanager
def growing(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose content is in the file when the body has ended, and not before.

    Raises UserError where the file cannot be written.
    """
    real = path.resolve()
    part = real.with_name(f".{real.name}.{os.getpid()}.lsp-local")
    is_file = not real.exists() or real.is_file()
    try:
        with (part if is_file else real).open("wb") as stream:
            yield stream
        if is_file:
            part.replace(real)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; check path and rights") from None
    finally:
        part.unlink(missing_ok=True)


def _exchanged(real: Path, content: bytes, before: bytes | None) -> bool:
    """Put a new file in place of one that holds `before`; False for any other. Raises OSError."""
    part = real.with_name(f".{real.name}.{os.getpid()}.lsp-local")
    try:
        part.write_bytes(content)
        if real.exists():
            part.chmod(real.stat().st_mode & 0o7777)
        # The last look: what is written was long in the making.
        if before is not None and real.read_bytes() != before:
            return False
        part.replace(real)
        return True
    finally:
        part.unlink(missing_ok=True)


def _pour(path: Path, content: bytes) -> None:
    """Write into what is no file, such as a pipe or `/dev/null`, and leave it there."""
    try:
        with path.open("wb") as stream:
            stream.write(content)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; give the path of a file") from None
