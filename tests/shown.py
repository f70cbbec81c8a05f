"""An editor in which lint looks at what is open, at once, with a scripted detector."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from linted import ScriptedDetector
from scripted_chat import ScriptedChat
from wired import URI, Editor, Json, Loads

from lsp_local.engine.base import ChatEngine
from lsp_local.lint.finding import Detector, Finding
from lsp_local.lsp.looking import Pauses
from lsp_local.options import Options
from lsp_local.text import Document

PULLS: Json = {"textDocument": {"diagnostic": {}}}
REFRESHES: Json = {"workspace": {"diagnostics": {"refreshSupport": True}}}
REFRESH = "workspace/diagnostic/refresh"
ON = Options(lint="on", cache_mb=0)
AT_ONCE = Pauses(0, 0, 0)


class Gated(ScriptedDetector):
    """Waits for `gate`, where there is one; `asking` is set while it does."""

    def __init__(self, problem: str = "") -> None:
        super().__init__(problem)
        self.gate: asyncio.Event | None = None
        self.asking = asyncio.Event()
        self.n_cancelled = 0

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        self.asking.set()
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise
        return await super().find(doc, spans, explain)


class Reader(Editor):
    """An editor that shows diagnostics."""

    def __init__(self, engine: ScriptedChat | None, detector: Detector | None) -> None:
        super().__init__(engine)

        async def make(engine: ChatEngine, options: Options) -> Detector:
            assert detector is not None, "nobody was to be asked"
            return detector

        self.looking = self.server.session.looking
        self.looking.pauses = AT_ONCE
        self.looking._loader = Loads(engine, is_early=False)
        self.looking._make_detector = make

    async def pull(self, before: str = "", uri: str = URI) -> Any:
        """Ask for the diagnostics of a document; return the report."""
        params: Json = {"textDocument": {"uri": uri}}
        return await self.request(
            "textDocument/diagnostic", {**params, "previousResultId": before} if before else params
        )

    async def settle(self) -> None:
        """Wait until nothing is looked at any more."""
        async with asyncio.timeout(10):
            while self.looking.is_looking:
                await asyncio.sleep(0.001)

    def published(self) -> list[list[str]]:
        """Return what was sent unasked, each time."""
        return [lines(one["diagnostics"]) for one in self.of("textDocument/publishDiagnostics")]

    def n_refreshes(self) -> int:
        """Return how often the client was told to ask again."""
        return sum(one.get("method") == REFRESH for one in self.heard)

    def configure(self, **options: object) -> None:
        changed = replace(ON, **options)  # type: ignore[arg-type]
        self.server.session._options = changed
        self.looking.configure(changed, has_folder=True)


def lines(diagnostics: list[Json]) -> list[str]:
    """Return diagnostics as `line: code`, the line from 0."""
    return [f"{one['range']['start']['line']}: {one.get('code')}" for one in diagnostics]


async def reader(
    text: str,
    *capabilities: Json,
    detector: Detector | None = None,
    engine: ScriptedChat | None = None,
    options: Options = ON,
    language: str = "python",
) -> Reader:
    """Return an editor with an open document."""
    one = Reader(engine or ScriptedChat(), detector or Gated())
    one.server.session._options = options
    one.looking.configure(options, has_folder=True)
    merged: Json = {}
    for capability in capabilities:
        for name, value in capability.items():
            merged[name] = {**merged.get(name, {}), **value}
    await one.begin(merged, text, language)
    return one
