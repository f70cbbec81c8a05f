"""How often, how fast and at what price suggestions came: numbers only, never leaving this machine.

Everything is a count by day, model and name, so processes and days are merged by adding. A
measured value is part of its name, rounded to two digits: `ms.model=410` counts the answers of
405 to 415 ms. Percentiles are therefore within 5 % (exact for whole numbers below 100), and a day
has a few hundred names at most. What the user made of suggestions is counted by language
(`feedback.py`), and can be forgotten alone.
"""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

from lsp_local import databases
from lsp_local.feedback import Count, is_ledger_name, ledger_name
from lsp_local.folders import is_private
from lsp_local.text import Reason, UserError

logger = logging.getLogger(__name__)

KEPT_DAYS = 90
SOURCES = ("model", "cache", "none")
# Nothing was tried for these, so they say nothing about a key's price.
_NOT_TRIED = frozenset({Reason.DISABLED, Reason.PAUSED, Reason.NO_MODEL, Reason.MODEL_LOADING})
_FILE = "figures.sqlite3"
_ASIDE = ".damaged"
_WAIT_SECONDS = 1.0

Key = tuple[str, str, str]  # day, model, name


class Ledger:
    """The counts of this process. Invariant: what a failed `flush` did not write is kept."""

    def __init__(
        self, model: str, folder: Path | None, today: Callable[[], date] = date.today
    ) -> None:
        """Count for `model`; set the attribute when there is another one. No folder, no file."""
        self.model = model
        self._folder = folder
        self._today = today
        self._totals: Counter[str] = Counter()
        self._pending: Counter[Key] = Counter()
        self._has_warned = False

    def add(
        self,
        *,
        source: str,
        reason: Reason,
        total_ms: float = 0.0,
        ttft_ms: float = 0.0,
        n_evaluated: int = 0,
        n_predicted: int = 0,
        n_chars: int = 0,
    ) -> None:
        """Count the end of one request. `source` is "model", "cache", or "none" without either."""
        counts = {"requests": 1, f"source.{source}": 1, f"reason.{reason}": 1}
        counts["decoded"] = n_predicted
        if reason not in _NOT_TRIED:
            counts[_measured("evaluated", n_evaluated)] = 1
        if reason is Reason.SHOWN:
            counts |= {"chars.shown": n_chars, _measured(f"ms.{source}", total_ms): 1}
            if source == "model":
                counts[_measured("ttft", ttft_ms)] = 1
        self._count(counts)

    def accepted(self, n_chars: int) -> None:
        """Count a suggestion, or a part of one, that the user took."""
        self._count({"accepted": 1, "chars.accepted": n_chars})

    def typed(self, n_chars: int) -> None:
        """Count characters that the user typed by hand."""
        self._count({"chars.typed": n_chars})

    def feedback(self, language: str, name: Count, number: int) -> None:
        """Count what the user made of a suggestion; a negative `number` takes back."""
        self._count({ledger_name(language, name): number})

    def forget_feedback(self) -> None:
        """Forget what was counted of it and is not in the file yet."""
        for key in [key for key in self._pending if is_ledger_name(key[2])]:
            del self._pending[key]

    def as_json(self) -> dict[str, object]:
        """Return the figures of this process."""
        return figures(self._totals)

    async def flush(self) -> None:
        """Add what is new to the file, in a thread; never raises. It takes 10 to 50 ms."""
        pending, self._pending = self._pending, Counter()
        if not pending or self._folder is None:
            return
        oldest = self._today() - timedelta(days=KEPT_DAYS)
        try:
            await asyncio.to_thread(_write, self._folder, pending, oldest)
        except (OSError, sqlite3.Error) as error:
            self._pending.update(pending)
            if not self._has_warned:
                self._has_warned = True
                logger.warning("no statistics are kept in %s: %s", self._folder, error)

    def _count(self, counts: Mapping[str, int]) -> None:
        day = self._today().isoformat()
        for name, count in counts.items():
            if count:
                self._totals[name] += count
                self._pending[day, self.model, name] += count


def read(folder: Path, n_days: int = KEPT_DAYS, today: date | None = None) -> Counter[Key]:
    """Return the counts of the last days, today's with them. Raises UserError."""
    if not _is_there(folder):
        return Counter()
    oldest = (today or date.today()) - timedelta(days=n_days - 1)
    try:
        with _opened(folder) as database:
            rows = database.execute("SELECT * FROM counts WHERE day >= ?", (oldest.isoformat(),))
            return Counter({(str(d), str(m), str(n)): int(count) for d, m, n, count in rows})
    except (OSError, ValueError, TypeError, OverflowError, sqlite3.Error) as error:
        raise UserError(
            f"{folder / _FILE} cannot be read ({error}); `lsp-local stats --clear` begins anew"
        ) from error


