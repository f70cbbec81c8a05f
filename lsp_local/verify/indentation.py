"""Code that a model wrote at the left edge, moved to where it belongs in a file."""

from collections.abc import Iterator, Set

from lsp_local.brackets import scan
from lsp_local.indents import UNITS, columns, leading, unit_of
from lsp_local.parts import Role
from lsp_local.trees import parse

BY_COLUMN = frozenset({"python", "yaml", "haskell", "makefile"})  # no bracket ends a block


def indented(
    code: str, original: str, prefix: str, text: str, language: str
) -> tuple[str, str | None]:
    """Return `code` as it has to stand in place of `original`, and how else it may be meant.

    `prefix` is the white space before `original` in its first line, which the result does not
    repeat; `text` is the file. Lines end with LF. The other reading is that the model left out
    the white space before the first line only.
    """
    lines = code.split("\n")
    unit = unit_of(text, language)
    inner = _inner_lines(code, original, language)
    rest = [columns(line) for n, line in enumerate(lines[1:], 1) if line.strip() and n not in inner]
    first, target = columns(lines[0]), columns(prefix)
    lowest = min([first, *rest])
    base = leading(min(original.split("\n")[1:], key=_depth, default="")) if first > lowest else ""
    base = base if first > lowest and columns(base) < target else prefix
    usual = _moved(lines, inner, lowest, base, unit)
    if first or not target or not rest or not min(rest):
        return usual, None
    other = "\n".join(
        [lines[0], *_moved(["", *lines[1:]], inner, target, prefix, unit).split("\n")[1:]]
    )
    is_other = _lacks_first(lines, min(rest), target, language)
    return (other, usual) if is_other else (usual, other)


def _lacks_first(lines: list[str], lowest: int, target: int, language: str) -> bool:
    """Whether only the first line seems to have lost its white space."""
    opens = bool(scan(lines[0], language).opened) or lines[0].rstrip().endswith(":")
    if opens and language in BY_COLUMN:
        return lowest > target
    return lowest >= target


def _moved(lines: list[str], inner: Set[int], lowest: int, base: str, unit: str) -> str:
    """Put what stands `lowest` columns deep behind `base`, and what is deeper in proportion."""
    steps = [columns(line) - lowest for n, line in enumerate(lines) if n and n not in inner]
    own = min((step for step in steps if step > 1), default=0)
    # Lines that stand under a bracket say nothing of the unit.
    is_even = all(step % own < 2 for step in steps) if own else False
    has_unit = own in UNITS and (is_even or unit == "\t")
    found = []
    for n, line in enumerate(lines):
        if n in inner:
            found.append(line)
        elif not line.strip():
            found.append("")
        else:
            depth = max(0, columns(line) - lowest)
            if has_unit:
                depth, more = divmod(depth, own)
                indent = base + unit * depth + " " * more
            else:
                indent = base + " " * depth
            found.append(indent + line.lstrip(" \t"))
    # What stands before the first line in the file is no part of it.
    found[0] = found[0].lstrip(" \t")
    return "\n".join(found)


def _inner_lines(code: str, original: str, language: str) -> frozenset[int]:
    """Return the lines of `code` that begin in a string, whose white space is part of it.

    A docstring moves with its code, and so does a string that the model moved to the left.
    """
    tree = parse(code, language)
    found: set[int] = set()
    for leaf in tree.leaves(0, len(code)) if tree else ():
        is_string = leaf.role is not Role.NOTE and "\n" in leaf.text and leaf.kind != "ERROR"
        if is_string and (leaf.text in original or not _is_moved(leaf.text, original)):
            first = code.count("\n", 0, leaf.start)
            found.update(range(first + 1, first + 1 + leaf.text.count("\n")))
    return frozenset(found)


def _is_moved(text: str, original: str) -> bool:
    """Whether `original` has the lines of a string, but for the white space before them."""
    bare = "\n".join(_bare(text))
    return bare in "\n".join(_bare(original))


def _bare(text: str) -> Iterator[str]:
    return (line.lstrip(" \t") for line in text.split("\n"))


def _depth(line: str) -> int:
    return columns(line) if line.strip() else 1 << 30
