"""One look at one function: what the model would rather have written, and whether it fits.

The function is read once, from left to right. Where the model expects other tokens, the edits that
would write them are tried: each must parse, use known names and be another program, and the code
behind it must become likelier, too.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lsp_local import names
from lsp_local.actions.functions import Function
from lsp_local.actions.testfiles import is_test
from lsp_local.engine.base import ChatEngine
from lsp_local.lint import reading, weighing
from lsp_local.lint.alternatives import FARTHEST, Alternative, alternatives, gap, of_code, rest
from lsp_local.lint.kinds import OTHER, Kind, kind_of
from lsp_local.lint.outermost import outermost
from lsp_local.lint.reading import Reading, Spot
from lsp_local.lint.static import is_within
from lsp_local.parts import Leaf, Role
from lsp_local.text import Document, TextEdit
from lsp_local.trees import NAME, Tree, parse
from lsp_local.verify.minimal import applied, minimal

SHORTEST = 40  # characters of a body that can be wrong in an interesting way
N_TRIED = 8  # edits of a function that are weighed
N_RESTS = 3  # places of a function at which the model writes the rest of the line


@dataclass(frozen=True, slots=True)
class Suspect:
    """An edit that may mend a mistake. `score` is in nats, see `weighing`.

    Without an edit it is a token that the model did not expect, and nothing is known that fits.
    """

    edit: TextEdit | None
    kind: Kind
    score: float

    @property
    def confidence(self) -> float:
        """Return how likely it does."""
        return weighing.confidence(self.score)


class Page:
    """A file as the model may read it, and what all looks at its functions need of it."""

    def __init__(self, doc: Document, tree: Tree) -> None:
        self.doc = doc
        self.tree = tree
        self.is_test = is_test(doc.path, doc.language)
        self.own = names.of_language(doc.language)
        self.known = self.own | set(NAME.findall(doc.text))
        self.functions = tuple(outermost(tree, SHORTEST))
        spans = [(one.start, one.end) for one in self.functions]
        self.begins = reading.begins(doc.text, spans)


class Look:
    """One look at one function of a page."""

    def __init__(self, engine: ChatEngine, page: Page, function: Function) -> None:
        self._engine = engine
        self._page = page
        self._text = page.doc.text
        self._tree = page.tree
        self._function = function

    async def suspects(self) -> list[Suspect]:
        """See `ModelDetector.suspects`."""
        function, text = self._function, self._text
        begin = self._page.begins[function.start]
        read = await reading.read(self._engine, text, begin, function.body, function.end, FARTHEST)
        if read is None:
            return []
        spots = of_code(self._tree, read.spots)
        pool = await self._pool(read, spots)
        tried = await asyncio.to_thread(self._worth_trying, pool)
        leaves = self._tree.leaves(begin, function.end)
        found = []
        # From the last to the first: what stands before a change is read once.
        for alternative, kind in sorted(tried, key=lambda one: -one[0].edit.start):
            after = applied(text[: function.end], (alternative.edit,))[begin:]
            gain = await reading.gain(self._engine, read, after)
            if gain is None:
                continue
            score = weighing.score(gain, kind, self._met(leaves, kind.start), self._page.known)
            found.append(Suspect(alternative.edit, kind, score))
        found = self._with_doubts(found, spots)
        return sorted(found, key=lambda one: (-one.score, one.kind.start, one.kind.new))

    def _with_doubts(
        self, found: Sequence[Suspect], spots: Sequence[tuple[Spot, Leaf]]
    ) -> list[Suspect]:
        """Add what is suspected of each line for its least expected token alone.

        The best edit in the line is told for it, or, where none is known, the token.
        """
        text = self._text
        best = {self._line(one.kind.start): one for one in sorted(found, key=lambda x: x.score)}
        others = [one for one in found if one not in best.values()]
        doubted: dict[int, Suspect] = {}
        gaps = sorted(((gap(text, spot), leaf) for spot, leaf in spots), key=lambda one: one[0])
        for nearer, leaf in gaps:
            if nearer > 0:
                kind = Kind(OTHER, leaf.start, leaf.end, leaf.text, leaf.text)
                doubted[self._line(leaf.start)] = Suspect(None, kind, weighing.doubt(nearer))
        for line, one in doubted.items():
            known = best.get(line, one)
            best[line] = replace(known, score=max(known.score, one.score))
        return [*best.values(), *others]

    def _line(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset)

    async def _pool(self, read: Reading, spots: Sequence[tuple[Spot, Leaf]]) -> list[Alternative]:
        """Return all edits that the model would like, the likeliest first."""
        text = self._text
        words = sorted(set(NAME.findall(text, read.begin, read.end)))
        pool: dict[TextEdit, float] = {}
        for spot, leaf in spots:
            for one in alternatives(self._tree, spot, leaf, words):
                pool[one.edit] = max(one.gap, pool.get(one.edit, one.gap))
        doubted = [spot for spot, _ in spots if any(said.strip() for said, _ in spot.rather)]
        for spot in sorted(doubted, key=lambda one: -gap(text, one))[:N_RESTS]:
            likeliest = next(said for said, _ in spot.rather if said.strip())
            said = await reading.rest_of_line(self._engine, read, spot, likeliest)
            pool.setdefault(rest(text, spot, said), gap(text, spot))
        found = [Alternative(edit, nearer) for edit, nearer in pool.items()]
        return sorted(found, key=lambda one: (-one.gap, one.edit.start, one.edit.text))

    def _worth_trying(self, pool: Sequence[Alternative]) -> list[tuple[Alternative, Kind]]:
        """Return the first edits that parse and make another program of known names."""
        found: dict[TextEdit, tuple[Alternative, Kind]] = {}
        for one in pool:
            if len(found) == N_TRIED:
                break
            edit = self._smallest(one.edit)
            kind = self._kind(edit) if edit is not None and edit not in found else None
            if edit is not None and kind is not None:
                found[edit] = Alternative(edit, one.gap), kind
        return list(found.values())

    def _smallest(self, edit: TextEdit) -> TextEdit | None:
        """Return the part of an edit that changes something; None if it is not in one place."""
        old = self._text[edit.start : edit.end]
        edits = minimal(old, edit.text, edit.start)
        return edits[0] if len(edits) == 1 else None

    def _kind(self, edit: TextEdit) -> Kind | None:
        after = self._tree.replaced(edit.start, edit.end, edit.text)
        end = edit.start + len(edit.text)
        if after.n_errors > self._tree.n_errors or not self._knows(after, edit.start, end):
            return None
        span = self._function.start, self._function.end
        kind = kind_of(self._tree, edit, span, self._page.is_test)
        return None if kind is None or self._is_naming(kind) else kind

    def _knows(self, after: Tree, start: int, end: int) -> bool:
        return self._page.known.issuperset(after.used_names(start, end))

    def _is_naming(self, kind: Kind) -> bool:
        """Whether the edit only calls something otherwise where that gets its name."""
        is_member = self._text[: kind.start].rstrip().endswith((".", "->", "::"))
        if is_member or not NAME.fullmatch(kind.old) or kind.old in self._page.own:
            return False
        return not self._tree.used_names(kind.start, kind.end)

    def _met(self, leaves: Sequence[Leaf], end: int) -> frozenset[str]:
        """Return the names that the model has met in code; what texts and notes say is none."""
        return self._page.own.union(
            leaf.text for leaf in leaves if leaf.end <= end and leaf.role is not Role.NOTE
        )


def functions(doc: Document, spans: Sequence[tuple[int, int]] | None) -> Iterator[Function]:
    """Yield the functions to look at: the outermost that are neither too long nor too short."""
    tree = parse(doc.text, doc.language)
    for one in outermost(tree, SHORTEST) if tree is not None else ():
        if is_within(spans, one.start, one.end):
            yield one