def clear(folder: Path) -> None:
    """Forget everything that was counted. Raises UserError."""
    try:
        for end in ("", *databases.BESIDE, _ASIDE):
            (folder / f"{_FILE}{end}").unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"cannot remove {folder / _FILE}: {error.strerror}") from error


def forget_feedback(folder: Path) -> None:
    """Forget what the user made of suggestions, and nothing else. Raises UserError."""
    forgotten = [(name,) for name in {name for _, _, name in read(folder)} if is_ledger_name(name)]
    if not forgotten:
        return
    try:
        with _opened(folder) as database:
            database.executemany("DELETE FROM counts WHERE name = ?", forgotten)
    except (OSError, sqlite3.Error) as error:
        raise UserError(f"{folder / _FILE} cannot be changed ({error}); try again") from error


def merged(counts: Mapping[Key, int], *, day: str = "", model: str = "") -> Counter[str]:
    """Return the counts by name of one day, or all, and of one model, or all."""
    total: Counter[str] = Counter()
    for (its_day, its_model, name), count in counts.items():
        if day in ("", its_day) and model in ("", its_model):
            total[name] += count
    return total


def figures(counts: Mapping[str, int]) -> dict[str, object]:
    """Return what counts by name say. None is what cannot be said, such as a median of nothing."""
    n_of = Counter(counts)
    shown, n_model, n_cache = n_of["reason.shown"], n_of["source.model"], n_of["source.cache"]
    chars = {name: n_of[f"chars.{name}"] for name in ("shown", "accepted", "typed")}
    evaluated = _spread(counts, "evaluated")
    return {
        "n_requests": n_of["requests"],
        "n_shown": shown,
        "n_accepted": n_of["accepted"],
        "by_source": {source: n_of[f"source.{source}"] for source in SOURCES},
        "by_reason": dict(sorted(_after(counts, "reason."))),
        "without_model": _ratio(n_cache, n_cache + n_model),
        "latency_ms": {source: _spread(counts, f"ms.{source}") for source in SOURCES[:2]},
        "ttft_ms": _spread(counts, "ttft"),
        "n_evaluated": {"median": evaluated["p50"], "p95": evaluated["p95"]},
        "n_decoded": n_of["decoded"],
        "n_decoded_per_shown": _ratio(n_of["decoded"], shown),
        "n_chars": chars,
        "keystrokes_saved": _ratio(chars["accepted"], chars["accepted"] + chars["typed"]),
    }


def _measured(name: str, value: float) -> str:
    """Return the name that counts values such as this one."""
    if 0 < value < 0.1:
        value = 0.1  # below that, times are noise
    return f"{name}={float(f'{value:.2g}'):g}"


def _after(counts: Mapping[str, int], start: str) -> Iterator[tuple[str, int]]:
    return ((n.removeprefix(start), count) for n, count in counts.items() if n.startswith(start))


def _spread(counts: Mapping[str, int], name: str) -> dict[str, float | None]:
    """Return p50, p90 and p95 by the nearest rank."""
    values = sorted((float(value), count) for value, count in _after(counts, f"{name}="))
    total = sum(count for _, count in values)
    return {f"p{p}": _nearest(values, -(-total * p // 100)) for p in (50, 90, 95)}


def _nearest(values: list[tuple[float, int]], rank: int) -> float | None:
    """Return the value at `rank`, counted from 1."""
    for value, count in values:
        rank -= count
        if rank <= 0:
            return value
    return None


def _is_there(folder: Path) -> bool:
    """Whether there is a file of the user's own; what a link leads to is none of ours."""
    try:
        return is_private(folder) and databases.number_of(folder / _FILE) is not None
    except OSError:
        return False


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one transaction. Raises sqlite3.Error."""
    with closing(sqlite3.connect(folder / _FILE, timeout=_WAIT_SECONDS)) as database, database:
        yield database


def _write(folder: Path, counts: Mapping[Key, int], oldest: date) -> None:
    """Add counts to the file; a damaged one is set aside. Raises OSError and sqlite3.Error."""
    path = folder / _FILE
    number = databases.number_of(path)
    try:
        _add(path, counts, oldest)
    except sqlite3.Error as error:
        if not databases.is_damage(error):
            raise  # locked, or full: not the file's fault
        logger.warning("%s was damaged; the statistics begin anew", path)
        databases.take_away(path, number, _ASIDE)
        _add(path, counts, oldest)


def _add(path: Path, counts: Mapping[Key, int], oldest: date) -> None:
    with databases.opening(path), _opened(path.parent) as database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS counts (day TEXT, model TEXT, name TEXT, count INTEGER,"
            " PRIMARY KEY (day, model, name)) WITHOUT ROWID"
        )
        database.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?)"
            " ON CONFLICT (day, model, name) DO UPDATE SET count = count + excluded.count",
            [(*key, count) for key, count in counts.items()],
        )
        database.execute("DELETE FROM counts WHERE day < ?", (oldest.isoformat(),))
