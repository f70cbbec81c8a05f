"""The engines that keep one contract, and where they differ."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from lsp_local import models
from lsp_local.engine.base import Backend, EngineError
from lsp_local.engine.conversion import convert, readable
from lsp_local.engine.openvino.converting import convert as convert_for_openvino
from lsp_local.engine.openvino.converting import folder_for


@dataclass(frozen=True, slots=True)
class Kind:
    """One engine. What it promises beside the contract is said here, and nowhere else.

    `keeps_states`: what was read before another document need not be read again.
    `n_chunk`: how many tokens at once are lost or kept when a prefill is cancelled.
    `tolerance`: of a log-probability that was reached by calls of other sizes.
    `share`: of a text that others read in the same time.
    """

    backend: str
    keeps_states: bool
    n_chunk: int
    tolerance: float
    prepare: Callable[[Path], None]
    share: float = 1.0


def _llama(_model: Path) -> None:
    """All is here."""


def _ctransformers(model: Path) -> None:
    """Convert the model, once for all runs."""
    for package in ("ctransformers", "gguf"):
        if find_spec(package) is None:
            pytest.skip(f"no package {package}: pip install 'lsp-local[ctransformers]'")
    _there(lambda: readable(model, "llama"), lambda: convert(models.name_of(model)))


def _openvino(model: Path) -> None:
    """Convert the model, once for all runs."""
    for package in ("openvino", "gguf"):
        if find_spec(package) is None:
            pytest.skip(f"no package {package}: pip install 'lsp-local[openvino]'")
    _there(lambda: folder_for(model), lambda: convert_for_openvino(models.name_of(model)))


def _there(look: Callable[[], Path], make: Callable[[], Path]) -> None:
    """Make what is not there yet, unless another process of the tests makes it just now."""
    while True:
        try:
            look()
            return
        except EngineError:
            pass
        try:
            make()
        except EngineError as error:
            if "is running" not in str(error):
                raise
            time.sleep(0.2)


KINDS = [
    Kind("llama.cpp", keeps_states=True, n_chunk=128, tolerance=0.001, prepare=_llama),
    Kind(
        "ctransformers",
        keeps_states=False,
        n_chunk=1,
        tolerance=0.05,
        prepare=_ctransformers,
        share=0.3,
    ),
    Kind("openvino", keeps_states=True, n_chunk=128, tolerance=0.05, prepare=_openvino),
]


def backend_of(kind: Kind, model: Path, n_ctx: int) -> Backend:
    """Load a model in this process."""
    if kind.backend == "llama.cpp":
        from lsp_local.engine.llama import LlamaBackend

        return LlamaBackend(model, n_ctx, 1)
    if kind.backend == "openvino":
        from lsp_local.engine.openvino.backend import OpenvinoBackend

        return OpenvinoBackend(model, n_ctx, 1)
    from lsp_local.engine.ctransformers import CtransformersBackend

    return CtransformersBackend(model, n_ctx, 1)
