"""Holes in the files of a real repository, which has everything else to help."""

import random
import re
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_local.context import Surroundings
from lsp_local.engine.base import Engine
from lsp_local.evals import scoring
from lsp_local.evals.systems import Answer, ours, raw
from lsp_local.ignores import Ignores
from lsp_local.index import Index
from lsp_local.languages import language_of
from lsp_local.options import Options
from lsp_local.text import Document, UserError
from lsp_local.trees import NAME, Place, Tree, knows, parse

KINDS = ("rest", "line", "block")
SHORTEST_HOLE = 4  # characters
N_ASKED = 500  # names at once: of more the index looks at the first ones only
SHORTEST_FOREIGN = 5  # characters of a name that counts as another file's
LONGEST_LINE = 200  # characters; longer ones were not typed
BLOCK_LINES = (2, 8)
LEAST_LINES = 20  # of a file
BOUNDARY = re.compile(r"(?<=\w)(?=\W)|(?<=\W)(?=\w)")


@dataclass(frozen=True, slots=True)
class Hole:
    """A gap in a file: `doc` is the text without `truth`, which was at `offset`."""

    kind: str
    doc: Document
    offset: int
    truth: str

    @property
    def place(self) -> str:
        """Return where it is, for people."""
        return f"{self.doc.path}:{self.doc.text.count(chr(10), 0, self.offset) + 1}"


@dataclass(frozen=True, slots=True)
class Filled:
    """What both systems made of a hole, and whether what was shown breaks the file."""

    hole: Hole
    raw: Answer
    invoked: Answer
    automatic: Answer
    raw_breaks: bool
    breaks: bool


def punch(
    root: Path, kinds: Sequence[str], limit: int, seed: int, index: Index | None = None
) -> list[Hole]:
    """Return about `limit` holes, of all files and kinds in turn. Raises UserError without any.

    With an `index` only those that another file helps with: they begin at, or hold, a name that
    one or two other files define, and this one does not; a rest begins there or in its brackets.
    """
    rng = random.Random(seed)
    holes: dict[tuple[str, str], list[Hole]] = {}
    for path, text in sorted(_texts(root).items()):
        foreign = _foreign(text, path, index) if index else None
        for kind in kinds:
            found = _holes(root, path, text, kind, foreign)
            rng.shuffle(found)
            holes[path, kind] = found
    keys = list(holes)
    rng.shuffle(keys)
    rounds = max(map(len, holes.values()), default=0)
    turns = [holes[key][n] for n in range(rounds) for key in keys if n < len(holes[key])]
    if not turns:
        raise UserError(f"{root} holds no source file of a language that we can parse")
    return turns[:limit] if limit else turns


def _foreign(text: str, path: str, index: Index) -> set[str]:
    """Return the names in `text` that only one or two other files of the project define."""
    names = sorted({name for name in NAME.findall(text) if len(name) >= SHORTEST_FOREIGN})
    places: dict[str, set[str]] = {}
    for asked in (names[n : n + N_ASKED] for n in range(0, len(names), N_ASKED)):
        for symbol in index.symbols(asked, limit=5000):
            places.setdefault(symbol.name, set()).add(symbol.path)
    return {name for name, of in places.items() if path not in of and len(of) <= 2}


async def fill(
    engine: Engine, options: Options, holes: Sequence[Hole], index: Index
) -> AsyncIterator[Filled]:
    """Ask both systems about every hole, in turn."""
    around = Surroundings(index=index)
    for hole in holes:
        doc, at = hole.doc, hole.offset
        plain = await raw(engine, options, doc, at, "block" if hole.kind == "block" else "line")
        invoked = await ours(engine, options, doc, at, around, is_automatic=False)
        automatic = await ours(engine, options, doc, at, around, is_automatic=True)
        breaks = [_breaks(hole, answer.shown) for answer in (plain, automatic)]
        yield Filled(hole, plain, invoked, automatic, *breaks)


def figures(filled: Sequence[Filled], seed: int) -> dict[str, Any]:
    """Return the figures of all holes and of each kind."""
    kinds = [kind for kind in KINDS if any(one.hole.kind == kind for one in filled)]
    found = {"all": _figures(filled, seed)}
    for kind in kinds:
        found[kind] = _figures([one for one in filled if one.hole.kind == kind], seed)
    return found


def is_exact(text: str, hole: Hole) -> bool:
    """Whether the first line of `text` is that of the truth."""
    if hole.kind == "rest":  # nothing may be missing in the middle of a line
        return text.rstrip().split("\n")[0] == hole.truth.rstrip()
    return scoring.first_line(text) == scoring.first_line(hole.truth)


