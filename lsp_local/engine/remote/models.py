"""How model families that others serve want to be asked: special tokens and chat format, as text.

Sources: Qwen2.5-Coder Technical Report (arXiv 2409.12186) and its tokenizer_config.json; StarCoder2
(arXiv 2402.19173) and "bigcode/starcoder2-*"; "bigcode/santacoder"; Code Llama (arXiv 2308.12950)
and its model card, "Infilling"; DeepSeek-Coder (arXiv 2401.14196) and the README of
"deepseek-ai/DeepSeek-Coder"; the model card of "google/codegemma-2b"; `mistral_common`'s FIM
tokenizer for Codestral; the model cards of "ByteDance-Seed/Seed-Coder-8B-Base",
"ibm-granite/granite-3b-code-base" and "JetBrains/Mellum-4b-base".
"""

from dataclasses import dataclass

from lsp_local.engine.base import EngineError
from lsp_local.engine.remote.vocab import special
from lsp_local.prompt import FimTokens

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n' }}"
)
CHATML_TOKENS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


@dataclass(frozen=True, slots=True)
class Family:
    """Texts of the tokens before prefix, suffix and middle, and before a project and a file.

    Our prompt is `prefix suffix SUFFIX middle PREFIX` (`prompt.suffix_first`). `fim` is empty for
    models that only read from left to right. `others` must not stand in a prompt by accident
    either. Without a `chat_template` the server's own has to do.
    """

    name: str
    in_names: tuple[str, ...]
    fim: tuple[str, ...]
    others: tuple[str, ...] = ()
    chat_template: str | None = None

    @property
    def specials(self) -> tuple[str, ...]:
        """Return all texts that the server reads as special tokens, those without a space."""
        return tuple(dict.fromkeys(text.strip() for text in (*self.fim, *self.others) if text))

    def fim_tokens(self) -> FimTokens | None:
        """Return the tokens of our own vocabulary that stand for this family's."""
        if not self.fim:
            return None
        prefix, suffix, middle, *of_repository = (special(text) for text in self.fim)
        return FimTokens(prefix, suffix, middle, *of_repository)


_QWEN = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>")
_STARCODER = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<repo_name>", "<file_sep>")
_END = ("<|endoftext|>",)
_SENTENCE = ("<s>", "</s>")
# The first family counts of which a part stands in the model's name.
FAMILIES = (
    Family(
        "qwen",
        ("qwen2.5-coder", "qwen2.5coder", "qwen3-coder", "qwen-coder"),
        _QWEN,
        (*CHATML_TOKENS, "<|fim_pad|>"),
        CHATML,
    ),
    Family("codeqwen", ("codeqwen",), _STARCODER[:3], CHATML_TOKENS, CHATML),
    Family("starcoder", ("starcoder2",), _STARCODER, _END),
    Family("starcoder-1", ("starcoder", "stable-code", "granite"), _STARCODER[:3], _END),
    Family("mellum", ("mellum",), _STARCODER[:3], ("<filename>", "<reponame>", *_END)),
    Family("santacoder", ("santacoder",), ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"), _END),
    Family(
        "deepseek",
        ("deepseek-coder", "deepseekcoder"),
        (
            "<\uff5cfim\u2581begin\uff5c>",
            "<\uff5cfim\u2581hole\uff5c>",
            "<\uff5cfim\u2581end\uff5c>",
        ),
        (
            "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
            "<\uff5cend\u2581of\u2581sentence\uff5c>",
            "<|EOT|>",
        ),
    ),
    Family(
        "codegemma",
        ("codegemma",),
        _QWEN[:3],
        ("<|file_separator|>", "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>"),
    ),
    # The space belongs to the format: "<PRE> {prefix} <SUF>{suffix} <MID>".
    Family("codellama", ("codellama", "code-llama"), ("<PRE> ", " <SUF>", " <MID>"), _SENTENCE),
    # These two have the suffix first by themselves: nothing stands before it.
    Family("codestral", ("codestral",), ("", "[SUFFIX]", "[PREFIX]"), (*_SENTENCE, "[INST]")),
    Family(
        "seed-coder",
        ("seed-coder",),
        ("", "<[fim-suffix]>", "<[fim-prefix]>"),
        ("<[fim-middle]>", "<[begin\u2581of\u2581sentence]>", "<[end\u2581of\u2581sentence]>"),
    ),
    Family("chatml", ("smollm", "qwen2", "qwen3"), (), CHATML_TOKENS, CHATML),
)
LEFT_TO_RIGHT = Family("left-to-right", (), ())


def family_of(model: str, named: tuple[str, ...] = ()) -> Family:
    """Return how `model` wants to be asked: as `named`, or as its name tells.

    `named` is the name of a family, or the texts of its tokens: prefix, suffix, middle, and if it
    has them those before a project's name and before a file's. Raises EngineError.
    """
    if len(named) == 1:
        known = {family.name: family for family in (*FAMILIES, LEFT_TO_RIGHT)}
        if found := known.get(named[0].lower()):
            return found
    elif named:
        if len(named) in (3, 5):
            own = _of_name(model)
            return Family("own", (), named, own.specials, own.chat_template)
    else:
        return _of_name(model)
    raise EngineError(
        f"`remote_fim` is {', '.join(named)}; it must be one of "
        f"{', '.join(family.name for family in (*FAMILIES, LEFT_TO_RIGHT))}, or three or five "
        "texts: those of the tokens for prefix, suffix and middle, for a project and for a file"
    )


def _of_name(model: str) -> Family:
    name = model.lower().replace("_", "-")
    found = (one for one in FAMILIES if any(part in name for part in one.in_names))
    return next(found, LEFT_TO_RIGHT)
