"""What has changed, by git: since a commit, or in the index."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from lsp_local.text import UserError

Lines = list[tuple[int, int]]

HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
QUOTED = re.compile(rb'\\(?:([0-7]{3})|([abfnrtv\\"]))')
ESCAPES = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"', strict=True))
NO_FILE = re.compile(rb"(?:(?:new|new file) mode|index \S+) 1[26]0000")  # a link, a submodule
# All that the user's configuration could make look otherwise.
DIFF = (
    *("diff", "-U0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--find-renames", "--no-relative", "--ignore-submodules", "--diff-filter=d"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)


def repository(folder: Path) -> Path:
    """Return the top folder of the repository that holds `folder`. Raises UserError."""
    if shutil.which("git") is None:
        raise UserError("`--diff` and `--staged` ask git, which is not installed")
    ran = _git(folder, "rev-parse", "--show-toplevel")
    if ran.returncode:
        said = _said(ran)
        hint = f": {said}" if "not a git repository" not in said else "; leave out --diff, --staged"
        raise UserError(f"{folder} is in no git repository{hint}")
    return Path(os.fsdecode(ran.stdout.removesuffix(b"\n")))


def changed_since(root: Path, ref: str) -> dict[str, Lines]:
    """Return the new and changed lines since the merge base with `ref`, from 1, by path.

    Files that git does not track are not among them. Raises UserError.
    """
    return _changed(root, merge_base(root, ref))


def staged(root: Path) -> dict[str, Lines]:
    """Return the lines that the next commit adds or changes, from 1, by path. Raises UserError."""
    return _changed(root, "--cached")


def staged_bytes(root: Path, path: str, most: int) -> bytes | None:
    """Return what the index holds for a path, at most `most` bytes and one; None for no file."""
    arguments = ("cat-file", "blob", f":{path}")
    with subprocess.Popen(
        _command(*arguments),
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        assert running.stdout is not None
        raw = running.stdout.read(most + 1)
        running.stdout.close()
    return raw if not running.returncode or len(raw) > most else None


def merge_base(root: Path, ref: str) -> str:
    """Return the commit at which HEAD and `ref` parted. Raises UserError."""
    known = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    is_shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    if known.returncode:
        fetch = f"git fetch origin {ref}" if not is_shallow else "git fetch --unshallow origin"
        raise UserError(f"git knows no commit {ref!r} here; perhaps `{fetch}` brings it")
    commit = known.stdout.decode().strip()
    ran = _git(root, "merge-base", commit, "HEAD")
    if not ran.returncode:
        return ran.stdout.decode().strip()
    if is_shallow:
        raise UserError(
            f"this clone is shallow and ends before it meets {ref!r}; run `git fetch --unshallow` "
            "first (in CI: fetch-depth: 0, or GIT_DEPTH: 0)"
        )
    raise UserError(f"HEAD and {ref!r} have no common history; name another commit")


def parse(diff: bytes) -> dict[str, Lines]:
    """Return the lines that are there after a diff with -U0, by path; b/ is taken off."""
    found: dict[str, Lines] = {}
    path, is_file = "", True
    rest = iter(diff.split(b"\n"))
    for line in rest:
        hunk = HUNK.match(line)
        if line.startswith(b"diff --git "):
            path, is_file = "", True
        elif NO_FILE.match(line):
            is_file = False
        elif line.startswith(b"+++ "):
            path = _path(line[4:])
        elif hunk is not None:
            n_old, n_new = (int(one) if one is not None else 1 for one in (hunk[1], hunk[3]))
            if n_new and path and is_file:
                first = int(hunk[2])
                found.setdefault(path, []).append((first, first + n_new - 1))
            # A line that was added may look like a header: `++ b/x` becomes `+++ b/x`.
            _skip(rest, n_old + n_new)
    return found


def offsets(text: str, lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where lines, from 1, begin and end in a text, without the last line end."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    n = len(starts)
    return [(starts[first - 1], ends[min(last, n) - 1]) for first, last in lines if 0 < first <= n]


def _skip(rest: Iterator[bytes], n_lines: int) -> None:
    while n_lines:
        line = next(rest, None)
        if line is None:
            return
        n_lines -= not line.startswith(b"\\")  # `\ No newline at end of file` is not counted


def _path(name: bytes) -> str:
    """Return the path in a header, "" for none: in quotes where it is odd, else up to a tab."""
    if name.startswith(b'"'):
        name = QUOTED.sub(_unquoted, name.rstrip(b"\t")[1:-1])
    else:
        name = name.removesuffix(b"\t")
    return os.fsdecode(name[2:]) if name.startswith(b"b/") else ""


def _unquoted(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 8) if match[1] else ESCAPES[match[2][0]]])


def _changed(root: Path, what: str) -> dict[str, Lines]:
    ran = _git(root, *DIFF, what, "--")
    if ran.returncode:
        raise UserError(f"git cannot say what has changed: {_said(ran)}")
    return parse(ran.stdout)


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(
        _command(*arguments), cwd=folder, env=environ, capture_output=True, check=False
    )


def _command(*arguments: str) -> list[str]:
    # No command that the repository's configuration names is run on the way.
    return ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments]


def _said(ran: subprocess.CompletedProcess[bytes]) -> str:
    lines = ran.stderr.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "it says nothing"
