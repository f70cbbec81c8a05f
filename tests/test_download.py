import shutil
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny_models import (
    CDN,
    CONTENT,
    HUB,
    WHEELS,
    Files,
    check_pull,
    refusal,
    serve,
    start_pull,
    stop_when_held,
    tiny,
    use,
    use_empty_folder,
)

from lsp_local.models import part_of, path_of

HALF = len(CONTENT) // 2


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_empty_folder(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("files", "sent"),
    [
        pytest.param(Files({CDN: CONTENT}), [(0, len(CONTENT))], id="in one go"),
        pytest.param(
            Files({CDN: CONTENT}, cut={CDN: HALF}),
            [(0, HALF), (HALF, len(CONTENT) - HALF)],
            id="a lost connection is taken up where it broke",
        ),
        pytest.param(
            Files({CDN: CONTENT}, cut={CDN: HALF}, knows_ranges=False),
            [(0, HALF), (0, len(CONTENT))],
            id="a server without ranges sends it all again",
        ),
    ],
)
def test_hub(files: Files, sent: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(files):
        use(files, monkeypatch)
        assert check_pull(tiny(HUB)) == ["model hub, tiny/models", "verifying SHA-256"]
    assert [(start, n) for _, start, n in files.sent] == sent


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(
            CONTENT[:-1] + b"x",
            "its content has another SHA-256 than the catalogue says, and was deleted",
            id="another content of the same size",
        ),
        pytest.param(
            CONTENT + b"x",
            "it offers bytes 0-102404/102405 bytes where the catalogue says 102404",
            id="another size is refused before a byte is written",
        ),
    ],
)
def test_hub_with_another_file(
    content: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(Files({CDN: content})) as files:
        use(files, monkeypatch)
        assert refusal(tiny(HUB)) == (
            f"tiny-1k could not be pulled (model hub, tiny/models: {reason}); mend that and run "
            "the same command again, or bring tiny.gguf from another machine and run "
            "`lsp-local model pull tiny-1k --from FILE`"
        )
    assert not part_of(tiny()).exists() or part_of(tiny()).stat().st_size == 0


def test_bytes_kept_from_another_file_cost_one_more_go(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models_folder.mkdir()
    part_of(tiny()).write_bytes(b"x" * HALF)
    with serve(Files({CDN: CONTENT})) as files:
        use(files, monkeypatch)
        check_pull(tiny(HUB))
    assert [start for _, start, _ in files.sent] == [HALF, 0]


@pytest.mark.parametrize("sent_signal", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_hub_pull_fetches_no_byte_again(
    sent_signal: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(Files({CDN: CONTENT}, cut={CDN: HALF}, holds=True)) as files:
        use(files, monkeypatch)
        n_kept = stop_when_held(tiny(HUB), files, sent_signal, "model hub")
        check_pull(tiny(HUB))
    assert n_kept > 0
    assert files.sent == [(CDN, 0, HALF), (CDN, n_kept, len(CONTENT) - n_kept)]


def test_two_pulls_at_once_fetch_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Files({CDN: CONTENT}, cut={CDN: HALF}, holds=True)) as files:
        use(files, monkeypatch)
        with start_pull(tiny(HUB)) as first:
            assert files.is_held.wait(10)
            with start_pull(tiny(HUB)) as second:
                assert second.stderr is not None
                lines = [second.stderr.readline() for _ in range(2)]
                assert lines[1] == "another pull is running; waiting for it\n"
                files.release.set()
                first.communicate(timeout=10)
                second.communicate(timeout=10)
    assert (first.returncode, second.returncode) == (0, 0)
    assert files.n_sent(CDN) == len(CONTENT)
    assert path_of(tiny()).read_bytes() == CONTENT


def test_a_file_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "usb.gguf").write_bytes(CONTENT)
    stages = check_pull(tiny(HUB), tmp_path / "usb.gguf")
    assert stages == [f"copying {tmp_path}/usb.gguf", "verifying SHA-256"]
    assert check_pull(tiny(HUB)) == []  # and now nothing is left to do


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(CONTENT[:-1], "has 102403 bytes where tiny-1k has 102404", id="too short"),
        pytest.param(b"x" * len(CONTENT), "its content has another SHA-256", id="another file"),
        pytest.param(None, "cannot be read: No such file or directory", id="no file"),
    ],
)
def test_a_wrong_file_from_elsewhere(content: bytes | None, reason: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "usb.gguf").write_bytes(content)
    assert f"usb.gguf: {reason}" in refusal(tiny(HUB), tmp_path / "usb.gguf")


def test_a_damaged_model_is_replaced(models_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "usb.gguf").write_bytes(CONTENT)
    models_folder.mkdir()
    path_of(tiny()).write_bytes(CONTENT[:HALF])
    assert check_pull(tiny(), tmp_path / "usb.gguf")[0].endswith("is damaged; fetching it again")


def test_a_model_laid_there_by_hand_is_only_hashed(models_folder: Path) -> None:
    models_folder.mkdir()
    path_of(tiny()).write_bytes(CONTENT)
    assert check_pull(tiny(HUB)) == ["verifying SHA-256"]


def test_too_little_room(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5_000_000))
    assert refusal(tiny(WHEELS)) == (
        f"tiny-1k needs 67 MB in {models_folder}, and 5 MB are free; free some, or set "
        "LSP_LOCAL_MODELS_DIR to a folder on another disk"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models_folder.mkdir()
    part_of(tiny()).symlink_to("/dev/full")
    with serve(Files({CDN: CONTENT})) as files:
        use(files, monkeypatch)
        assert refusal(tiny(HUB)) == (
            f"the disk of {models_folder} is full; make room for 0 MB and run the same command "
            "again: what is already here is kept"
        )


def test_a_folder_that_cannot_be_made(models_folder: Path) -> None:
    models_folder.write_text("a file is in the way")
    assert refusal(tiny(HUB)) == (
        f"cannot write {models_folder}: File exists; mend that, or set LSP_LOCAL_MODELS_DIR to a "
        "folder of yours"
    )