def _figures(filled: Sequence[Filled], seed: int) -> dict[str, Any]:
    def column(value: Any, among: Sequence[Filled] = filled) -> list[list[float]]:
        found: dict[str, list[float]] = {one.hole.doc.path: [] for one in filled}
        for one in among:
            found[one.hole.doc.path].append(float(value(one)))
        return list(found.values())

    exact_raw = column(lambda one: is_exact(one.raw.text, one.hole))
    exact_ours = column(lambda one: is_exact(one.invoked.shown, one.hole))
    shown_raw = [one for one in filled if one.raw.shown.strip()]
    shown = [one for one in filled if one.automatic.shown.strip()]
    right_raw = column(lambda one: is_exact(one.raw.shown, one.hole), shown_raw)
    right = column(lambda one: is_exact(one.automatic.shown, one.hole), shown)
    return {
        "exact_first_line": {
            "raw": scoring.share(exact_raw, seed),
            "ours": scoring.share(exact_ours, seed),
            "ratio": scoring.ratio(exact_ours, exact_raw, seed),
        },
        "edit_similarity": {
            "raw": scoring.share(column(lambda o: _similarity(o.raw.text, o.hole)), seed),
            "ours": scoring.share(column(lambda o: _similarity(o.invoked.shown, o.hole)), seed),
        },
        "show_rate": {
            "raw": scoring.share(column(lambda o: bool(o.raw.shown.strip())), seed),
            "ours": scoring.share(column(lambda o: bool(o.automatic.shown.strip())), seed),
        },
        "precision_of_shown": {
            "raw": scoring.share(right_raw, seed),
            "ours": scoring.share(right, seed),
            "ratio": scoring.ratio(right, right_raw, seed),
            "right_beginning": scoring.share(
                column(lambda o: _begins(o.automatic.shown, o.hole), shown), seed
            ),
        },
        "shown_that_break_syntax": {
            "raw": sum(one.raw_breaks for one in filled),
            "ours": sum(one.breaks for one in filled),
        },
    }


def _similarity(text: str, hole: Hole) -> float:
    return scoring.similarity(text, hole.truth)


def _begins(text: str, hole: Hole) -> bool:
    return scoring.begins(text, hole.truth)


def _texts(root: Path) -> dict[str, str]:
    """Return the source files of a repository: what git tracks, or what is not ignored."""
    ignores = Ignores(root)
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    tracked = [path for path in listed.stdout.split("\0") if path]
    paths = tracked if listed.returncode == 0 and tracked else list(ignores.files())
    found = {}
    for path in paths:
        if not knows(language_of(path)) or language_of(path) == "json" or ignores.is_ignored(path):
            continue
        if (root / path).resolve() != root.resolve() / path:  # a link's target is not ours
            continue
        try:
            text = (root / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        lines = text.split("\n")
        if len(lines) >= LEAST_LINES and max(map(len, lines)) <= LONGEST_LINE * 2:
            found[path] = text
    return found


def _holes(root: Path, path: str, text: str, kind: str, foreign: set[str] | None) -> list[Hole]:
    tree = parse(text, language_of(path))
    if tree is None:
        return []
    spans = _blocks(tree) if kind == "block" else _lines(tree, kind, path, foreign)
    if foreign is not None:
        imports = set("\n".join(tree.imports()).split("\n"))
        spans = [
            (start, end)
            for start, end in spans
            if not imports & set(line_at(text, start).split("\n"))
        ]
    uri = (root / path).as_uri()
    return [
        Hole(
            kind,
            Document(uri, path, root.name, tree.language, text[:start] + text[end:]),
            start,
            text[start:end],
        )
        for start, end in spans
    ]


def line_at(text: str, offset: int) -> str:
    """Return the line that holds `offset`."""
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)]


def _lines(tree: Tree, kind: str, path: str, foreign: set[str] | None) -> list[tuple[int, int]]:
    """Return whole lines behind their indentation, or rests of lines from a word's border on."""
    rng = random.Random(f"{path} {kind}")
    found = []
    start = 0
    for line in tree.text.split("\n"):
        code = line.strip()
        first = start + len(line) - len(line.lstrip())
        start += len(line) + 1
        if len(code) > LONGEST_LINE or not NAME.search(code) or len(code) < SHORTEST_HOLE:
            continue
        if tree.place(first + 1) is not Place.CODE or tree.place(first) is not Place.CODE:
            continue
        names = None if foreign is None else foreign.intersection(NAME.findall(code))
        if names is not None and not names:
            continue
        at = first
        if kind == "rest":
            borders = _borders(code, names)
            if not borders:
                continue
            at = first + rng.choice(borders)
            if tree.place(at) is not Place.CODE:
                continue
        found.append((at, first + len(code)))
    return found


def _borders(code: str, names: set[str] | None) -> list[int]:
    """Return where a rest may begin; with `names` only before one, or in the brackets behind it."""
    if names is None:
        found = [border.start() for border in BOUNDARY.finditer(code)]
    else:
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b(\()?")
        matches = list(pattern.finditer(code))
        found = [match.start() for match in matches] + [m.end() for m in matches if m[1]]
    return [one for one in found if 0 < one <= len(code) - SHORTEST_HOLE]


def _blocks(tree: Tree) -> list[tuple[int, int]]:
    """Return the bodies of small functions, from the end of the line that opens them on."""
    found = []
    for one in tree.definitions():
        opened = tree.text.rfind("\n", one.start, one.body)
        start = tree.text.find("\n", one.start) if opened < 0 else opened
        if tree.text[one.body : one.body + 1] == "{":
            start = one.body + 1
        end = one.end
        if tree.text[one.end - 1 : one.end] == "}":
            end = tree.text.rfind("\n", 0, one.end)
        n_lines = tree.text.count("\n", start, end)
        is_small = BLOCK_LINES[0] <= n_lines <= BLOCK_LINES[1]
        if one.kind == "function" and is_small and one.start < start < end:
            found.append((start, end))
    return found


def _breaks(hole: Hole, text: str) -> bool:
    """Whether a file with `text` has more errors than with the hole empty, or rightly filled."""
    if not text.strip():
        return False
    counts = []
    for candidate in (text, hole.truth, ""):
        whole = hole.doc.text[: hole.offset] + candidate + hole.doc.text[hole.offset :]
        tree = parse(whole, hole.doc.language)
        counts.append(tree.n_errors if tree else 0)
    return counts[0] > max(counts[1:])
