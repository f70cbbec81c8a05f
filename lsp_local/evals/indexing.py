"""What the index of a project costs: to build, to keep up to date, and to ask."""

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from lsp_local.context import Surroundings, gather
from lsp_local.evals.figures import percentile
from lsp_local.evals.processor import processor_seconds
from lsp_local.ignores import Ignores
from lsp_local.index import Index
from lsp_local.index.reading import may_hold
from lsp_local.languages import language_of
from lsp_local.text import Document, UserError
from lsp_local.trees import NAME

N_SWITCHED = 500  # files that another branch has otherwise
N_NEAR = 800  # characters before the cursor whose names are looked up
N_TOKENS = 512  # of other places that are chosen
POLL_S = 0.1
CHANGED = "\n\ndef changed_by_the_benchmark_{}(): ...\n"


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of a project, and the database of its index."""

    root: Path
    database: Path
    paths: tuple[str, ...]
    n_bytes: int


def copied(folder: Path, to: Path) -> Project:
    """Copy the files of a project that an index reads. Raises UserError where there are none."""
    root = to / folder.resolve().name
    paths = tuple(path for path in Ignores(folder).files() if may_hold(path))
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, root / path)
    if not paths:
        raise UserError(f"there is nothing to index in {folder}; name a folder with code")
    n_bytes = sum((root / path).stat().st_size for path in paths)
    return Project(root, to / "index.sqlite", paths, n_bytes)


def building(project: Project) -> dict[str, Any]:
    """Build the index in its process; then change a file, and many, and change them back."""
    with _process(project) as (popen, told):
        cold_s, peak = _timed(popen, told)
        found: dict[str, Any] = {"cold_s": cold_s}
        found["cold_cpu_s"] = round(processor_seconds(popen.pid), 1)
        found["one_changed_s"] = _changed(project, popen, told, project.paths[:1], 1)
        n = min(N_SWITCHED, len(project.paths) // 2)
        branch = project.paths[-n:]
        before = {path: (project.root / path).read_bytes() for path in branch}
        found["n_switched"] = n
        found["switched_s"] = _changed(project, popen, told, branch, 2)
        for path, raw in before.items():
            (project.root / path).write_bytes(raw)
        found["switched_back_s"] = _told(popen, told, branch)[0]
        found["peak_mb"] = round(max(peak, _pss_mb(popen.pid)), 1)
    found["database_mb"] = round(project.database.stat().st_size / 1e6, 1)
    again = Index(project.root, database=project.database)
    started = time.perf_counter()
    again.refresh()
    return found | {"look_at_all_s": round(time.perf_counter() - started, 2)}


def asking(project: Project, n: int, seed: int) -> dict[str, dict[str, float]]:
    """Ask everything that a completion asks at `n` random places; return milliseconds."""
    index = Index(project.root, database=project.database)
    dice = random.Random(seed)
    times: dict[str, list[float]] = {}
    for path in dice.choices(project.paths, k=n):
        text = (project.root / path).read_text(encoding="utf-8", errors="replace")
        offset = dice.randrange(len(text) + 1)
        doc = Document((project.root / path).as_uri(), path, "", language_of(path), text)
        for name, ask in _questions(index, doc, offset).items():
            started = time.perf_counter()
            ask()
            times.setdefault(name, []).append((time.perf_counter() - started) * 1000)
    return {name: _spread(values) for name, values in times.items()}


def _questions(index: Index, doc: Document, offset: int) -> dict[str, Callable[[], object]]:
    names = NAME.findall(doc.text[max(0, offset - N_NEAR) : offset])
    around = Surroundings(index=index)
    return {
        "symbols_ms": lambda: index.symbols(names),
        "similar_ms": lambda: index.similar(names, 2, doc.path),
        "uses_ms": lambda: index.uses((names or ["x"])[-1], doc.path, 3),
        "paths_ms": index.paths,
        "all_other_places_ms": lambda: gather(doc, offset, around, N_TOKENS),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        name: round(percentile(values, share) or 0.0, 1)
        for name, share in (("p50", 0.5), ("p95", 0.95))
    }


Told = Callable[[], Any]


@contextmanager
def _process(project: Project) -> Iterator[tuple[subprocess.Popen[str], Told]]:
    command = [sys.executable, "-P", "-m", "lsp_local.index.process"]
    command += [str(project.root), "[]", str(project.database)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as popen:
        assert popen.stdout is not None
        yield popen, lambda: json.loads(popen.stdout.readline() if popen.stdout else "null")
        popen.communicate()


def _timed(popen: subprocess.Popen[str], told: Told) -> tuple[float, float]:
    """Wait for the next report; return the seconds, and the most memory seen, in MB."""
    started = time.perf_counter()
    waiting = Thread(target=told, daemon=True)
    waiting.start()
    peak = 0.0
    while waiting.is_alive():
        waiting.join(POLL_S)
        peak = max(peak, _pss_mb(popen.pid))
    return round(time.perf_counter() - started, 2), peak


def _changed(
    project: Project, popen: subprocess.Popen[str], told: Told, paths: Sequence[str], n: int
) -> float:
    for path in paths:
        with (project.root / path).open("a", encoding="utf-8") as file:
            file.write(CHANGED.format(n))
    return _told(popen, told, paths)[0]


def _told(popen: subprocess.Popen[str], told: Told, paths: Sequence[str]) -> tuple[float, float]:
    """Tell of changed files, and wait until they are read."""
    assert popen.stdin is not None
    print(json.dumps({"changed": list(paths)}), file=popen.stdin, flush=True)
    return _timed(popen, told)


def _pss_mb(pid: int) -> float:
    """Return the memory of a process, its share of what others use, too; 0 if nobody says."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    lines = [line.split() for line in text.splitlines() if line.startswith("Pss:")]
    return int(lines[0][1]) / 1024 if lines else 0.0
