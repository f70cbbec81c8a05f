"""Whether anything is learned at the moment: a mark that all servers see, and that stays."""

from lsp_local.folders import make_private, memory_dir
from lsp_local.text import UserError

MARK = "paused"


def is_paused() -> bool:
    """Whether `lsp-local memory pause` has been said."""
    return (memory_dir() / MARK).exists()


def pause() -> None:
    """Let nothing be learned until `resume`. Raises UserError."""
    try:
        make_private(memory_dir())
        (memory_dir() / MARK).touch(mode=0o600)
    except OSError as error:
        raise UserError(f"cannot write {memory_dir() / MARK}: {error.strerror}") from error


def resume() -> None:
    """Let it be learned again. Raises UserError."""
    try:
        (memory_dir() / MARK).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"cannot remove {memory_dir() / MARK}: {error.strerror}") from error
