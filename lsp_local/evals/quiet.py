"""Scenarios of an editor: what should be shown, or that nothing should be."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lsp_local.context import Surroundings
from lsp_local.engine.base import Engine
from lsp_local.evals import scoring
from lsp_local.evals.systems import Answer, ours, raw
from lsp_local.index import Index
from lsp_local.languages import language_of
from lsp_local.options import Options
from lsp_local.text import Document, UserError

CURSOR = "<CURSOR>"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A document with a cursor. `wants` are all acceptable texts; without any, quiet is right."""

    title: str
    doc: Document
    offset: int
    wants: tuple[str, ...]
    others: tuple[Document, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing should be shown."""
        return not self.wants


@dataclass(frozen=True, slots=True)
class Verdict:
    """What both systems showed in a scenario."""

    scenario: Scenario
    raw: Answer
    ours: Answer


def load(path: Path, half: str) -> list[Scenario]:
    """Read a file of scenarios, or all `*.txt` of a folder. Raises UserError, naming the line.

    Of each file "dev" has the first, third ... scenario, "test" the others.
    """
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    found = []
    for file in files:
        scenarios = _read(file)
        start, step = {"dev": (0, 2), "test": (1, 2), "all": (0, 1)}[half]
        found += scenarios[start::step]
    if not found:
        raise UserError(f"{path} holds no scenarios; docs/quality.md shows how to write one")
    return found


async def run(
    engine: Engine, options: Options, scenarios: Sequence[Scenario]
) -> AsyncIterator[Verdict]:
    """Ask both systems in each scenario, ours as a key does."""
    for one in scenarios:
        is_block = any("\n" in want.strip() for want in one.wants)
        plain = await raw(engine, options, one.doc, one.offset, "block" if is_block else "line")
        with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
            around = Surroundings(one.others, index=_index(Path(folder), one.others))
            answer = await ours(engine, options, one.doc, one.offset, around, is_automatic=True)
        yield Verdict(one, plain, answer)


def _index(folder: Path, others: Sequence[Document]) -> Index | None:
    """Return the index of a project that consists of `others`."""
    if not others:
        return None
    for doc in others:
        path = folder / "project" / doc.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(doc.text, encoding="utf-8")
    index = Index(folder / "project", database=folder / "index.sqlite")
    index.refresh()
    return index


def figures(verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    """Return the figures of all languages together and of each."""
    languages = sorted({one.scenario.doc.language for one in verdicts})
    found = {"all": _figures(verdicts, seed)}
    for language in languages:
        of_it = [one for one in verdicts if one.scenario.doc.language == language]
        found[language] = _figures(of_it, seed)
    return found


def is_right(text: str, scenario: Scenario) -> bool:
    """Whether the first line shown is the first line of something acceptable."""
    said = scoring.first_line(text)
    return any(said == scoring.first_line(want) for want in scenario.wants)


def begins_right(text: str, scenario: Scenario) -> bool:
    """Whether something acceptable begins with what is shown."""
    return any(scoring.begins(text, want) for want in scenario.wants)


def _figures(verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    to_show = [one for one in verdicts if not one.scenario.is_quiet]
    to_hush = [one for one in verdicts if one.scenario.is_quiet]
    found: dict[str, Any] = {}
    for name in ("raw", "ours"):
        texts = {id(one): getattr(one, name).shown for one in verdicts}

        def share(values: list[float]) -> dict[str, object]:
            return scoring.share([[value] for value in values], seed)

        shown = [one for one in to_show if texts[id(one)].strip()]
        found[name] = {
            "quiet": share([float(not texts[id(one)].strip()) for one in to_hush]),
            "show": share([float(bool(texts[id(one)].strip())) for one in to_show]),
            "right": share([float(is_right(texts[id(one)], one.scenario)) for one in to_show]),
            "right_or_right_beginning": share(
                [
                    float(
                        is_right(texts[id(one)], one.scenario)
                        or begins_right(texts[id(one)], one.scenario)
                    )
                    for one in to_show
                ]
            ),
            "chrf_of_shown": share(
                [max(scoring.chrf(texts[id(o)], w) for w in o.scenario.wants) for o in shown]
            ),
        }
    return found


@dataclass
class _Draft:
    title: str
    line: int
    path: str = ""
    text: str = ""
    wants: list[str] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)


def _read(file: Path) -> list[Scenario]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {file}: {error}; give a text file or a folder") from None
    drafts: list[_Draft] = []
    section, content = "", [""]
    for n, line in enumerate([*lines, "=== "], 1):
        if not line.startswith(("=== ", "--- ")):
            content.append(line)
            continue
        if drafts and section:
            _close(drafts[-1], section, "\n".join(content))
        elif "".join(content).strip():
            raise UserError(f"{file}, line {n - 1}: text before the first `=== title`")
        section, content = line[4:].strip() if line.startswith("---") else "", []
        if line.startswith("==="):
            drafts.append(_Draft(line[4:].strip(), n))
        elif not drafts or section.split(" ")[0] not in ("doc", "file", "want", "or"):
            raise UserError(f"{file}, line {n}: expected `--- doc PATH`, `file PATH`, `want`, `or`")
    return [_scenario(draft, file) for draft in drafts[:-1]]


def _close(draft: _Draft, section: str, text: str) -> None:
    kind, _, path = section.partition(" ")
    if kind == "doc":
        draft.path, draft.text = path.strip(), text
    elif kind == "file":
        draft.others.append((path.strip(), text))
    else:
        draft.wants.append(text)


def _scenario(draft: _Draft, file: Path) -> Scenario:
    where = f"{file}, line {draft.line}, {draft.title!r}"
    if draft.text.count(CURSOR) != 1 or not draft.path:
        raise UserError(f"{where}: needs `--- doc PATH` with one {CURSOR} in its text")
    if any(not want.strip() for want in draft.wants):
        raise UserError(f"{where}: a wanted text is blank; leave it out where quiet is right")
    before, _, behind = draft.text.partition(CURSOR)
    base = f"file:///quiet/{file.stem}/{draft.line}"
    doc = Document(
        f"{base}/{draft.path}", draft.path, "app", language_of(draft.path), before + behind
    )
    others = tuple(
        replace(doc, uri=f"{base}/{path}", path=path, language=language_of(path), text=text)
        for path, text in draft.others
    )
    return Scenario(draft.title, doc, len(before), tuple(draft.wants), others)
