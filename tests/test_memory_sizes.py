"""What a model takes, and what there is: from files that a system may or may not have."""

from pathlib import Path

import pytest

from lsp_local.engine import memory
from lsp_local.engine.memory import MEGABYTE, free_bytes, size_of

MEMINFO = "MemTotal: 8000000 kB\nMemFree: 1000 kB\nMemAvailable:    2048000 kB\n"


@pytest.mark.parametrize(
    ("n_file", "n_ctx", "want"),
    [
        pytest.param(None, 4096, 0, id="a model that is elsewhere takes nothing here"),
        pytest.param(0, 4096, 0, id="an empty file: whoever loads it says so"),
        pytest.param(
            100 * MEGABYTE,
            4096,
            320,
            id="a fifth more, and what every worker takes",
        ),
        pytest.param(
            100 * MEGABYTE,
            4096 * 11,
            420,
            id="a longer context takes more",
        ),
    ],
)
def test_what_a_model_takes(tmp_path: Path, n_file: int | None, n_ctx: int, want: int) -> None:
    path = tmp_path / "m.gguf"
    with path.open("wb") as file:
        file.truncate(n_file or 0)
    assert round(size_of(None if n_file is None else path, n_ctx) / MEGABYTE) == want


def test_a_file_that_is_gone_takes_nothing(tmp_path: Path) -> None:
    assert size_of(tmp_path / "gone.gguf", 4096) == 0


@pytest.mark.parametrize(
    ("meminfo", "limit", "used", "want"),
    [
        pytest.param(MEMINFO, None, None, 2000, id="what the system says"),
        pytest.param(MEMINFO, "max\n", "5\n", 2000, id="a container without a limit"),
        pytest.param(
            MEMINFO, f"{900 * MEGABYTE}\n", f"{400 * MEGABYTE}\n", 500, id="a small container"
        ),
        pytest.param(
            MEMINFO, f"{100 * MEGABYTE}", f"{400 * MEGABYTE}", 0, id="a container that is full"
        ),
        pytest.param(MEMINFO, "", "", 2000, id="files without a number"),
        pytest.param("MemAvailable:\n", None, None, None, id="a number is missing"),
        pytest.param("", None, None, None, id="an old system"),
        pytest.param(None, None, None, None, id="another system"),
    ],
)
def test_what_is_free(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    meminfo: str | None,
    limit: str | None,
    used: str | None,
    want: int | None,
) -> None:
    paths = [tmp_path / name for name in ("meminfo", "max", "current")]
    for path, text in zip(paths, (meminfo, limit, used), strict=True):
        if text is not None:
            path.write_text(text)
    monkeypatch.setattr(memory, "MEMINFO", paths[0])
    monkeypatch.setattr(memory, "LIMITS", ((paths[1], paths[2]),))
    # Where nobody says, it is a guess from what there is.
    assert free_bytes() // MEGABYTE == want if want is not None else free_bytes() > 0
