"""Which tokens of a model are none of a text's: fill-in-the-middle, and all that acts."""

import re
from collections.abc import Sequence

from lsp_local.engine import binding
from lsp_local.prompt import FimTokens

USER_DEFINED = 16  # llama.cpp: LLAMA_TOKEN_ATTR_USER_DEFINED
# What means something to a model, unlike the runs of spaces that are user-defined in some.
MARKUP = re.compile(rb"<[^<>\s]+>|\[[^\[\]\s]+\]")
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


def markup_of(model: int, pieces: Sequence[bytes]) -> "re.Pattern[bytes] | None":
    """Return what finds the texts that llama.cpp takes for markup without being told to.

    Such as `<tool_call>`, which is no control token in Qwen's files. None for a model without.
    """
    found = [
        piece
        for token, piece in enumerate(pieces)
        if MARKUP.fullmatch(piece) and binding.lib.llama_token_get_attr(model, token) & USER_DEFINED
    ]
    found.sort(key=len, reverse=True)
    return re.compile(b"|".join(map(re.escape, found))) if found else None


def tokenize(
    model: int, text: str, markup: "re.Pattern[bytes] | None", allow_special: bool
) -> list[int]:
    """Return the tokens of a template, or of a text as a text, whatever stands in it."""
    raw = text.encode(errors="replace")
    return binding.tokenize(model, raw, True) if allow_special else _of_text(model, raw, markup)


def _of_text(model: int, text: bytes, markup: "re.Pattern[bytes] | None") -> list[int]:
    tokens: list[int] = []
    start = 0
    for found in markup.finditer(text) if markup else ():
        # Cut behind its first character, it is a text like any other.
        tokens += binding.tokenize(model, text[start : found.start() + 1], allow_special=False)
        start = found.start() + 1
    return tokens + binding.tokenize(model, text[start:], allow_special=False)


def _from_metadata(model: int, key: str) -> int | None:
    value = binding.metadata(model, f"tokenizer.ggml.{key}_token_id")
    return int(value) if value.isdecimal() else None


def _from_name(model: int, name: str) -> int | None:
    """Return the one control token called `name`; text that merely looks so does not count."""
    ids = binding.tokenize(model, name.encode(), allow_special=True) if name else []
    is_control = len(ids) == 1 and binding.lib.llama_token_is_control(model, ids[0])
    return ids[0] if is_control else None
