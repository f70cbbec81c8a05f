"""The word under the cursor, for a server that reads text: how the answer is made to go on from it.

A prompt that ends inside a word or behind a space splits tokens as no model has seen them. So it
ends before the word, and the answer has to begin with what was left out. A server that knows
grammars keeps to that by itself; of others the likeliest token that fits is asked to be gone on
from; and where none fits the prompt is sent as it is.
"""

import math

from lsp_local.engine.remote.answers import Said


def grammar(healing: bytes, on_this_line: bool) -> str:
    """Return what an answer may be in llama.cpp's GBNF; "" if it may be anything.

    Source: llama.cpp, grammars/README.md.
    """
    if not healing and not on_this_line:
        return ""
    said = _literal(healing.decode(errors="replace"))
    line = r"[ \t]* [^ \t\r\n] " if on_this_line else ""
    return f"root ::= {said} {line}[^\\x00]*"


def fits(piece: bytes, healing: bytes, may_end_line: bool) -> bool:
    """Whether an answer that has still to begin with `healing` may begin with `piece`."""
    if not (piece.startswith(healing) or healing.startswith(piece)):
        return False
    rest = piece[len(healing) :]
    return may_end_line or not rest.lstrip(b" \t\r").startswith(b"\n")


def weighed(said: Said, healing: bytes, may_end_line: bool) -> Said:
    """Return a piece with its probability among those that fit, which were all there was."""
    if not healing and may_end_line:
        return said
    known = dict(said.others)
    if said.logprob is not None:
        known[said.piece] = said.logprob
    own = known.get(said.piece)
    if own is None:
        return Said(said.piece, 0.0 if said.logprob is not None else None)
    allowed = [
        logprob
        for piece, logprob in known.items()
        if fits(piece, healing, may_end_line) and (_is_long(piece, healing) or piece == said.piece)
    ]
    highest = max([*allowed, own])
    total = highest + math.log(sum(math.exp(one - highest) for one in allowed or [own]))
    return Said(said.piece, min(0.0, own - total))


def likeliest(said: Said, healing: bytes, may_end_line: bool) -> Said | None:
    """Return what fits best of that which could have been said; None if nothing does."""
    for piece, logprob in said.others:
        if _is_long(piece, healing) and fits(piece, healing, may_end_line):
            return weighed(Said(piece, logprob, said.others), healing, may_end_line)
    return None


def _is_long(piece: bytes, healing: bytes) -> bool:
    """Whether a piece is no mere part of a word; as in `vocab.Vocab.agreeing`."""
    return len(piece) >= max(1, len(healing.rstrip()))


def _literal(text: str) -> str:
    """Return a text as a literal, each odd character by its number."""
    shown = "".join(c if (c.isascii() and c.isalnum()) or c in " _" else _escaped(c) for c in text)
    return f'"{shown}"'


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x80 else f"\\U{code:08X}"
