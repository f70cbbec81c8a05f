"""What llama.vim asks of llama.cpp's server, and with which settings.

Numbers in parentheses are lines of autoload/llama.vim, see llama_vim.py.
"""

from dataclasses import dataclass, field
from typing import Any

from lsp_local.evals.llama_context import LocalContext
from lsp_local.evals.llama_server import ServerOptions

FIRST_PREDICT_MS = 250  # of a request for what is at the cursor (744)


@dataclass(frozen=True, slots=True)
class Settings:
    """`g:llama_config` (65) and the options of the server."""

    n_prefix: int = 256
    n_suffix: int = 64
    n_predict: int = 128
    t_max_prompt_ms: int = 500
    t_max_predict_ms: int = 1000
    max_line_suffix: int = 8
    max_cache_keys: int = 250
    ring_n_chunks: int = 16
    ring_chunk_size: int = 64
    ring_scope: int = 1024
    ring_update_ms: int = 1000
    server: ServerOptions = field(default_factory=ServerOptions)


def request_body(
    settings: Settings, context: LocalContext, extra: list[dict[str, str]], predict_ms: int
) -> dict[str, Any]:
    """Return the body of a request for a completion (796-825)."""
    return {
        "id_slot": 0,
        "input_prefix": context.prefix,
        "input_suffix": context.suffix,
        "input_extra": extra,
        "prompt": context.middle,
        "n_predict": settings.n_predict,
        "stop": [],
        "n_indent": context.indent,
        "top_k": 40,
        "top_p": 0.90,
        "samplers": ["top_k", "top_p", "infill"],
        "stream": False,
        "cache_prompt": True,
        "t_max_prompt_ms": settings.t_max_prompt_ms,
        "t_max_predict_ms": predict_ms,
        "response_fields": ["content", "timings/prompt_n", "timings/predicted_n"],
    }


def warm_body(extra: list[dict[str, str]]) -> dict[str, Any]:
    """Return the body of a request that only reads the chunks (552-566)."""
    return {
        "id_slot": 0,
        "input_prefix": "",
        "input_suffix": "",
        "input_extra": extra,
        "prompt": "",
        "n_predict": 0,
        "temperature": 0.0,
        "samplers": [],
        "stream": False,
        "cache_prompt": True,
        "t_max_prompt_ms": 1,
        "t_max_predict_ms": 1,
        "response_fields": [""],
    }


def describe(settings: Settings) -> str:
    """Say what the peer does, and with which settings."""
    server = settings.server
    return (
        "llama.vim (a1c8e6e) against llama.cpp's HTTP server (xllamacpp): /infill at each key "
        f"with {settings.n_prefix} lines before and {settings.n_suffix} behind the cursor and up "
        f"to {settings.ring_n_chunks} chunks of other text, one request at a time, never stopped, "
        f"the last wish retried every 100 ms; {settings.n_predict} tokens at most, "
        f"{FIRST_PREDICT_MS} ms for an answer and {settings.t_max_predict_ms} ms for one as if it "
        f"were accepted; {settings.max_cache_keys} answers kept and typed through. "
        f"Server: -b {server.batch_size} -ub {server.ubatch_size} --ctx-size {server.ctx_size} "
        f"--cache-reuse {server.cache_reuse}, same model file and threads."
    )
