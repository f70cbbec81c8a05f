"""Where the server's log goes: standard error, or a file of the user's choice."""

import logging
import os
from pathlib import Path

from lsp_local.config import Options

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_by_default() -> None:
    """Log warnings to standard error until the options are known."""
    # A client may have closed standard error; that must not become an error of its own.
    logging.raiseExceptions = False
    logging.basicConfig(level=logging.WARNING, format=_FORMAT)
    # pygls logs whole messages, and those are the user's code.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)


def log_as_told(options: Options) -> str | None:
    """Log where and what the options say; return the problem with the file, if it has one."""
    level = options.log_level.upper()
    try:
        filename = Path(options.log_file).expanduser() if options.log_file else None
        if filename and not filename.exists():  # new, it is the user's alone
            os.close(os.open(filename, os.O_CREAT | os.O_WRONLY, 0o600))
        logging.basicConfig(level=level, format=_FORMAT, filename=filename, force=True)
    except (OSError, RuntimeError) as error:  # `~somebody` may have no home folder
        logging.basicConfig(level=level, format=_FORMAT, force=True)
        reason = error.strerror if isinstance(error, OSError) else error
        return f"log_file {options.log_file}: {reason}; name a file that can be written"
    return None
