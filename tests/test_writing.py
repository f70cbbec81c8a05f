"""Files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from lsp_local.text import UserError
from lsp_local.writing import replace


def test_a_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace(path, b"new", before=b"old")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_goes_on_leading_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    replace(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("a", "has changed meanwhile; nothing was written", id="another's"),
        pytest.param("no/a", "cannot write .*No such file", id="no folder"),
        pytest.param("", "cannot write .*Is a directory", id="a folder"),
    ],
)
def test_what_cannot_be_written_stays(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(UserError, match=says):
        replace(tmp_path / name, b"new", before=b"old")
    assert (tmp_path / "a").read_bytes() == b"mine"
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    replace(tmp_path / "pipe", b"new")
    assert os.read(reader, 9) == b"new"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()
