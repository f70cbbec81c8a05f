"""Which tokens of a model mean prefix, suffix and middle: read from the model's own file."""

from lsp_local.engine import binding
from lsp_local.prompt import FimTokens

METADATA_KEYS = ("fim_pre", "fim_suf", "fim_mid", "fim_rep", "fim_sep")

# The names under which model families know prefix, suffix, middle, repository and file.
FAMILIES = [
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>"),
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<repo_name>", "<file_sep>"),
    ("<fim-prefix>", "<fim-suffix>", "<fim-middle>", "", ""),
    ("<|fim_begin|>", "<|fim_hole|>", "<|fim_end|>", "", ""),
    ("<PRE>", "<SUF>", "<MID>", "", ""),
]


def fim_tokens(model: int) -> FimTokens | None:
    """Return the fill-in-the-middle tokens, or None for a model that only reads left to right."""
    named = [[_from_metadata(model, key) for key in METADATA_KEYS]]
    for ids in named + [[_from_name(model, name) for name in family] for family in FAMILIES]:
        prefix, suffix, middle, repo_name, file_sep = ids
        if prefix is not None and suffix is not None and middle is not None:
            return FimTokens(prefix, suffix, middle, repo_name, file_sep)
    return None


def _from_metadata(model: int, key: str) -> int | None:
    value = binding.metadata(model, f"tokenizer.ggml.{key}_token_id")
    return int(value) if value.isdecimal() else None


def _from_name(model: int, name: str) -> int | None:
    """Return the one control token called `name`; text that merely looks so does not count."""
    ids = binding.tokenize(model, name.encode(), allow_special=True) if name else []
    is_control = len(ids) == 1 and binding.lib.llama_token_is_control(model, ids[0])
    return ids[0] if is_control else None
