"""What the files and commits of a project show, read while nobody waits."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lsp_local import privacy
from lsp_local.ignores import GENERATED, Ignores
from lsp_local.languages import SCRIPTS, language_of
from lsp_local.memory.observations import Kind, Observation, shortened
from lsp_local.memory.styles import Style, styles_in
from lsp_local.plain import content
from lsp_local.text import Document
from lsp_local.trees import parse

MOST_FILES = 300  # of a project; they are spread over all of its folders
MOST_BYTES = 100_000  # of a file
LANGUAGES = ("python", *SCRIPTS, "java", "c", "cpp")  # in which there is a habit to see
REST = 4.0  # times as long as it works does it rest
N_COMMITS = 100
MOST_FILES_OF_COMMIT = 20
GIT_SECONDS = 10.0
# No command that the repository's configuration names is run on the way.
LOG = (
    *("git", "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false", "log", f"-n{N_COMMITS}", "--no-color", "--no-ext-diff"),
    *("--no-textconv", "--no-renames", "--no-relative", "-z", "--name-only", "--format=%x01%s"),
)
# What a partial clone lacks, git would fetch with the commands that its configuration names.
ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}


def styles_of(
    root: Path, exclude: Sequence[str], is_unwanted: Callable[[], bool], rest: float = REST
) -> Counter[Style]:
    """Count the habits that the files of a project show. Blocks; takes seconds to a minute.

    After each file it rests `rest` times as long as it took.
    """
    found: Counter[Style] = Counter()
    for path in _spread(root, exclude):
        if is_unwanted():
            break
        started = time.perf_counter()
        found += _styles_of_file(root, path)
        time.sleep(rest * (time.perf_counter() - started))
    return found


def commits_of(root: Path, exclude: Sequence[str]) -> list[Observation]:
    """Return the last commits in the folder, oldest first; none where git knows of none."""
    try:
        ran = subprocess.run(
            [*LOG, "--", "."],
            cwd=root,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            check=False,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    ignores = Ignores(root, exclude)
    commits = ran.stdout.decode(errors="replace").split("\1")[1:] if not ran.returncode else []
    return [one for text in reversed(commits) if (one := _commit(text, ignores)) is not None]


def _commit(text: str, ignores: Ignores) -> Observation | None:
    subject, *names = text.replace("\n", "\0").split("\0")
    paths = [name for name in names if name and not ignores.is_ignored(name)]
    if not paths or len(paths) > MOST_FILES_OF_COMMIT or privacy.redact(subject) != subject:
        return None
    return Observation(Kind.COMMIT, paths[0], "", "", shortened(subject), "\n".join(paths))


def _styles_of_file(root: Path, path: str) -> Counter[Style]:
    try:
        text = (content(root / path, MOST_BYTES) or b"").decode()
    except ValueError:
        return Counter()
    text = privacy.hidden(text.replace("\r\n", "\n"))
    language = language_of(path)
    tree = parse(text, language)
    if tree is None:
        return Counter()
    return styles_in(tree, Document("", path, root.name, language, text), 0, len(text))


def _spread(root: Path, exclude: Sequence[str]) -> Iterator[str]:
    """Yield at most MOST_FILES paths of code, evenly from all that there are."""
    paths = [
        path
        for path in Ignores(root, exclude).files(most_bytes=MOST_BYTES)
        if language_of(path) in LANGUAGES and not GENERATED.search(path)
    ]
    step = max(1, len(paths) // MOST_FILES)
    yield from paths[::step][:MOST_FILES]
