"""The C functions of llama.h that we use, as the pinned `ik-llama-cpp-python` wheel builds them."""

import ctypes
import os
from collections import deque
from collections.abc import Mapping
from ctypes import c_bool, c_char_p, c_float, c_int, c_int32, c_size_t, c_uint32, c_void_p
from typing import Any, ClassVar

import ik_llama_cpp._ctypes_api

from lsp_local.engine.base import EngineError

api: Any = ik_llama_cpp._ctypes_api  # the C structs and the older half of the functions
lib: Any = api._lib

# This build computes products with Q4_1 weights wrongly for 32 and more tokens at once.
N_RIGHT_OF_Q4_1 = 31
# What KV states depend on beside the model: the library, and how it is called.
BUILD = f"ik-llama-cpp-python 0.1.5 {N_RIGHT_OF_Q4_1} repacked"

LAST_LOG: deque[bytes] = deque(maxlen=4)
LogCallback = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)


class QuantizeParams(ctypes.Structure):
    """llama_model_quantize_params: the wheel's Python half does not declare it."""

    _fields_: ClassVar = [
        ("nthread", c_int32),
        ("ftype", c_int),
        ("types", c_int * 11),  # of single kinds of tensors; how many types there are means none
        ("allow_requantize", c_bool),
        ("quantize_output_tensor", c_bool),
        ("others", c_bool * 7),
        ("pointers", c_void_p * 4),
    ]


# Functions that the wheel's Python half does not declare: name, result, arguments.
SIGNATURES: list[tuple[str, Any, list[Any]]] = [
    ("llama_lora_adapter_init", c_void_p, [c_void_p, c_char_p]),
    ("llama_lora_adapter_set", c_int32, [c_void_p, c_void_p, c_float]),
    ("llama_kv_cache_seq_rm", c_bool, [c_void_p, c_int32, c_int32, c_int32]),
    ("llama_log_set", None, [LogCallback, c_void_p]),
    ("llama_model_chat_template", c_char_p, [c_void_p, c_char_p]),
    ("llama_model_quantize", c_uint32, [c_char_p, c_char_p, c_void_p]),
    ("llama_model_quantize_default_params", QuantizeParams, []),
    ("llama_model_meta_val_str", c_int32, [c_void_p, c_char_p, c_char_p, c_size_t]),
    ("llama_n_ctx_train", c_int32, [c_void_p]),
    ("llama_print_system_info", c_char_p, []),
    ("llama_set_abort_callback", None, [c_void_p, c_void_p, c_void_p]),
    ("llama_set_n_threads", None, [c_void_p, c_uint32, c_uint32]),
    ("llama_state_seq_get_data", c_size_t, [c_void_p, c_void_p, c_size_t, c_int32, c_uint32]),
    ("llama_state_seq_get_size", c_size_t, [c_void_p, c_int32, c_uint32]),
    ("llama_state_seq_set_data", c_size_t, [c_void_p, c_void_p, c_size_t, c_int32, c_uint32]),
    ("llama_token_get_attr", c_int32, [c_void_p, c_int32]),
    ("llama_token_is_control", c_bool, [c_void_p, c_int32]),
]

# What a fresh parameter struct must read as; anything else means that its layout has moved.
MODEL_DEFAULTS = {
    "split_mode": 1,
    "main_gpu": 0,
    "n_ubatch": 512,
    "use_mmap": True,
    "repack_tensors": False,
}
QUANTIZE_DEFAULTS = {
    "nthread": 0,
    "ftype": 9,
    "allow_requantize": False,
    "quantize_output_tensor": True,
}
CONTEXT_DEFAULTS = {
    "seed": 0xFFFFFFFF,
    "n_ctx": 512,
    "n_batch": 2048,
    "n_ubatch": 512,
    "n_seq_max": 1,
    "yarn_ext_factor": -1.0,
    "n_k_first": -1,
    "flash_attn": True,
    "fused_up_gate": True,
    "min_experts": -1,
}


@LogCallback  # type: ignore[untyped-decorator]
def _keep_log(_level: int, text: bytes, _data: object) -> None:
    """Keep the last of llama.cpp's log: what is of interest there is the reason of a refusal."""
    LAST_LOG.append(text)


def open_library() -> None:
    """Declare the functions and start the backend. Raises EngineError on a foreign build."""
    for name, result, arguments in SIGNATURES:
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    lib.llama_log_set(_keep_log, None)
    _check(api.llama_model_default_params(), MODEL_DEFAULTS)
    _check(api.llama_context_default_params(), CONTEXT_DEFAULTS)
    api.llama_backend_init()


def _check(params: ctypes.Structure, defaults: Mapping[str, object]) -> None:
    for name, want in defaults.items():
        if (got := getattr(params, name)) != want:
            raise EngineError(
                f"ik-llama-cpp-python is not the build that lsp-local was made for "
                f"({name} reads {got!r}, not {want!r}); run `pip install -U lsp-local`"
            )


