"""Tokens for a model whose own are behind a wire that only takes text.

A token's id is its text, so no table has to be kept: its bytes as a number, behind a byte that says
whether they are plain text or a template's own. Texts are cut where models cut them, too, and into
about as many pieces, so that budgets in tokens mean what they always mean.
"""

import re
from collections.abc import Iterable, Sequence

PLAIN, OF_TEMPLATE = b"\x01", b"\x02"
# Of Python, JavaScript, TypeScript and C this makes 0.98 to 1.02 times as many as Qwen2.5 does.
PIECE = re.compile(
    r"[ _.(]?(?:(?![\u2e80-\U0010ffff])[^\W\d_]){1,8}"  # words, with what stands before them
    r"|\d"
    r"|[ \t]{1,16}(?=[ \t]|\Z)"  # the last space before a word belongs to it
    r"|(?:\r?\n)+[ \t]{0,16}(?=[ \t]|\S|\Z)"
    r"| ?[^\s\w]{1,3}"
    r"| ?_{1,4}"
    r"|\s"
    r"|.",
    re.DOTALL,
)
# What is taken off before the cursor: white space and, before it, what models read as one word.
# Source: the pattern that splits text for GPT-4 and Qwen2.5. A mark belongs to the word behind it
# (`(self`), but not several marks (three backticks), nor one with a space before it.
HEALED = re.compile(
    r"(?:(?:[ \t]|(?<![^\w\r\n])(?<!_)(?:[^\w\s]|_))?[^\W\d_]+"
    r"| ?\d+"
    r"| ?(?:[^\s\w]|_)+)?\s*\Z"
)
MOST_HEALED = 200  # characters; the text that a person sees as one word is far shorter
BREAK = "\u2060"  # a word joiner: takes no room, and no special token has one


def tokenize(text: str) -> list[int]:
    """Return the tokens of `text`, in which nothing is special whatever it looks like."""
    return [_id(PLAIN, piece) for piece in PIECE.findall(text)]


def special(text: str) -> int:
    """Return the token that stands for `text` as a template writes it, such as `<|fim_prefix|>`."""
    return _id(OF_TEMPLATE, text)


def token_of(piece: bytes) -> int:
    """Return the token of what a server said."""
    return int.from_bytes(PLAIN + piece, "big")


def piece_of(token: int) -> bytes:
    """Return the text of a token; b"" for a template's own, as for any control token."""
    kind, content = _parts(token)
    return content if kind == PLAIN else b""


def text_of_template(token: int) -> str:
    """Return what a template's own token writes; "" for plain text."""
    kind, content = _parts(token)
    return content.decode(errors="replace") if kind == OF_TEMPLATE else ""


def written(tokens: Iterable[int], specials: Sequence[str]) -> str:
    """Return the text to send, in which no plain text passes for one of `specials`."""
    texts: list[str] = []
    plain = b""
    for token in tokens:
        kind, content = _parts(token)
        if kind == PLAIN:
            plain += content
            continue
        texts += [_harmless(plain, specials), content.decode(errors="replace")]
        plain = b""
    return "".join([*texts, _harmless(plain, specials)])


def heal(tokens: list[int]) -> tuple[list[int], bytes]:
    """Split `tokens` where every model begins a new one, before the word at the end.

    Return what is to be read and the text taken off, with which the answer has to begin.
    """
    at, tail = len(tokens), b""
    while at and len(tail) < MOST_HEALED and (piece := piece_of(tokens[at - 1])):
        at -= 1
        tail = piece + tail
    text = tail.decode(errors="replace")
    found = HEALED.search(text)
    n_kept = found.start() if found else len(text)
    return [*tokens[:at], *tokenize(text[:n_kept])], text[n_kept:].encode(errors="replace")


def _id(kind: bytes, text: str) -> int:
    return int.from_bytes(kind + text.encode(errors="replace"), "big")


def _parts(token: int) -> tuple[bytes, bytes]:
    raw = token.to_bytes((token.bit_length() + 7) // 8, "big")
    return raw[:1], raw[1:]


def _harmless(plain: bytes, specials: Sequence[str]) -> str:
    """Break up what looks like a special token: the server would take it for one."""
    text = plain.decode(errors="replace")
    for name in specials:
        if name in text:
            text = text.replace(name, name[:1] + BREAK + name[1:])
    return text
