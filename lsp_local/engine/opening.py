"""Which engine the options name, and what all engines have in common from start to end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self

from lsp_local import models
from lsp_local.engine.base import (
    ChatEngine,
    EngineClosed,
    EngineDied,
    EngineError,
    ModelInfo,
    Work,
)
from lsp_local.engine.client import EngineClient
from lsp_local.options import Options

N_LOADS = 3  # deaths in a row while it loads: then it is the file that kills the process


class LiveEngine(ChatEngine, Protocol):
    """An engine that is started and closed; between the two it may die and come back."""

    @property
    def model(self) -> Path | None:
        """Return the file that it loads; None where the model is elsewhere."""

    @property
    def notice(self) -> str:
        """Return what a person has to know of it, once it is ready; "" if that is nothing."""

    async def start(self) -> None:
        """Begin to load and return at once; `info` waits for the model. Raises EngineError."""

    async def close(self) -> None:
        """End what runs at once, also in mid-decode."""

    async def work(self) -> Work:
        """Return what the model has done since its load."""

    async def settle(self) -> None:
        """Wait until nothing is left to do of what was asked before."""

    async def __aenter__(self) -> Self:
        """Start."""

    async def __aexit__(self, *_: object) -> None:
        """Close."""


def open_engine(options: Options, *, keeps_states: bool = True) -> LiveEngine:
    """Return the engine that `options` name, not yet started; it may hash a model file first.

    With `keeps_states` the KV states that it makes outlive it, on disk. Raises UserError.
    """
    if options.adapter and options.engine not in _ADAPTABLE:
        raise EngineError(
            f"the engine {options.engine} takes no LoRA adapter; clear the option adapter, or "
            "choose the engine llama.cpp"
        )
    return _ENGINES[options.engine](options, keeps_states)


def lacking(engine: str) -> str:
    """Say what an engine lacks beside the default one; "" for that one."""
    return _LACKING.get(engine, "")


def open_for_window(options: Options) -> LiveEngine:
    """Return the engine for one of the user's windows, which may share it. Raises UserError."""
    engine = open_engine(options)
    if options.share_worker and isinstance(engine, EngineClient):
        engine.share(options.worker_linger_minutes * 60.0)
    return engine


async def loaded(engine: LiveEngine) -> ModelInfo:
    """Wait for the model of an engine that has been started, and describe it.

    A process that is killed meanwhile is not the model's fault: the next one loads it. Raises
    EngineError.
    """
    for _ in range(N_LOADS):
        try:
            return await engine.info()
        except EngineClosed:
            raise
        except EngineDied:
            if engine.model is None:  # a server: it has said what is wrong, and was asked twice
                raise
    raise EngineError(
        f"the model process died {N_LOADS} times while it loaded {engine.model}: the file is "
        "damaged, or memory is short; `lsp-local model verify` checks a downloaded one"
    )


async def retire(engine: LiveEngine) -> None:
    """Close an engine whose model is not wanted any more: it is not kept for the next window."""
    if isinstance(engine, EngineClient):
        engine.let_go()
    await engine.close()


async def status_of(engine: LiveEngine) -> dict[str, Any] | None:
    """Return what an engine's process says of itself, None for one that has none of ours."""
    return await engine.status() if isinstance(engine, EngineClient) else None


def _llama(options: Options, keeps_states: bool) -> LiveEngine:
    return EngineClient.of(models.resolve(options.model), options, keeps_states=keeps_states)


def _ctransformers(options: Options, _keeps_states: bool) -> LiveEngine:
    path = models.resolve(options.model)
    return EngineClient.of(path, options, keeps_states=False, backend="ctransformers")


def _openvino(options: Options, keeps_states: bool) -> LiveEngine:
    path = models.resolve(options.model)
    return EngineClient.of(path, options, keeps_states=keeps_states, backend="openvino")


def _openai(options: Options, _keeps_states: bool) -> LiveEngine:
    from lsp_local.engine.remote.engine import RemoteEngine  # it alone needs an HTTP library

    return RemoteEngine(options)


_ENGINES: dict[str, Callable[[Options, bool], LiveEngine]] = {
    "llama.cpp": _llama,
    "ctransformers": _ctransformers,
    "openvino": _openvino,
    "openai": _openai,
}
_ADAPTABLE = frozenset({"llama.cpp"})

_LACKING = {
    "ctransformers": "no Qwen, GGUF up to version 2 (`model convert`), no KV states beside the one "
    "in use, lint and fixes read one token at a time",
    "openvino": "no models but llama and Qwen2 that were converted (`model convert`), no LoRA "
    "adapters; without AVX-512 it is slower than llama.cpp",
}
