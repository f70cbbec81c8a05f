"""What the commits of a repository have added, as git tells it, one file of one commit a time."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lsp_local.text import UserError

LONGEST_LINE = 2**16  # bytes that are looked at; the rest of a line is passed over
HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
# What the user or the repository has configured must not change what is read.
PLAIN = (
    *("-c", "core.quotePath=false", "-c", "log.showRoot=true"),
    *("-c", "log.showSignature=false", "-c", "diff.suppressBlankEmpty=false"),
)
PATCH = (
    *(
        "--no-merges",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--full-index",
    ),
    *("--diff-filter=AM", "--diff-algorithm=histogram", "--inter-hunk-context=0", "-U0", "-p"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules", "--no-notes"),
    f"-O{os.devnull}",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which commits are wanted; an empty text is all of them."""

    since: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """A file as a commit left it. `spans`: first and last line (from 0, exclusive) of each hunk."""

    commit: str
    path: str
    blob: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with a working tree at `root`; a shallow one lacks what came earlier."""

    root: Path
    is_shallow: bool

    @classmethod
    def at(cls, folder: Path) -> "Repository":
        """Find the repository that `folder` is in. Raises UserError."""
        if not folder.is_dir():
            raise UserError(f"{folder} is no folder; give the folder of a repository")
        root = _git(folder, "rev-parse", "--show-toplevel").rstrip("\n")
        if not root:
            raise UserError(f"{folder} has no working tree; clone it and give the clone's folder")
        is_shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == "true"
        return cls(Path(root), is_shallow)

    def n_commits(self, wish: Wish) -> int:
        """Count the commits that are wanted. Raises UserError where there is none at all."""
        return int(_git(self.root, "rev-list", "--count", *self._chosen(wish)).strip())

    def added(self, wish: Wish) -> Iterator[Added | str]:
        """Yield the name of each commit, the newest first, and then what it has added."""
        command = [*_command(self.root), "log", "--format=%x01%H", *PATCH, *self._chosen(wish)]
        with _running(command) as process:
            assert process.stdout is not None
            yield from _parsed(process.stdout)
            # An early end is no end: what is missing would be missed by nobody.
            if process.wait() != 0:
                raise UserError(f"git log in {self.root} ended with code {process.returncode}")

    def _chosen(self, wish: Wish) -> list[str]:
        since = [f"--since={wish.since}"] if wish.since else []
        author = [f"--author={wish.author}"] if wish.author else []
        # Where a shallow clone ends, all files look as if they had been added.
        parents = ["--min-parents=1"] if self.is_shallow else []
        return [*since, *author, *parents, "--no-merges", "HEAD", "--"]


class Blobs:
    """Contents of files by their git names, through one process."""

    def __init__(self, process: "subprocess.Popen[bytes]", most_bytes: int) -> None:
        self._process = process
        self._most_bytes = most_bytes

    def read(self, blob: str) -> bytes | None:
        """Return a file's content; None for one that is larger than wanted, or not there."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{blob}\n".encode())
        stdin.flush()
        _, kind, *size = stdout.readline().split()
        if kind == b"missing" or not size:
            return None
        n_left = int(size[0]) + 1  # and a line end
        is_wanted = kind == b"blob" and n_left <= self._most_bytes
        pieces = []
        while n_left:
            piece = stdout.read(min(n_left, 2**20))
            if not piece:
                raise UserError("git cat-file ended early; run `git fsck`")
            n_left -= len(piece)
            if is_wanted:
                pieces.append(piece)
        return b"".join(pieces)[:-1] if is_wanted else None


@contextmanager
def blobs(root: Path, most_bytes: int) -> Iterator[Blobs]:
    """Give a reader of file contents, and end its process."""
    with _running([*_command(root), "cat-file", "--batch"]) as process:
        yield Blobs(process, most_bytes)


def _parsed(lines: IO[bytes]) -> Iterator[Added | str]:
    commit, path, blob, spans = "", "", "", list[tuple[int, int]]()
    while line := lines.readline(LONGEST_LINE):
        if match := HUNK.match(line):
            n_removed, first, n_added = match[1], int(match[2]), int(match[3] or 1)
            _pass_over(lines, line)
            for _ in range(int(n_removed or 1) + n_added):
                _pass_over(lines, lines.readline(LONGEST_LINE))
            if n_added:
                spans.append((first - 1, first - 1 + n_added))
            continue
        _pass_over(lines, line)
        if line.startswith((b"\x01", b"diff --git ")) and spans:
            yield Added(commit, path, blob, tuple(spans))
            spans = []
        if line.startswith(b"\x01"):
            commit = line[1:].strip().decode()
            yield commit
        elif line.startswith(b"index "):
            blob = line.split()[1].partition(b"..")[2].decode()
        elif line.startswith(b"+++ "):
            path = line[6:].rstrip(b"\n").removesuffix(b"\t").decode(errors="replace")
    if spans:
        yield Added(commit, path, blob, tuple(spans))


def _pass_over(lines: IO[bytes], line: bytes) -> None:
    """Read on to the end of a line that is longer than what was read of it."""
    while line and not line.endswith(b"\n"):
        line = lines.readline(LONGEST_LINE)


def _command(folder: Path) -> list[str]:
    return ["git", "-C", str(folder), "--no-pager", *PLAIN]


@contextmanager
def _running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=_environment(), **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _git(folder: Path, *arguments: str) -> str:
    try:
        ran = subprocess.run(
            [*_command(folder), *arguments], capture_output=True, check=False, env=_environment()
        )
    except FileNotFoundError:
        raise UserError("this needs git, which is not installed") from None
    said = ran.stderr.decode(errors="replace").strip()
    if ran.returncode and "not a git repository" in said:
        raise UserError(f"{folder} is in no git repository; its history is what is exported")
    if ran.returncode and "must be run in a work tree" in said:
        return ""
    if ran.returncode and "HEAD" in said:
        raise UserError(f"the repository in {folder} has no commit yet")
    if ran.returncode:
        raise UserError(f"git in {folder}: {said or f'code {ran.returncode}'}")
    return os.fsdecode(ran.stdout)
