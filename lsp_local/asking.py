"""When to ask the model at all: places where a suggestion could only be in the way."""

import re

from lsp_local import privacy
from lsp_local.options import Options
from lsp_local.stops import Stops
from lsp_local.text import Document, Reason
from lsp_local.trees import Place
from lsp_local.typed_trees import parse_typed

# What may stand right of the cursor: what closes, as editors insert it, and a comment.
ENDING = re.compile(r"\s*[)\]}>\"'`]*\s*[:;,{]?\s*(\*/|(#|//|--).*)?$")
WORD = re.compile(r"\w")


def silence(options: Options, doc: Document, offset: int, is_automatic: bool) -> Reason | None:
    """Return why nothing is asked at `offset`, None where it is worth asking.

    Who asks by hand has reasons: then only what cannot work is silent.
    """
    if not doc.text[:offset].strip():
        return Reason.NOTHING_TO_READ
    if privacy.is_private(doc.text, offset):
        return Reason.PRIVATE
    end = doc.text.find("\n", offset)
    rest = doc.text[offset : end if end >= 0 else len(doc.text)]
    if WORD.match(rest):  # nothing fits in front of a name or number
        return Reason.MIDDLE_OF_WORD
    if not is_automatic:
        return None
    if not ENDING.match(rest):
        return Reason.CODE_FOLLOWS
    place = place_at(doc, offset)
    if place is Place.COMMENT and not options.in_comments:
        return Reason.IN_COMMENT
    if place is Place.STRING and not options.in_strings:
        return Reason.IN_STRING
    return None


def place_at(doc: Document, offset: int, stops: Stops | None = None) -> Place:
    """Say whether the cursor is in code, a comment or a string; `stops` know of open strings."""
    tree = parse_typed(doc.text, doc.language)
    place = tree.place(offset) if tree else Place.CODE
    return Place.STRING if place is Place.CODE and stops and stops.quote else place
