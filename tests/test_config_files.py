import os
from pathlib import Path

import pytest

from lsp_local.config import Loaded, Options, load

TOO_MUCH = "is not valid TOML: a number too long or tables too deep; mend it"
UNREADABLE = {
    "a syntax error comes with its line": (
        b"n_ctx = 1\nn_ctx 2\n",
        "is not valid TOML: Expected '=' after a key in a key/value pair "
        "(at line 2, column 7); mend it",
    ),
    "Latin-1": (b"n_ctx = 1024\n# caf\xe9\n", "line 2 is not UTF-8; save the file as UTF-8"),
    "a number that Python refuses": (b"n_ctx = " + b"9" * 5000, TOO_MUCH),
    "tables without end": (b"n_ctx = " + b"[" * 5000, TOO_MUCH),
    "too large, cut inside a character": (
        b"# " + b"x\xc3\xa9" * 65_536,
        "is larger than 128 KiB; make it shorter",
    ),
    "a key that takes minutes to read": (
        b"\n" + b".".join([b"a"] * 102) + b" = 1",
        "line 2 has over 100 dots; break it up",
    ),
    "a NUL byte": (
        b"n_ctx = 1\0",
        "is not valid TOML: Expected newline or end of document after a statement "
        "(at line 1, column 10); mend it",
    ),
}


@pytest.mark.parametrize(("content", "complaint"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_text(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    assert load(environ={}, user_file=path) == Loaded(Options(), (f"{path}: {complaint}",))


NO_FILE = {
    "a folder": (".", "is not a file; put a TOML file there or remove it"),
    "a pipe, which must not be waited for": (
        "pipe",
        "is not a file; put a TOML file there or remove it",
    ),
    "a file that was named but is missing": (
        "missing",
        "there is no such file; write it or name another one",
    ),
    "a name too long": ("n" * 300, "cannot be read (File name too long); check path and rights"),
}


@pytest.mark.parametrize(("name", "complaint"), NO_FILE.values(), ids=NO_FILE)
def test_unreadable_file(tmp_path: Path, name: str, complaint: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / name
    assert load(environ={}, user_file=path).warnings == (f"{path}: {complaint}",)
    assert load(environ={"LSP_LOCAL_CONFIG": str(path)}).warnings == (f"{path}: {complaint}",)


@pytest.mark.parametrize("odd", ["a\0b", "\udcff", "n" * 300, "loop", "config.toml"])
def test_an_odd_path_is_no_crash(tmp_path: Path, odd: str) -> None:
    empty = tmp_path / "config.toml"
    empty.touch()
    (tmp_path / "loop").symlink_to("loop")
    for workspace, user_file in ((tmp_path / odd, empty), (None, tmp_path / odd)):
        loaded = load(workspace=workspace, environ={}, user_file=user_file)
        assert loaded.options == Options()
        # A lone surrogate in a warning would raise here, and in the client.
        assert all(warning.encode() for warning in loaded.warnings)


def test_the_default_file_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load(environ={}).warnings == ()
