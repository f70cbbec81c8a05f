"""Whether a suggestion, or an edit, breaks the syntax of the file it goes into."""

import ast
import re
import warnings
from functools import lru_cache

from lsp_local.brackets import CLOSERS, scan
from lsp_local.text import Document
from lsp_local.trees import Tree, parse
from lsp_local.typed_trees import parse_typed

LONGEST_COMPILED = 400_000  # characters; some 0.4 s
LINE = re.compile(r" on line \d+")  # of the file, where an answer's lines count from its own first
N_TRIES = 8  # lines, or closing characters, that may be cut off the end
N_CUTS = 3  # words that may be cut off a beginning; each is some ten small parses
N_PARTS = 16  # words or signs that may be cut off a line, so that it can stand; a parse each
WORD = re.compile(r"\w+")
LAST_WORD = re.compile(r"(\w+|[^\w\s]|\s+)$")
LAST_PART = re.compile(r"(\w+|[^\w\s]+|\s+)$")
NAMES = ("", "x", " x", " = x", ": x", " x in x")  # how what has begun may go on
HEADER_ENDS = {"python": ":", "ruby": "\nend"}  # elsewhere a pair of braces
CLOSING = re.compile(r"[)\]}>\"'`;,:]$")


def is_worse(before: Tree, after: Tree) -> bool:
    """Whether a text has errors that it had not before: by the grammar, and by Python itself.

    Python's grammar forgives empty bodies and wrong indentation.
    """
    before, after = comparable(before, after)
    return after.n_errors > before.n_errors or new_python_error(before, after) is not None


def comparable(before: Tree, after: Tree) -> tuple[Tree, Tree]:
    """Return the trees whose errors may be counted against each other.

    How much of a broken text is an error depends on what was parsed before.
    """
    if not before.n_errors:
        return before, after
    return _parsed_alone(before), _parsed_alone(after)


def _parsed_alone(tree: Tree) -> Tree:
    return parse(tree.text, tree.language) or tree


def new_python_error(before: Tree, after: Tree) -> tuple[int, str] | None:
    """Return what Python says of a text that it took before; see `python_error`."""
    if before.language != "python" or python_error(before.text) is not None:
        return None
    return python_error(after.text)


@lru_cache(maxsize=8)  # the file before, and the same change a second time
def python_error(text: str) -> tuple[int, str] | None:
    """Return the line, from 1, and the message of what Python itself says; nothing is run."""
    if len(text) > LONGEST_COMPILED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(tree, "<edit>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1, LINE.sub("", error.msg)
    except (RecursionError, MemoryError):
        return 1, "is nested too deeply"
    except (ValueError, OverflowError) as error:
        return 1, str(error)
    return None


def longest_valid(doc: Document, offset: int, text: str) -> str:
    """Return as much of `text` as does not break the syntax of `doc`, "" if nothing does.

    A block loses lines at its end, a line what closes too much. What a file cannot be checked for
    (no grammar, or too long) is valid.
    """
    tree = parse_typed(doc.text, doc.language)
    if tree is None:
        return text
    n_allowed = _n_allowed(tree, offset)
    for candidate in _shortened(text):
        if _n_errors(tree, offset, candidate) <= n_allowed:
            return candidate
    return ""


def longest_beginning(doc: Document, offset: int, text: str) -> str:
    """Return as much of `text`, the beginning of more, as can still become valid code.

    Tried are a few ways to go on: a name, what closes the brackets, the end of a header. The rest
    of a word that the user has begun is not what makes a half-written line an error.
    """
    tree = parse_typed(doc.text, doc.language)
    if tree is None or not text.strip():
        return text
    is_rest = rest_of_word(doc.text[:offset], text) == text
    if is_rest and tree.replaced(offset, offset, text).n_errors <= tree.n_errors:
        return text
    n_allowed = _n_allowed(tree, offset)
    candidate = text.rstrip()
    for _ in range(N_CUTS):
        if any(
            tree.replaced(offset, offset, candidate + more).n_errors <= n_allowed
            for more in _continuations(tree, offset, candidate)
        ):
            return candidate
        candidate = LAST_PART.sub("", candidate).rstrip()
        if not candidate.strip():
            break
    return ""


def rest_of_word(before: str, text: str) -> str:
    """Return what `text` adds to the word that `before` ends with, "" where there is none."""
    found = WORD.match(text)
    return found[0] if found and WORD.fullmatch(before[-1:]) else ""


def standing(doc: Document, offset: int, text: str) -> str:
    """Return as much of `text` as is no syntax error if the user adds nothing, "" if nothing is.

    An error that is there without the text, such as that of a half-written line, may stay. Of
    several lines, which end where brackets are closed, all or nothing is returned.
    """
    tree = parse_typed(doc.text, doc.language)
    if tree is None:
        return text
    candidate = text
    for _ in range(N_PARTS):
        if tree.replaced(offset, offset, candidate).n_errors <= tree.n_errors:
            return candidate
        candidate = LAST_WORD.sub("", candidate.rstrip()).rstrip()
        if "\n" in text or not candidate.strip():
            break
    return ""


def _continuations(tree: Tree, offset: int, text: str) -> list[str]:
    """Return ways in which a beginning may go on, the shortest first."""
    closing = _closing(tree, offset, text).replace("\n", "")
    ends = [f"{name}{closing}" for name in NAMES]
    header_end = HEADER_ENDS.get(tree.language, " {}")
    headers = [f"{name}{closing}{header_end}" for name in NAMES]
    return list(dict.fromkeys(["", *ends, *headers]))


def _shortened(text: str) -> list[str]:
    """Return `text` and what is left of it, the longest first."""
    lines = text.split("\n")
    if len(lines) > 1:
        shorter = ["\n".join(lines[:n]).rstrip() for n in range(len(lines) - 1, 0, -1)]
        return [text, *(one for one in shorter[:N_TRIES] if one.strip())]
    found = [text]
    while len(found) < N_TRIES and CLOSING.search(found[-1]):
        found.append(found[-1][:-1].rstrip())
    return [one for one in found if one.strip()]


def _n_allowed(tree: Tree, offset: int) -> int:
    """Count the errors that are there anyway.

    A line that is half written is an error of its own: what the file has without it counts, too.
    """
    n_errors = tree.n_errors
    if not n_errors:
        return 0
    start = tree.text.rfind("\n", 0, offset) + 1
    end = tree.text.find("\n", offset)
    return min(n_errors, tree.replaced(start, end if end >= 0 else len(tree.text), "").n_errors)


def _n_errors(tree: Tree, offset: int, text: str) -> int:
    """Count the errors with `text`, as it is, or as it will be once what it opens is closed."""
    n_errors = tree.replaced(offset, offset, text).n_errors
    if not n_errors:
        return 0
    closed = text + _closing(tree, offset, text)
    return (
        n_errors
        if closed == text
        else min(n_errors, tree.replaced(offset, offset, closed).n_errors)
    )


def _closing(tree: Tree, offset: int, text: str) -> str:
    """Return what closes the brackets that the cursor's line leaves open with `text`."""
    end = tree.text.find("\n", offset)
    rest = tree.text[offset : end if end >= 0 else len(tree.text)]
    if rest.strip():
        return ""
    line = tree.text[tree.text.rfind("\n", 0, offset) + 1 : offset] + text
    opened = scan(line, tree.language).opened
    closers = {opener: closer for closer, opener in CLOSERS.items()}
    found = [closers.get(line[at], line[at]) for at in reversed(opened)]
    return "".join(f"\n{one}" if one == "}" else one for one in found)
