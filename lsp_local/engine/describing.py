"""What a model file says of itself, as llama.cpp reads it."""

from dataclasses import replace
from pathlib import Path

from lsp_local.engine import binding
from lsp_local.engine.base import ModelInfo
from lsp_local.engine.gguf_head import check_model
from lsp_local.engine.special import fim_tokens


def open_words(path: Path) -> int:
    """Open the vocabulary of a model file for a backend that has its weights from elsewhere.

    Raises EngineError.
    """
    binding.open_library()
    check_model(path)
    return binding.open_vocabulary(str(path))


def describe_words(words: int, path: Path, n_ctx: int, load_ms: float, engine: str) -> ModelInfo:
    """Return what is known where only `words` are open, and `engine` computes."""
    # Where it opens a vocabulary only, llama.cpp does not tell these two.
    architecture = binding.metadata(words, "general.architecture")
    n_ctx_train = binding.metadata(words, f"{architecture}.context_length")
    return replace(
        describe(words, path, n_ctx, load_ms),
        description=binding.metadata(words, "general.name") or architecture,
        n_ctx_train=int(n_ctx_train or 0),
        computed_by=engine,
    )


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
        computed_by=binding.lib.llama_print_system_info().decode(),
    )