def open_model(path: str) -> int:
    """Read a GGUF file, and put the rows of its weights in the order in which they compute fastest.

    Raises EngineError when llama.cpp refuses it.
    """
    params = api.llama_model_default_params()
    params.repack_tensors, params.use_mmap = True, False
    return _opened(path, params)


def open_vocabulary(path: str) -> int:
    """Read what a GGUF file says of the model, and its tokens, but no weights.

    Raises EngineError when llama.cpp refuses the file.
    """
    params = api.llama_model_default_params()
    params.vocab_only = True
    return _opened(path, params)


def _opened(path: str, params: Any) -> int:
    params.n_gpu_layers = 0
    model = api.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        raise EngineError(
            f"llama.cpp cannot load {path}: the file is damaged, cut off or of an unknown "
            "architecture; `lsp-local model verify` checks a downloaded one"
        )
    return int(model)


def open_adapter(model: int, path: str) -> int:
    """Read a LoRA adapter of a model. Raises EngineError when it does not fit."""
    LAST_LOG.clear()
    adapter = lib.llama_lora_adapter_init(model, os.fsencode(path))
    if not adapter:
        log = b"".join(LAST_LOG).decode(errors="replace").strip()
        reason = log.rpartition("failed to apply lora adapter: ")[2]
        raise EngineError(f"{path} is no adapter of this model: {reason or 'it is damaged'}")
    return int(adapter)


def description(model: int) -> str:
    """Return what llama.cpp says of a model: architecture, size, type of the weights."""
    buffer = ctypes.create_string_buffer(256)
    api.llama_model_desc(model, buffer, len(buffer))
    return buffer.value.decode(errors="replace")


def open_context(
    model: int, n_ctx: int, n_batch: int, n_threads: int, adapter: int = 0, scale: float = 1.0
) -> int:
    """Allocate a KV cache of `n_ctx` tokens. Raises EngineError when memory is short."""
    params = api.llama_context_default_params()
    params.n_ctx = n_ctx
    params.n_batch = n_batch
    params.n_ubatch = min(n_batch, N_RIGHT_OF_Q4_1) if "Q4_1" in description(model) else n_batch
    params.n_threads = params.n_threads_batch = n_threads
    if adapter:
        # llama.cpp refuses an adapter beside flash attention, and the fused operation forgets it.
        params.flash_attn = params.fused_up_gate = False
    context = api.llama_init_from_model(model, params)
    if not context:
        raise EngineError(f"no memory for a context of {n_ctx} tokens; lower the option n_ctx")
    if adapter and lib.llama_lora_adapter_set(context, adapter, scale) != 0:
        raise EngineError("llama.cpp does not apply the adapter; leave out the option adapter")
    return int(context)


def quantize(source: str, target: str, ftype: int, n_threads: int) -> None:
    """Write a model with weights of another type. Raises EngineError."""
    params = lib.llama_model_quantize_default_params()
    _check(params, QUANTIZE_DEFAULTS)
    if len(set(params.types)) != 1 or any(params.others) or any(params.pointers):
        raise EngineError("ik-llama-cpp-python is not the build that lsp-local was made for")
    params.nthread, params.ftype, params.allow_requantize = n_threads, ftype, True
    LAST_LOG.clear()
    paths = os.fsencode(source), os.fsencode(target)
    if lib.llama_model_quantize(*paths, ctypes.byref(params)) != 0:
        log = b"".join(LAST_LOG).decode(errors="replace").strip()
        raise EngineError(log.rpartition("\n")[2] or "llama.cpp does not say why")


def n_vocab(model: int) -> int:
    """Return how many tokens the model knows."""
    return int(lib.llama_n_vocab(c_void_p(model)))


def pieces(model: int, n_vocab: int) -> list[bytes]:
    """Return the bytes of every token, b"" for control tokens."""
    buffer = ctypes.create_string_buffer(1024)
    found = []
    for token in range(n_vocab):
        n_bytes = api.llama_token_to_piece(model, token, buffer, len(buffer), 0, False)
        found.append(buffer.raw[:n_bytes] if n_bytes > 0 else b"")
    return found


def metadata(model: int, key: str) -> str:
    """Return a value of the model file's metadata, "" where it has none."""
    buffer = ctypes.create_string_buffer(512)
    n_bytes = lib.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
    return buffer.value.decode(errors="replace") if n_bytes > 0 else ""


def tokenize(model: int, text: bytes, allow_special: bool) -> list[int]:
    """Return the token ids of UTF-8 `text`."""
    buffer = (c_int32 * (len(text) + 1))()
    n_tokens = api.llama_tokenize(model, text, len(text), buffer, len(buffer), False, allow_special)
    return buffer[:n_tokens]


def logits_row(context: int, row: int) -> "ctypes._Pointer[c_float] | None":
    """Return a pointer to the logits of batch row `row` (-1: the last one)."""
    return api.llama_get_logits_ith(context, row) or None
