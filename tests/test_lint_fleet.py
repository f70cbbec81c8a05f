"""How a fleet hands out texts and what it does about workers that are lost; no cluster needed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from linted import doc_of

from lsp_local.lint.finding import Finding, NotLooked, found
from lsp_local.lint.fleet import Fleet, FleetDetector, Job, Lost
from lsp_local.lint.on_ray import address_of
from lsp_local.lint.rows import Row, finding_of, row_of
from lsp_local.text import Document, UserError

PATHS = ("a.py", "b.py", "c.py", "d.py")


class ScriptedWorker:
    """Finds the first character of every text; `acts` says, at each text, what else it does."""

    def __init__(self, n: int, act: Callable[[int, Job], None]) -> None:
        self._n = n
        self._act = act

    async def look(self, job: Job) -> list[Row]:
        await asyncio.sleep(0)
        self._act(self._n, job)
        return [row_of(found("wrong-operator", doc_of(job.text, job.path), 0, 1, job.path))]


class ScriptedCluster:
    """Has room for two workers, which count from 0; those in `dead` are lost as they start."""

    def __init__(
        self,
        act: Callable[[int, Job], None] = lambda *_: None,
        dead: Sequence[int] = (),
        problem: str = "",
    ) -> None:
        self._act = act
        self._dead = dead
        self._problem = problem
        self.n_connected = 0
        self.n_started = 0
        self.n_running = 0

    async def n_places(self) -> int:
        self.n_connected += 1
        if self._problem:
            raise UserError(self._problem)
        return 2

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[ScriptedWorker]:
        n, self.n_started = self.n_started, self.n_started + 1
        if n in self._dead:
            raise Lost(f"no {n}")
        self.n_running += 1
        try:
            yield ScriptedWorker(n, self._act)
        finally:
            self.n_running -= 1


class Here:
    """Would look here, at all that is not blank."""

    def describe(self) -> str:
        return "scripted 1"

    def has_work(self, doc: Document, spans: Sequence[tuple[int, int]] | None) -> bool:
        return bool(doc.text.strip())


def kills(*names: str) -> Callable[[int, Job], None]:
    """Return what loses every worker that looks at one of these files."""

    def act(n: int, job: Job) -> None:
        if job.path in names:
            raise Lost("killed")

    return act


def first(n_killed: int) -> Callable[[int, Job], None]:
    """Return what loses so many workers, at the first text of each."""

    def act(n: int, job: Job) -> None:
        if n < n_killed:
            raise Lost(f"{n} is gone")

    return act


async def look(cluster: ScriptedCluster, n_most: int | None = None) -> list[str]:
    """Return what becomes of each of PATHS: `found`, or the error."""
    fleet = Fleet(cluster, n_most)
    detector = FleetDetector(fleet, "detector", Here())

    async def one(path: str) -> str:
        try:
            [finding] = await detector.find(doc_of("x - y", path), None, False)
        except (NotLooked, UserError) as error:
            return f"{type(error).__name__}: {error}"
        assert (finding.path, finding.source) == (path, "x - y")
        return "found"

    async with asyncio.timeout(10):
        said = await asyncio.gather(*map(one, PATHS))
        await fleet.close()
    assert cluster.n_running == 0
    return said


ALL = ["found"] * 4
OVER = "NotLooked: {}: 3 workers were lost while they looked at it; killed"


@pytest.mark.parametrize(
    ("cluster", "want", "n_started"),
    [
        pytest.param(ScriptedCluster(), ALL, 2, id="two workers share the files"),
        pytest.param(ScriptedCluster(first(1)), ALL, 3, id="a lost worker is replaced"),
        pytest.param(ScriptedCluster(first(2)), ALL, 4, id="all lost at once, all replaced"),
        pytest.param(ScriptedCluster(dead=(0, 1, 2)), ALL, 5, id="lost as they start"),
        pytest.param(
            ScriptedCluster(kills("b.py")),
            ["found", OVER.format("b.py"), "found", "found"],
            5,
            id="a file that costs three workers is given up, the others are not",
        ),
        pytest.param(
            ScriptedCluster(dead=range(1000)),
            ["UserError: 10 workers were lost in a row; no 9"] * 4,
            10,
            id="a cluster that loses all workers is given up",
        ),
        pytest.param(
            ScriptedCluster(problem="there is no cluster"),
            ["UserError: there is no cluster"] * 4,
            0,
            id="no cluster",
        ),
    ],
)
async def test_workers_that_are_lost(
    cluster: ScriptedCluster, want: list[str], n_started: int
) -> None:
    assert await look(cluster) == want
    assert (cluster.n_started, cluster.n_connected) == (n_started, 1)


async def test_no_more_workers_than_asked_for() -> None:
    cluster = ScriptedCluster()
    assert await look(cluster, 1) == ALL
    assert cluster.n_started == 1


async def test_what_no_worker_can_do_ends_it_for_all() -> None:
    def refuse(n: int, job: Job) -> None:
        raise UserError("no model there")

    assert await look(ScriptedCluster(refuse)) == ["UserError: no model there"] * 4


async def test_a_fault_of_ours_is_not_hidden() -> None:
    def fail(n: int, job: Job) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await look(ScriptedCluster(fail))


async def test_nothing_to_look_at_asks_nobody() -> None:
    cluster = ScriptedCluster()
    detector = FleetDetector(Fleet(cluster, None), "detector", Here())
    assert await detector.find(doc_of(" \n"), None, False) == []
    assert cluster.n_connected == 0


async def test_a_cancel_ends_the_workers_at_once() -> None:
    cluster, is_looking = ScriptedCluster(), asyncio.Event()

    class Endless(ScriptedWorker):
        async def look(self, job: Job) -> list[Row]:
            is_looking.set()
            await asyncio.Event().wait()
            return []

    @asynccontextmanager
    async def worker() -> AsyncIterator[ScriptedWorker]:
        cluster.n_running += 1
        try:
            yield Endless(0, kills())
        finally:
            cluster.n_running -= 1

    cluster.worker = worker  # type: ignore[method-assign]
    fleet = Fleet(cluster, None)
    job = Job("detector", "a.py", "python", "x", None, False)
    looking = asyncio.create_task(fleet.look(job))
    await is_looking.wait()
    looking.cancel()
    await fleet.close()
    assert cluster.n_running == 0
    with pytest.raises(asyncio.CancelledError):
        await looking


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["wrong-operator", 0, 99, "m", None, False, None]], id="outside of the text"),
        pytest.param([["no-such-rule", 0, 1, "m", None, False, None]], id="no rule"),
        pytest.param([["wrong-operator", 0]], id="half of a row"),
        pytest.param([None], id="nothing"),
        pytest.param([[*"abcdefg"]], id="letters"),
    ],
)
async def test_an_answer_that_cannot_be(rows: list[Row]) -> None:
    class Odd(Fleet):
        async def look(self, job: Job) -> list[Row]:
            return rows

    detector = FleetDetector(Odd(ScriptedCluster(), None), "detector", Here())
    with pytest.raises(UserError, match="a worker's answer cannot be read"):
        await detector.find(doc_of("x - y"), None, False)


def test_a_row_tells_all() -> None:
    doc = doc_of("x - y\r\n\tü = 𠀀 - 1\n")
    known: list[Finding] = [
        found("wrong-operator", doc, 2, 3, "+", replacement="+", confidence=0.5),
        found("suspicious-token", doc, 8, 9, "ü"),
    ]
    assert [finding_of(row_of(one), doc) for one in known] == known


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("ray", "auto", id="the cluster that is here"),
        pytest.param("ray:", "auto", id="the same"),
        pytest.param("ray:head:6379", "head:6379", id="a node"),
        pytest.param("ray://head:10001", "ray://head:10001", id="a client"),
        pytest.param("ray:ray://head:10001", "ray://head:10001", id="a client, said twice"),
        pytest.param("ray:[::1]:6379", "[::1]:6379", id="IPv6"),
        pytest.param("ray:head", None, id="no port"),
        pytest.param("ray::6379", None, id="no host"),
        pytest.param("ray:head:x", None, id="the port is no number"),
        pytest.param("ray://", None, id="nothing behind it"),
        pytest.param("slurm", None, id="no Ray"),
    ],
)
def test_addresses(monkeypatch: pytest.MonkeyPatch, text: str, want: str | None) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    if want is not None:
        assert address_of(text) == want
        return
    with pytest.raises(UserError, match="--on takes ray, ray:HOST:PORT or ray://HOST:PORT; not"):
        address_of(text)
