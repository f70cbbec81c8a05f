"""What a command says while nothing else can be shown yet."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show `what` on standard error while the body runs; only a terminal sees it, and it goes."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def advancing(what: str, n_total: int) -> Iterator[Callable[[int], None]]:
    """Show how far `what` is, and for how long at the speed so far; only a terminal sees it."""
    if not sys.stderr.isatty() or not n_total:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = (what, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=n_total)
        yield lambda n_done: shown.advance(task, n_done)
