"""The command line as a user meets it: real processes, the real model, clear errors."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_local.cli.places import place_at
from lsp_local.cli.tour import places
from lsp_local.lsp.client import _tell
from lsp_local.text import UserError

CODE = """import math


class Circle:
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math.pi * self.radius ** 2

    def circumference(self):
        return 2 * math.
"""
JSON_FIELDS = {
    *("text", "shown", "reason", "model", "n_prompt", "n_reused", "n_evaluated"),
    *("n_predicted", "ttft_ms", "total_ms", "source"),
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lsp_local", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1", **variables},
        check=False,
    )


@pytest.fixture
def circle(tmp_path: Path) -> Path:
    path = tmp_path / "circle.py"
    path.write_text(CODE)
    return path


def test_complete_prints_the_suggestion_and_its_cost(circle: Path, qwen: Path) -> None:
    ran = run("complete", f"{circle}:12:25", "--model", str(qwen), "--json")
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert set(answer) == JSON_FIELDS
    assert (answer["shown"], answer["reason"]) == (True, "shown")
    assert answer["text"].startswith("pi * self.radius")
    assert answer["n_prompt"] == answer["n_reused"] + answer["n_evaluated"] > 50


def test_complete_draws_the_line_as_an_editor_would(circle: Path, qwen: Path) -> None:
    ran = run("complete", f"{circle}:12:25", "--model", str(qwen))
    # Without colours, as in a pipe, brackets tell what is suggested.
    assert "        return 2 * math.⟦pi * self.radius⟧" in ran.stdout.split("\n")


def test_complete_is_as_silent_as_the_server_in_an_excluded_file(
    tmp_path: Path, qwen: Path
) -> None:
    (tmp_path / ".env").write_text("SECRET=1\n")
    ran = run("complete", f"{tmp_path}/.env:1:9", "--model", str(qwen), "--json")
    assert (ran.returncode, json.loads(ran.stdout)["reason"]) == (0, "disabled")


def test_ctrl_c_ends_the_tour_without_a_traceback(qwen: Path) -> None:
    command = [sys.executable, "-m", "lsp_local", "try", "--model", str(qwen)]
    tour = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    with tour:
        assert tour.stdout is not None
        while not tour.stdout.readline().startswith("line "):
            pass
        os.killpg(tour.pid, signal.SIGINT)  # as a terminal does: the server is meant too
        stderr = tour.communicate()[1]
    assert "Traceback" not in stderr, stderr
    assert tour.returncode == 130


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        pytest.param(BrokenPipeError("the server is gone"), False, id="a server that has ended"),
        pytest.param(ValueError("a fault of ours"), True, id="anything else"),
    ],
)
def test_what_nobody_waits_for(
    error: Exception, is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_tell)
    loop.call_exception_handler({"message": "nobody waited", "exception": error})
    loop.close()
    assert ("nobody waited" in caplog.text) == is_told


def test_serve_takes_the_option_that_clients_append() -> None:
    command = [sys.executable, "-m", "lsp_local", "serve", "--stdio"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, b"")  # the input ended without `shutdown`


def test_try_takes_short_lines_where_there_are_no_others() -> None:
    assert len(places("result = 0\nx = 1\n")) == 1


def test_try_refuses_a_file_without_code_before_it_fetches_a_model(tmp_path: Path) -> None:
    (tmp_path / "empty.py").touch()
    ran = run("try", f"{tmp_path}/empty.py", LSP_LOCAL_MODELS_DIR=str(tmp_path / "none"))
    check_error(ran, "no line of code")


def test_try_types_at_several_places_of_a_file(circle: Path, qwen: Path) -> None:
    ran = run("try", str(circle), "--model", str(qwen))
    assert ran.returncode == 0, ran.stderr
    costs = [line for line in ran.stdout.split("\n") if "read" in line and " ms" in line]
    cheap = [line for line in costs if "; 1 read" in line or "nothing read" in line]
    assert len(costs) >= 8
    assert len(cheap) > len(costs) / 2


def test_doctor_measures_and_finds_no_problem(qwen: Path) -> None:
    ran = run("doctor", "--model", str(qwen), "--json")
    found = json.loads(ran.stdout)
    assert (ran.returncode, found["problems"]) == (0, [])
    assert found["speed"]["prefill_tokens_per_s"] > found["speed"]["decode_tokens_per_s"] > 0
    assert found["model"]["bytes"] == qwen.stat().st_size


def test_version_is_one_line() -> None:
    assert run("--version").stdout.startswith("lsp-local ")


def check_error(ran: subprocess.CompletedProcess[str], *words: str) -> None:
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert ran.stderr.startswith("error: ")
    for word in words:
        assert word in ran.stderr


def test_a_missing_model_says_how_to_get_it(circle: Path, tmp_path: Path) -> None:
    ran = run("complete", f"{circle}:12:25", LSP_LOCAL_MODELS_DIR=str(tmp_path / "none"))
    check_error(ran, "lsp-local model pull qwen2.5-coder-0.5b")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"#!/bin/sh\n", "GGUF", id="another kind of file"),
        pytest.param(b"", "GGUF", id="an empty file"),
        pytest.param(b"GGUF" + bytes(60), "version 2 or 3", id="a header and nothing else"),
    ],
)
def test_a_file_that_is_no_model_is_named(circle: Path, content: bytes, word: str) -> None:
    bad = circle.with_name("bad.gguf")
    bad.write_bytes(content)
    check_error(run("complete", f"{circle}:12:25", "--model", str(bad)), str(bad), word)


def test_a_truncated_model_is_an_error(circle: Path, smollm: Path) -> None:
    bad = circle.with_name("cut.gguf")
    bad.write_bytes(smollm.read_bytes()[: 40 * 2**20])
    check_error(run("complete", f"{circle}:12:25", "--model", str(bad)), "cut.gguf", "cut off")


def test_an_unknown_option_is_named_with_the_nearest(circle: Path) -> None:
    settings = circle.with_name("config.toml")
    settings.write_text("n_thread = 2\n")
    ran = run("complete", f"{circle}:12:25", LSP_LOCAL_CONFIG=str(settings))
    check_error(ran, "n_thread", "n_threads", str(settings))


@pytest.mark.parametrize(
    ("place", "says"),
    [
        pytest.param("circle.py", "FILE:LINE:COL", id="no line and column"),
        pytest.param("circle.py:3:x", "FILE:LINE:COL", id="a column that is no number"),
        pytest.param("none.py:1:1", "No such file", id="no file"),
        pytest.param(".:1:1", "directory", id="a folder"),
        pytest.param("circle.py:0:1", "no line 0", id="lines count from 1"),
        pytest.param("circle.py:99:1", "13 lines", id="a line past the end"),
        pytest.param("circle.py:1:13", "no column 13", id="a column past the end of the line"),
        pytest.param("latin.py:1:1", "UTF-8", id="not UTF-8"),
    ],
)
def test_a_wrong_place_is_explained(
    circle: Path, monkeypatch: pytest.MonkeyPatch, place: str, says: str
) -> None:
    monkeypatch.chdir(circle.parent)
    Path("latin.py").write_bytes(b"caf\xe9\n")
    with pytest.raises(UserError, match=says):
        place_at(place)
