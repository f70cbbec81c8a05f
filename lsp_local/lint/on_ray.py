"""Workers of a fleet on a Ray cluster that is already there."""

import asyncio
import contextlib
import importlib.util
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lsp_local import __version__
from lsp_local.lint import looker
from lsp_local.lint.fleet import Cluster, Job, Lost, Worker
from lsp_local.lint.looker import Seat
from lsp_local.lint.rows import Row
from lsp_local.text import UserError

ANY = "auto"  # to Ray: the cluster that RAY_ADDRESS names, or of which this machine is a part
CLIENT = "ray://"
PATIENCE = 30.0  # seconds until it is told that a worker is still not there
CONNECTING = 10.0  # seconds
N_SAID = 400  # characters of what Ray says when it cannot connect

Notice = Callable[[str], None]


def address_of(text: str) -> str:
    """Read --on: `ray`, `ray:HOST:PORT` or `ray://HOST:PORT`. Raises UserError."""
    kind, _, address = text.partition(":")
    address = text if text.startswith(CLIENT) else address or ANY
    place = address.removeprefix(CLIENT)
    port = place.rpartition(":")[2]
    if kind != "ray" or (address != ANY and not (place[: -len(port) - 1] and port.isdecimal())):
        raise UserError(f"--on takes ray, ray:HOST:PORT or ray://HOST:PORT; not {text!r}")
    if importlib.util.find_spec("ray") is None:
        raise UserError("Ray is not installed; run `pip install 'lsp-local[ray]'`")
    return address


@asynccontextmanager
async def ray_cluster(address: str, seat: Seat, notice: Notice) -> AsyncIterator[Cluster]:
    """Give the cluster at an address of `address_of`; what runs there for us ends with it."""
    # Whatever log level it has, Ray prints what becomes of workers to standard output.
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        cluster = _RayCluster(address, seat, notice)
        try:
            yield cluster
        finally:
            cluster.close()


class _RayCluster:
    """See `Cluster`."""

    def __init__(self, address: str, seat: Seat, notice: Notice) -> None:
        self._address = address
        self._seat = seat
        self._notice = notice
        self._ray: Any = None
        self._computing: set[str] = set()
        self._has_told = False

    async def n_places(self) -> int:
        """See `Cluster`."""
        self._ray = await _connected(self._address)
        return int(self._ray.cluster_resources().get("CPU", 0)) // self._seat.n_cpus

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """See `Cluster`."""
        seat = self._seat
        actor = self._actor()
        worker = _RayWorker(self._ray, actor)
        try:
            load = actor.load.remote(__version__, seat.settings, seat.wanted)
            loading = asyncio.ensure_future(worker.answer(load))
            await self._tell_of_waiting(loading)
            self._tell_of_computing(await loading)
            yield worker
        finally:
            with suppress(Exception):  # it may be gone, and so may the whole cluster
                self._ray.kill(actor)

    def close(self) -> None:
        """Leave the cluster."""
        if self._ray is not None:
            self._ray.shutdown()

    def _actor(self) -> Any:
        made = self._ray.remote(_actor_class())
        size = {"num_cpus": self._seat.n_cpus, "memory": self._seat.n_bytes}
        return made.options(**size, scheduling_strategy="SPREAD").remote()

    async def _tell_of_waiting(self, loading: asyncio.Future[Any]) -> None:
        done, _ = await asyncio.wait([loading], timeout=PATIENCE)
        if not done and not self._has_told:
            self._has_told = True
            n_mb = self._seat.n_bytes // 2**20
            n_cpus = self._seat.n_cpus
            self._notice(
                f"still waits for a worker; each needs {n_cpus} CPU and {n_mb} MB on the cluster"
            )

    def _tell_of_computing(self, computed_by: str) -> None:
        """Tell of processors that compute in different ways: their last digits differ."""
        if self._computing and computed_by not in self._computing:
            self._notice("the cluster's processors differ, so that some findings may, too")
        self._computing.add(computed_by)


class _RayWorker:
    """See `Worker`."""

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray = ray
        self._actor = actor

    async def look(self, job: Job) -> list[Row]:
        """See `Worker`."""
        rows: list[Row] = await self.answer(self._actor.look.remote(astuple(job)))
        return rows

    async def answer(self, answering: Awaitable[Any]) -> Any:
        """Return what an actor answers. Raises Lost and UserError."""
        waiting = asyncio.ensure_future(answering)
        try:
            # Not awaited itself: Ray does not take well that its future is cancelled.
            await asyncio.wait([waiting])
            kind, said = waiting.result()
        except self._ray.exceptions.RayTaskError as error:  # a fault of ours
            raise error.cause from None
        except (self._ray.exceptions.RayError, ConnectionError) as error:
            raise Lost(_first_line(error)) from None
        finally:
            waiting.add_done_callback(_forget)
        if kind == looker.FOUND:
            return said
        raise Lost(said) if kind == looker.LOST else UserError(said)


def _actor_class() -> type:
    # Made in a function, so that Ray sends the code itself: a worker may not have ours.
    class Looker:
        def load(
            self, version: str, settings: dict[str, Any], wanted: dict[str, str]
        ) -> tuple[str, Any]:
            import asyncio
            import platform

            try:
                import lsp_local
            except ImportError as error:
                return "problem", f"{platform.node()} has no lsp-local ({error}); install it there"
            if lsp_local.__version__ != version:
                found = f"{platform.node()} has lsp-local {lsp_local.__version__}"
                return "problem", f"{found}, here is {version}; install the same everywhere"
            from lsp_local.lint import looker

            self._run = asyncio.new_event_loop().run_until_complete
            self._looker = looker.Looker(settings)
            return self._run(self._looker.load(wanted))

        def look(self, job: tuple[Any, ...]) -> tuple[str, Any]:
            return self._run(self._looker.look(job))

    return Looker


async def _connected(address: str) -> Any:
    """Return Ray, connected to a cluster. Raises UserError."""
    await _check_reach(address)
    try:
        import ray

        with _elsewhere():
            ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:  # of many kinds
        said = " ".join(str(error).split())[:N_SAID]
        raise UserError(f"cannot use the Ray cluster at {_shown(address)}: {said}") from None
    return ray


async def _check_reach(address: str) -> None:
    """Raise UserError where nobody listens: Ray would try for a minute."""
    if address == ANY:
        return
    host, _, port = address.removeprefix(CLIENT).rpartition(":")
    try:
        async with asyncio.timeout(CONNECTING):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
    except (OSError, OverflowError, TimeoutError) as error:
        code = getattr(error, "errno", None) or 0
        said = os.strerror(code) if code > 0 else _first_line(error) or "no answer"
        raise UserError(f"there is no Ray cluster at {_shown(address)}: {said}") from None


@contextmanager
def _elsewhere() -> Iterator[None]:
    """Be in an empty folder: Ray has its workers import from the one that we are in.

    A `numpy.py` in the user's folder must not become ours, there either.
    """
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")


def _shown(address: str) -> str:
    return "RAY_ADDRESS, or on this machine" if address == ANY else address


def _forget(waiting: asyncio.Future[Any]) -> None:
    """See to it that nobody complains of an error that came too late to matter."""
    if not waiting.cancelled():
        waiting.exception()
