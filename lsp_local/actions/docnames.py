"""Which parameters a docstring names, and where: all conventions of the languages known.

Go's has none. A convention that a text does not follow to the letter names nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_local.actions.functions import Function, parameter_nodes, parameters
from lsp_local.languages import SCRIPTS
from lsp_local.trees import Tree

NAME = r"(?:[^\W\d]|\$)[\w$]*"
# Titles and the like that stand where a name might.
NO_NAMES = frozenset(
    {
        *("None", "Note", "Notes", "Example", "Examples", "Default", "Defaults", "Warning"),
        *("Return", "Returns", "Raises", "Yields", "Todo", "TODO", "Attributes", "http", "https"),
    }
)
# JSDoc, Javadoc, Doxygen: `@param {Type} [name=value] - text`, `\param[in] one,two text`.
TAG = re.compile(
    r"^[ \t]*(?:\*|//[/!])?[ \t]*(?:/\*[*!]+[ \t]*)?"
    r"[@\\]param\b(?:\[[\w, ]*\])?[ \t]+(?:\{(?:[^{}\n]|\{[^{}\n]*\})*\}[ \t]+)?"
    rf"(?P<names>\[?{NAME}(?:[ \t]*,[ \t]*{NAME})*)",
    re.M,
)
FOREIGN = re.compile(r"@(callback|typedef|overload|function|func|method|name|template|event)\b")
REST = re.compile(
    rf"^[ \t]*:(?:param|parameter|arg|argument|key|keyword)[ \t]+(?:[^:\n]*[ \t])?"
    rf"(?P<names>\\?\*{{0,2}}{NAME})[ \t]*:",
    re.M,
)
GOOGLE = re.compile(
    r"^(?P<indent>[ \t]*)(?:Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments):"
    r"[ \t]*\r?\n(?P<body>(?:(?P=indent)[ \t]+\S.*(?:\r?\n|$)|[ \t]*\r?\n)*)",
    re.M,
)
GOOGLE_ITEM = re.compile(rf"(?P<names>\\?\*{{0,2}}\\?\*?{NAME})[ \t]*(?:\([^\n]*?\))?:(?:\s|$)")
NUMPY = re.compile(
    r"^(?P<indent>[ \t]*)(?:Other )?Parameters[ \t]*\r?\n(?P=indent)-{3,}[ \t]*\r?\n"
    r"(?P<body>(?:(?P=indent)[ \t]*\S.*(?:\r?\n|$)|[ \t]*\r?\n)*)",
    re.M,
)
NUMPY_ITEM = re.compile(
    rf"(?P<names>\\?\*{{0,2}}{NAME}(?:[ \t]*,[ \t]*\\?\*{{0,2}}{NAME})*)[ \t]*(?::(?:[ \t]|$)|\r?$)"
)
UNDERLINE = re.compile(r"[ \t]*-{3,}[ \t]*\r?$")
RUST = re.compile(
    r"^[ \t]*///[ \t]*#+[ \t]*(?:Arguments|Parameters)[ \t]*\r?\n"
    r"(?P<body>(?:[ \t]*///(?![ \t]*#).*(?:\r?\n|$))*)",
    re.M,
)
RUST_ITEM = re.compile(rf"[ \t]*///[ \t]?[*-][ \t]+`(?P<names>{NAME})`")
YARD = re.compile(
    r"^[ \t]*#[ \t]*@param[ \t]+(?:\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\][ \t]+)?"
    rf"(?P<names>{NAME})",
    re.M,
)
TAGGED = (*SCRIPTS, "java", "c", "cpp")
# Decorators after which a function takes what it says.
KEEPING = re.compile(
    r"@(\w+\.)*(staticmethod|classmethod|property|\w+\.setter|\w*cache\w*|abstract\w+|overload"
    r"|override|final|contextmanager|asynccontextmanager|no_type_check|deprecated)\b"
)
ARGUMENTS = re.compile(r"\barguments\b")
RECEIVERS = ("self", "cls", "this")
RECEIVER = re.compile(r"[&*\s]*(mut\s+)?(self|cls|this)\b")
SEPARATORS = ("keyword_separator", "positional_separator")


@dataclass(frozen=True, slots=True)
class DocName:
    """A parameter that a docstring names, without stars; the offset is that of the name."""

    name: str
    offset: int


def documented(text: str, language: str) -> list[DocName]:
    """Return the parameters that a docstring names, each where it does so first."""
    if language == "python":
        found = [*_matches(REST, text), *_google(text), *_numpy(text)]
    elif language == "rust":
        found = [
            one
            for section in RUST.finditer(text)
            for one in _items(RUST_ITEM, text, *section.span("body"))
        ]
    elif language == "ruby":
        found = list(_matches(YARD, text))
    elif language in TAGGED and not FOREIGN.search(text):
        found = list(_matches(TAG, text))
    else:
        found = []
    first: dict[str, DocName] = {}
    for one in sorted(found, key=lambda one: one.offset):
        if one.name not in NO_NAMES:
            first.setdefault(one.name, one)
    return list(first.values())


def takes_any(tree: Tree, function: Function) -> bool:
    """Whether a function takes what its signature does not name: `**rest`, a pattern."""
    texts = [
        tree.text[one.start_byte : one.end_byte]
        for one in parameter_nodes(function)
        if one.type not in SEPARATORS
    ]
    named = [text for text in texts if not RECEIVER.match(text)]
    is_script = tree.language in SCRIPTS
    reads_all = is_script and ARGUMENTS.search(tree.text[function.body : function.body_end])
    return (
        bool(reads_all)
        or len(named) > len(parameters(tree, function))
        or any(text.startswith(("*", "...")) for text in named)
        or not _is_plain(tree, function)
    )


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[DocName]:
    for match in pattern.finditer(text):
        yield from _names(match)


def _names(match: re.Match[str]) -> Iterator[DocName]:
    """Yield the names in what a pattern calls `names`."""
    for name in re.finditer(NAME, match["names"]):
        yield DocName(name[0], match.start("names") + name.start())


def _items(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[DocName]:
    """Yield the names with which lines between two offsets begin."""
    for line in re.finditer(r"[^\n]+", text[start:end]):
        match = pattern.match(text, start + line.start(), start + line.end())
        if match is not None:
            yield from _names(match)


def _google(text: str) -> Iterator[DocName]:
    """Yield the names at the indentation of the first entry; what is deeper goes on an entry."""
    for section in GOOGLE.finditer(text):
        first: str | None = None
        for line in re.finditer(r"^([ \t]*)\S[^\n]*", section["body"], re.M):
            first = line[1] if first is None else first
            begin = section.start("body") + line.end(1)
            match = GOOGLE_ITEM.match(text, begin, section.start("body") + line.end())
            if line[1] == first and match is not None:
                yield from _names(match)


def _numpy(text: str) -> Iterator[DocName]:
    """Yield the names at the indentation of the section, up to the title of the next one."""
    for section in NUMPY.finditer(text):
        body, indent = section["body"], section["indent"]
        lines = list(re.finditer(r"[^\n]+", body))
        for n, line in enumerate(lines):
            if n + 1 < len(lines) and UNDERLINE.match(lines[n + 1][0]):
                break
            inside = line[0].removeprefix(indent)
            begin, end = (section.start("body") + at for at in line.span())
            match = NUMPY_ITEM.match(text, begin + len(indent), end)
            if inside[:1] not in ("", " ", "\t", "\r") and match is not None:
                yield from _names(match)


def _is_plain(tree: Tree, function: Function) -> bool:
    """Whether no decorator of Python can add a parameter."""
    lines = tree.text[function.start : function.head].split("\n")
    decorators = [line.strip() for line in lines if line.lstrip().startswith("@")]
    return tree.language != "python" or all(map(KEEPING.match, decorators))
