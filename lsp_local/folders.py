"""Where the things stand that may be erased at any time: cached suggestions, states, figures."""

import hashlib
import os
import stat
from pathlib import Path


def cache_dir() -> Path:
    """Return the folder of all that can be made again; LSP_LOCAL_CACHE_DIR overrides it."""
    if folder := os.environ.get("LSP_LOCAL_CACHE_DIR"):
        return Path(folder).expanduser()
    from platformdirs import user_cache_path  # only here: it is slow to import

    return user_cache_path("lsp-local", appauthor=False)


def data_dir() -> Path:
    """Return the folder of what cannot be made again; LSP_LOCAL_CACHE_DIR sets it apart, too."""
    if os.environ.get("LSP_LOCAL_CACHE_DIR"):
        return cache_dir()
    from platformdirs import user_data_path  # only here: as above

    return user_data_path("lsp-local", appauthor=False)


def memory_dir() -> Path:
    """Return the folder of what was learned of the projects."""
    return data_dir() / "memory"


def project_key(root: Path) -> str:
    """Return by what the files of a project are called; nobody reads its name from it."""
    return hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]


def completions_dir() -> Path:
    """Return the folder of the suggestions that were shown."""
    return cache_dir() / "completions"


def explanations_dir() -> Path:
    """Return the folder of what the model said of symbols."""
    return cache_dir() / "explanations"


def lint_dir() -> Path:
    """Return the folder of what lint has found."""
    return cache_dir() / "lint"


def states_dir() -> Path:
    """Return the folder of the KV states."""
    return cache_dir() / "states"


def indexes_dir() -> Path:
    """Return the folder of the projects' indexes."""
    return cache_dir() / "indexes"


def worker_log() -> Path:
    """Return the file of what shared model processes print when something is wrong."""
    return cache_dir() / "worker.log"


def stats_dir() -> Path:
    """Return the folder of the figures that `lsp-local stats` prints."""
    return cache_dir() / "stats"


def make_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, for the user alone. Raises OSError."""
    for one in reversed((folder, *folder.parents)):
        if not one.exists():  # `parents=True` would leave those above to the umask
            one.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)  # raises where something else is in the way


def is_private(folder: Path) -> bool:
    """Whether a folder is there, and is the user's alone: no link, and nobody else's."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_ours = os.name != "posix" or found.st_uid == os.geteuid()
    return stat.S_ISDIR(found.st_mode) and is_ours


def make_private(folder: Path) -> None:
    """Make a folder, or the one that is there, the user's alone. Raises OSError.

    Somebody else's folder is refused: its owner could exchange every file in it. So is a link:
    what is written and erased here would be written and erased elsewhere.
    """
    if folder.is_symlink():
        raise PermissionError(f"{folder} is a link; remove it")
    make_folder(folder)
    if os.name != "posix":
        return  # the user's own profile is private on Windows, and it knows no such mode
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to another user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def n_bytes_in(folder: Path) -> int:
    """Return the bytes of all files below a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).lstat().st_size
            except OSError:
                continue
    return total
