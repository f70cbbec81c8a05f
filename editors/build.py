"""Builds what a release consists of into `dist/`: wheel, sdist, and a package for each editor.

    python editors/build.py [python] [vscode] [neovim] [emacs]    all of them without a name
    python editors/build.py version                               see `put_version`

It needs the extra `release`, for VS Code also Node 22 or newer with npm. Built is the last commit,
whatever else lies in the folder; the same commit gives the same bytes, with the same hatchling.
"""

import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
VERSION_FILE = "lsp_local/__init__.py"
# Where the version stands as well, for those who read no Python.
VERSION_COPIES = [
    ("editors/vscode/package.json", r'^  "version": "(.*)"'),
    ("editors/vscode/package-lock.json", r'\A\{\s+"name": "lsp-local",\s+"version": "(.*)"'),
    ("editors/vscode/package-lock.json", r'^    "": \{\s+"name": "lsp-local",\s+"version": "(.*)"'),
    ("editors/emacs/lsp-local.el", r"^;; Version: (.*)$"),
    ("docs/ci.md", r"^    rev: v(.*)$"),
]
NEOVIM_FOLDERS = ("doc", "lsp", "lua", "plugin")


class BuildError(Exception):
    """What a person must mend before a release can be built."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A checkout of one commit and nothing else; `epoch` is its time in seconds."""

    folder: Path
    version: str
    epoch: int

    def run(self, *command: str, inside: str = ".") -> None:
        """Run a program in a folder of the checkout; BuildError where it fails or is missing."""
        # Archives hold local times and sort names by the locale.
        same = {"SOURCE_DATE_EPOCH": str(self.epoch), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        env = {**os.environ, **same}
        try:
            # Standard output is for the list of what was built.
            subprocess.run(command, cwd=self.folder / inside, env=env, stdout=2, check=True)
        except FileNotFoundError as error:
            raise BuildError(f"{command[0]} is not installed") from error
        except subprocess.CalledProcessError as error:
            raise BuildError(f"failed: {' '.join(command)}") from error


def main() -> None:
    """Build what the command line names, and list it with sizes and SHA-256."""
    names = sys.argv[1:]
    if names == ["version"]:
        put_version(ROOT)
        return
    if unknown := set(names) - set(BUILDERS):
        sys.exit(f"error: cannot build {', '.join(sorted(unknown))}; {', '.join(BUILDERS)} I can")
    os.umask(0o022)  # modes go into the archives
    try:
        build(names or list(BUILDERS), ROOT / "dist")
    except BuildError as error:
        sys.exit(f"error: {error}")


def build(names: list[str], dist: Path) -> None:
    """Build into `dist`, which then holds nothing else."""
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    with TemporaryDirectory() as folder:
        commit = checked_out(Path(folder))
        for name in names:
            BUILDERS[name](commit, dist)
    for path in sorted(dist.iterdir()):
        content = path.read_bytes()
        print(f"{hashlib.sha256(content).hexdigest()}  {len(content):>9}  {path.name}")


def checked_out(folder: Path) -> Commit:
    """Write the last commit into an empty folder."""
    if _git("status", "--porcelain"):
        print("note: what is not committed is not in it", file=sys.stderr)
    # Else the modes were those of this user's git.
    archive = _git("-c", "tar.umask=0022", "archive", "HEAD")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return Commit(folder, version_of(folder), int(_git("log", "-1", "--format=%ct")))


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=-1).stdout
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise BuildError("a release is built from a clone, with git") from error


def version_of(root: Path) -> str:
    """Return the version, from the one place where it is said."""
    text = (root / VERSION_FILE).read_text()
    (version,) = re.findall(r'^__version__ = "(.*)"$', text, re.MULTILINE)
    return str(version)


def put_version(root: Path) -> None:
    """Write the version of `lsp_local/__init__.py` wherever else it stands."""
    version = version_of(root)
    for name, pattern in VERSION_COPIES:
        text = (root / name).read_text()
        match = re.search(pattern, text, re.MULTILINE)
        if match is None:
            raise BuildError(f"{name} has no version where it was")
        start, end = match.span(1)
        (root / name).write_text(text[:start] + version + text[end:])


def build_python(commit: Commit, dist: Path) -> None:
    """Build the sdist, and the wheel from it: so whoever has the sdist has enough."""
    commit.run(sys.executable, "-m", "build", "--outdir", str(dist))


def build_vscode(commit: Commit, dist: Path) -> None:
    """Build the extension from its lock file, with packages of its own."""
    folder = "editors/vscode"
    commit.run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", inside=folder)
    commit.run("npm", "run", "package", inside=folder)
    built = commit.folder / folder / "dist" / "lsp-local.vsix"
    shutil.move(built, dist / f"lsp-local-vscode-{commit.version}.vsix")


def build_neovim(commit: Commit, dist: Path) -> None:
    """Build what is unpacked in a folder `pack/*/start` of Neovim's."""
    archive = packed(neovim_files(commit.folder), "lsp-local", commit.epoch)
    path = dist / f"lsp-local-neovim-{commit.version}.tar.gz"
    path.write_bytes(gzip.compress(archive, mtime=commit.epoch))


def neovim_files(root: Path) -> dict[str, bytes]:
    """Return what Neovim loads, and the licence; its README is for a clone."""
    shim = root / "editors" / "nvim"
    return {"LICENSE": (root / "LICENSE").read_bytes()} | {
        path.relative_to(shim).as_posix(): path.read_bytes()
        for folder in NEOVIM_FOLDERS
        for path in (shim / folder).rglob("*")
        if path.is_file()
    }


def build_emacs(commit: Commit, dist: Path) -> None:
    """Build what `package-install-file` takes."""
    files = emacs_files(commit.folder, commit.version)
    archive = packed(files, f"lsp-local-{commit.version}", commit.epoch)
    (dist / f"lsp-local-emacs-{commit.version}.tar").write_bytes(archive)


def emacs_files(root: Path, version: str) -> dict[str, bytes]:
    """Return the shim, what Emacs must know of it beforehand, and the licence."""
    shim = {path.name: path.read_bytes() for path in (root / "editors" / "emacs").glob("*.el")}
    about = _about_emacs_package(shim["lsp-local.el"].decode(), version)
    licence = (root / "LICENSE").read_bytes()
    return shim | {"lsp-local-pkg.el": about.encode(), "LICENSE": licence}


def _about_emacs_package(main_file: str, version: str) -> str:
    """Return a package's description file, made of the headers of its main file."""
    (summary,) = re.findall(r"^;;; lsp-local\.el --- (.*?)  -\*-", main_file)
    header = dict(re.findall(r"^;; ([A-Z][\w-]*): (.*)$", main_file, re.MULTILINE))
    keywords = " ".join(f'"{one}"' for one in header["Keywords"].split(", "))
    return (
        ";; -*- no-byte-compile: t; lexical-binding: nil -*-\n"
        f'(define-package "lsp-local" "{version}"\n'
        f'  "{summary}"\n'
        f"  '{header['Package-Requires']}\n"
        f"  :keywords '({keywords}))\n"
    )


def packed(files: Mapping[str, bytes], folder: str, epoch: int) -> bytes:
    """Return a tar of files below a folder: the same for the same files, whoever makes it."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size, member.mtime = len(content), epoch
            tar.addfile(member, io.BytesIO(content))
    return written.getvalue()


BUILDERS: dict[str, Callable[[Commit, Path], None]] = {
    "python": build_python,
    "vscode": build_vscode,
    "neovim": build_neovim,
    "emacs": build_emacs,
}

if __name__ == "__main__":
    main()
