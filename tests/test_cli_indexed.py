"""A command reads as much of a project as fits into some seconds, and the next one goes on."""

from pathlib import Path

import pytest

from lsp_local.cli import indexed
from lsp_local.cli.indexed import index_of
from lsp_local.options import Options


def test_a_large_project_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "cart.py").write_text("def total(items):\n    return sum(items)\n")
    monkeypatch.setattr(indexed, "MOST_SECONDS", 0.0)
    assert index_of(tmp_path / "shop", Options()).symbols(["total"]) == []
    assert "shop is large: not all of it was read yet" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (symbol,) = index_of(tmp_path / "shop", Options()).symbols(["total"])
    assert symbol.path == "cart.py"
    assert "large" not in capsys.readouterr().err
