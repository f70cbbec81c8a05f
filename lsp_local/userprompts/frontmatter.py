"""The settings at the top of a prompt file: YAML between two lines `---`, read with suspicion."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

FENCE = "---"
MOST_CHARS = 4096  # of the front matter
MOST_BRACKETS = 40  # PyYAML takes 10 s for 4,000 of them
MOST_DEPTH = 2  # a table of lists
TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting as it was written. Invariant: `line` is where its key stands in the file.

    `value` is a text, a list of texts, or what it is instead of those, in words.
    """

    key: str
    value: "str | tuple[str, ...] | Odd"
    line: int


@dataclass(frozen=True, slots=True)
class Odd:
    """A value that is neither a text nor a list of texts. `shown` stands after "not"."""

    shown: str


class Refused(Exception):
    """A file that cannot be taken: `line` (from 1) and `reason`, which says what to write."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def split(text: str) -> tuple[list[Entry], str, int]:
    """Return the settings of a file, what follows them, and the line at which that begins.

    `text` has the line ends of Unix only. Raises Refused.
    """
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[first].rstrip() != FENCE:
        return [], text, 1
    fences = (n for n, line in enumerate(lines) if n > first and line.rstrip() == FENCE)
    last = next(fences, None)
    if last is None:
        raise Refused(first + 1, f"front matter begins here and never ends; add a line `{FENCE}`")
    front = "\n".join(lines[first + 1 : last])
    return _entries(front, first + 2), "\n".join(lines[last + 1 :]), last + 2


def _entries(front: str, first_line: int) -> list[Entry]:
    """Read the lines between the fences. Raises Refused."""
    import yaml  # only here: most processes read no prompt files

    if len(front) > MOST_CHARS:
        raise Refused(first_line, f"front matter is over {MOST_CHARS} characters; make it shorter")
    if front.count("[") + front.count("{") > MOST_BRACKETS:
        raise Refused(first_line, f"front matter has over {MOST_BRACKETS} brackets; use fewer")
    try:
        return list(_read(front, first_line))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + _n_lines(front, mark)
        raise Refused(line, f"is not YAML: {_problem(error)}") from None
    except yaml.reader.ReaderError as error:
        line = first_line + front.count("\n", 0, error.position)
        raise Refused(line, "holds a control character; remove it") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Refused(first_line, "is not YAML; write lines such as `title: Text`") from None


def _read(front: str, first_line: int) -> Iterator[Entry]:
    import yaml

    _refuse_bombs(front, first_line)
    root = yaml.compose(front, Loader=yaml.SafeLoader)
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise Refused(first_line, "front matter must be lines such as `title: Text`")
    seen: set[str] = set()
    for key, value in root.value:
        line = first_line + _n_lines(front, key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            raise Refused(line, "a key must be a name, such as `title`")
        if key.value in seen:
            raise Refused(line, f"`{key.value[:40]}` is set twice; remove one of the two")
        seen.add(key.value)
        yield Entry(key.value, _value(value), line)


def _refuse_bombs(front: str, first_line: int) -> None:
    """Raise Refused where a small text would become a large value, or a deep one."""
    import yaml

    depth = 0
    for event in yaml.parse(front, Loader=yaml.SafeLoader):
        line = first_line + _n_lines(front, event.start_mark)
        if getattr(event, "anchor", None):
            raise Refused(line, "anchors (`&x`) and aliases (`*x`) are not allowed; quote the text")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise Refused(line, "values are texts and lists of texts; nothing goes deeper")


def _value(node: "yaml.Node") -> str | tuple[str, ...] | Odd:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return Odd("a table")
    if isinstance(node, yaml.SequenceNode):
        values = [_value(child) for child in node.value]
        odd = next((value for value in values if not isinstance(value, str)), None)
        if odd is not None:
            return Odd(f"a list with {odd.shown if isinstance(odd, Odd) else 'a list'} in it")
        return tuple(value for value in values if isinstance(value, str))
    text = str(node.value)
    if node.tag == TEXT_TAG:
        return text
    return Odd(f"`{text[:40]}`, which YAML reads as no text; put it in quotes" if text else "empty")


def _n_lines(front: str, mark: object) -> int:
    # YAML counts other characters as line ends too, and no editor does.
    return front.count("\n", 0, getattr(mark, "index", 0))


def _problem(error: "yaml.MarkedYAMLError") -> str:
    problem = str(error.problem or error.context)
    if "mapping values are not allowed" in problem:
        return "a text with `: ` in it must be in quotes"
    if r"'\t'" in problem:
        return "a tab stands where only spaces may; indent with spaces"
    return f"{problem[:120]}; put the text in quotes"
