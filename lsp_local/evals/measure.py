"""Runs traces against systems, one system after the other, and pools what they measured."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lsp_local.evals.clock import Clock
from lsp_local.evals.figures import Figures, figures, ratios
from lsp_local.evals.replay import Replay, Run
from lsp_local.evals.system import System
from lsp_local.evals.traces import Trace

OURS = "lsp-local"
Runs = dict[str, list[Run]]


@dataclass(slots=True)
class Measured:
    """The replays by the name of the system."""

    runs: Runs = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)

    def add(self, system: System, run: Run) -> None:
        """Take note of one replay."""
        self.descriptions[system.name] = system.description
        self.runs.setdefault(system.name, []).append(run)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is the same for all systems."""

    model: Path
    n_threads: int
    accepts: bool = True


async def replays(
    systems: Callable[[], Sequence[System]],
    traces: Sequence[Trace],
    conditions: Conditions,
    clock: Clock,
) -> AsyncIterator[tuple[System, Run]]:
    """Replay trace by trace; the system that is not measured does not run.

    Each trace begins with the next system, so that none always comes last.
    """
    for n, trace in enumerate(traces):
        fresh = list(systems())
        turn = n % len(fresh)
        for system in fresh[turn:] + fresh[:turn]:
            try:
                await system.start(trace.root, conditions.model, conditions.n_threads)
                replay = Replay(system, trace, clock, accepts=conditions.accepts)
                yield system, await replay.run()
            finally:
                await system.stop()


def summary(measured: Measured, traces: Sequence[Trace]) -> Figures:
    """Return the figures of all systems, pooled and trace by trace, and how ours compares."""
    runs = measured.runs
    pooled = {name: figures(own) for name, own in runs.items()}
    peers = [own for name, own in pooled.items() if name != OURS]
    told = measured.descriptions
    return {
        **ratios(pooled[OURS], peers),
        "systems": {name: {**own, "description": told[name]} for name, own in pooled.items()},
        "traces": [
            {
                "name": trace.name,
                "note": trace.note,
                "seconds": round(trace.seconds, 1),
                "keys": trace.n_keys,
                "systems": {
                    name: figures([run for run in own if run.trace is trace])
                    for name, own in runs.items()
                },
            }
            for trace in traces
        ],
    }
