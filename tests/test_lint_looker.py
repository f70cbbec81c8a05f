"""What a worker of a fleet is started with, and what it says that it lacks; no model needed."""

import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lsp_local import __version__
from lsp_local.lint.looker import Looker, seat
from lsp_local.lint.on_ray import _actor_class
from lsp_local.options import Options
from lsp_local.text import Document, UserError


class Here:
    """Would look here."""

    def describe(self) -> str:
        return "scripted 1"

    def has_work(self, doc: Document, spans: Sequence[tuple[int, int]] | None) -> bool:
        return True


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"model": "/no/such.gguf"}, ": there is no file /no/such.gguf", id="no model"),
        pytest.param({}, "is another model than here", id="another model"),
    ],
)
async def test_a_worker_says_what_it_lacks(
    tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF" * 100)
    options = {"model": str(tmp_path / "x.gguf"), "n_threads": 1, **settings}
    kind, said = await Looker(options).load({"detector": "something else"})
    assert kind == "problem"
    assert said.startswith(f"{platform.node()}: ")
    assert says in said


def test_a_worker_of_another_version() -> None:
    said = _actor_class()().load("0.0.9", {}, {})
    found = f"{platform.node()} has lsp-local {__version__}, here is 0.0.9"
    assert said == ("problem", f"{found}; install the same everywhere")


def test_a_worker_without_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lsp_local", None)
    kind, said = _actor_class()().load(__version__, {}, {})
    assert (kind, said.startswith(f"{platform.node()} has no lsp-local")) == ("problem", True)


def test_a_seat_keeps_nothing_there(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF" * 100)
    made = seat(Options(model=str(path), log_file="log"), {"detector": Here()})
    kept = {name: made.settings[name] for name in ("model", "cache_mb", "log_file", "n_threads")}
    assert kept == {"model": str(path), "cache_mb": 0, "log_file": "", "n_threads": 1}
    assert (made.wanted, made.n_cpus) == ({"detector": "scripted 1"}, 1)
    assert Options(**made.settings)


def test_no_seat_for_a_model_that_is_served() -> None:
    with pytest.raises(UserError, match="--on needs a model that workers can load, not engine x"):
        seat(Options(engine="x"), {})
