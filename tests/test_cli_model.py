import json
import os
import pty
from pathlib import Path

import pytest
from tiny_models import (
    CDN,
    CONTENT,
    HUB,
    WHEELS,
    Files,
    serve,
    start_pull,
    tiny,
    use,
    use_empty_folder,
)
from typer.testing import CliRunner, Result

from lsp_local.cli.model import app
from lsp_local.models import CATALOGUE, ModelError, OnProgress, alone, part_of, path_of

HEAD = "tiny-1k: 0.1 MB, licence MIT (https://example.org/licence)\n"
VERIFIED = f"verified SHA-256 {tiny().sha256}\n"


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(CATALOGUE, "tiny-1k", tiny(HUB, WHEELS))
    return use_empty_folder(tmp_path, monkeypatch)


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    (tmp_path / "usb.gguf").write_bytes(CONTENT)
    return tmp_path / "usb.gguf"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, ModelError):
        raise result.exception
    return result


def check(*arguments: str, stdout: str, stderr: str = "") -> None:
    result = run(*arguments)
    assert (result.stdout, result.stderr, result.exit_code) == (stdout, stderr, 0)


def test_pull_from_the_hub(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Files({CDN: CONTENT})) as files:
        use(files, monkeypatch)
        result = run("pull", "tiny-1k")
    assert result.stdout == f"{models_folder}/tiny.gguf\n"
    first, *lines, last = result.stderr.splitlines(keepends=True)
    assert (first, last) == (HEAD, VERIFIED)
    assert "model hub, tiny/models: 100 % of 0.1 MB\n" in lines


def test_pull_from_a_file(models_folder: Path, usb: Path) -> None:
    lines = f"copying {usb}: 100 % of 0.1 MB\nverifying SHA-256: 100 % of 0.1 MB\n"
    path = f"{models_folder}/tiny.gguf\n"
    check("pull", "tiny-1k", "--from", f"{usb}", stdout=path, stderr=HEAD + lines + VERIFIED)
    again = HEAD + "already here, nothing to fetch\n" + VERIFIED
    check("pull", "tiny-1k", stdout=path, stderr=again)


def test_pull_draws_a_bar_on_a_terminal(usb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    ours, theirs = pty.openpty()
    with start_pull(tiny(), "--from", str(usb), stderr=theirs) as process:
        os.close(theirs)
        screen = b""
        try:
            while block := os.read(ours, 4096):
                screen += block
        except OSError:  # how Linux says that the other end of a terminal is closed
            pass
        os.close(ours)
    assert process.returncode == 0
    assert "━".encode() in screen
    assert b"102.4/102.4 kB" in screen
    assert VERIFIED.strip().encode() in screen


def test_list(models_folder: Path, usb: Path) -> None:
    states = []
    for name, content in ((".part", b"GG"), ("", b"GG"), ("", CONTENT)):
        states.append(listed()["state"])
        models_folder.mkdir(exist_ok=True)
        (models_folder / f"tiny.gguf{name}").write_bytes(content)
    states.append(listed()["state"])
    run("verify", "tiny-1k")
    states.append(listed()["state"])
    assert states == ["not here", "part is here", "damaged", "not verified", "verified"]
    assert "tiny-1k                  0.1 MB  verified      a tiny model\n" in run("list").stdout


def listed() -> dict[str, object]:
    rows: list[dict[str, object]] = json.loads(run("list", "--json").stdout)
    return next(row for row in rows if row["name"] == "tiny-1k")


def test_show(models_folder: Path) -> None:
    row = {
        "name": "tiny-1k",
        "file_name": "tiny.gguf",
        "n_bytes": 102404,
        "sha256": tiny().sha256,
        "licence": "MIT",
        "licence_url": "https://example.org/licence",
        "n_ctx": 8,
        "fim": True,
        "description": "a tiny model",
        "default": False,
        "state": "not here",
        "path": f"{models_folder}/tiny.gguf",
    }
    shown = json.loads(run("show", "tiny-1k", "--json").stdout)
    assert [source.get("repo", "wheels") for source in shown.pop("sources")] == [
        "tiny/models",
        "wheels",
    ]
    assert shown == row
    text = "".join(f"{key:12} {value}\n" for key, value in row.items())
    text += "source       model hub: tiny/models at 0123abc\n"
    text += "source       Python packages: tiny-part1 to tiny-part3, version 1.0\n"
    check("show", "tiny-1k", stdout=text)


def test_verify(models_folder: Path) -> None:
    models_folder.mkdir()
    path_of(tiny()).write_bytes(CONTENT)
    line = "verifying SHA-256: 100 % of 0.1 MB\n"
    check("verify", "tiny-1k", stdout=VERIFIED, stderr=line)


def test_rm(models_folder: Path) -> None:
    models_folder.mkdir()
    part_of(tiny()).write_bytes(b"GG")
    check("rm", "tiny-1k", stdout=f"removed {models_folder}/tiny.gguf\n")
    assert not part_of(tiny()).exists()


def test_rm_waits_for_no_pull(models_folder: Path) -> None:
    models_folder.mkdir()
    part_of(tiny()).write_bytes(b"GG")
    with alone(lambda: None), pytest.raises(ModelError, match="a pull is running"):
        run("rm", "tiny-1k")
    assert part_of(tiny()).exists()


@pytest.mark.parametrize("command", ["pull", "show", "verify", "rm"])
def test_an_unknown_name_is_left_to_the_edge(command: str) -> None:
    with pytest.raises(ModelError, match=r"did you mean tiny-1k\?"):
        run(command, "tiny1k")


def test_convert_is_for_two_engines(usb: Path) -> None:
    with pytest.raises(ModelError, match="'openai' needs no converted models"):
        run("convert", f"{usb}", "--for", "openai")


def test_convert_prints_where_the_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def converted(name: str, on_progress: OnProgress) -> Path:
        on_progress(f"converting {name}", 1, 1)
        return Path("/models/tiny.ctransformers.gguf")

    monkeypatch.setattr("lsp_local.engine.conversion.convert", converted)
    stderr = "converting tiny-1k: 100 % of 0.0 MB\n"
    path = "/models/tiny.ctransformers.gguf\n"
    check("convert", "tiny-1k", "--for", "ctransformers", stdout=path, stderr=stderr)
