"""What a model file says of itself, as llama.cpp reads it."""

from pathlib import Path

from lsp_local.engine import binding
from lsp_local.engine.base import ModelInfo
from lsp_local.engine.special import fim_tokens


def describe(model: int, path: Path, n_ctx: int, load_ms: float) -> ModelInfo:
    """Return what is known of an open `model`; only its vocabulary need be loaded."""
    template = binding.lib.llama_model_chat_template(model, None)
    return ModelInfo(
        path=str(path),
        name=path.stem,
        description=binding.description(model),
        n_vocab=binding.n_vocab(model),
        n_ctx=n_ctx,
        n_ctx_train=int(binding.lib.llama_n_ctx_train(model)),
        fim=fim_tokens(model),
        chat_template=template.decode(errors="replace") if template else None,
        load_ms=round(load_ms, 1),
        cpu_features=binding.lib.llama_print_system_info().decode(),
    )
