"""Which state is reused, which is forgotten, and what a file must prove before it is used."""

from pathlib import Path

import pytest

from lsp_local.engine.kv import (
    WORTH_PARKING,
    Memory,
    Parked,
    Parking,
    is_worth_parking,
    is_worth_restoring,
    n_common,
)
from lsp_local.engine.states import StateStore

LONG = list(range(WORTH_PARKING))


@pytest.mark.parametrize(
    ("left", "right", "want"),
    [
        pytest.param([], [1], 0, id="nothing in common with nothing"),
        pytest.param([1, 2, 3], [1, 2, 3], 3, id="equal"),
        pytest.param([1, 2], [1, 2, 3], 2, id="one begins the other"),
        pytest.param([1, 2, 9, 4], [1, 2, 3, 4], 2, id="up to the first difference"),
        pytest.param([9, 2], [1, 2], 0, id="different from the start"),
    ],
)
def test_n_common(left: list[int], right: list[int], want: int) -> None:
    assert n_common(left, right) == n_common(right, left) == want


def test_the_state_that_shares_most_is_taken_and_gone() -> None:
    parking = Parking(max_bytes=100)
    parking.put(Parked([*LONG, 1, 2], bytearray(b"short")))
    parking.put(Parked([*LONG, 7, 8, 9], bytearray(b"long")))
    taken = parking.take([*LONG, 7, 8, 9, 10], better_than=0)
    assert taken == Parked([*LONG, 7, 8, 9], bytearray(b"long"))
    assert parking.take([*LONG, 7, 8, 9, 10], better_than=0) == Parked(
        [*LONG, 1, 2], bytearray(b"short")
    )
    assert parking.take(LONG, better_than=0) is None


def test_a_state_that_saves_little_stays_where_it_is() -> None:
    parking = Parking(max_bytes=100)
    parking.put(Parked(LONG, bytearray(b"state")))
    assert parking.take(LONG, better_than=1) is None
    assert parking.take(LONG, better_than=0) is not None


def test_a_longer_state_replaces_the_one_that_it_extends() -> None:
    parking = Parking(max_bytes=100)
    parking.put(Parked(LONG, bytearray(b"12345")))
    parking.put(Parked([*LONG, 1], bytearray(b"123456")))
    assert parking.n_bytes() == 6


def test_the_oldest_state_goes_when_memory_is_short() -> None:
    parking = Parking(max_bytes=10)
    for first in (1, 2, 3):
        parking.put(Parked([first, *LONG], bytearray(b"12345")))
    assert parking.n_bytes() == 10
    assert parking.take([1, *LONG], better_than=0) is None
    assert parking.take([3, *LONG], better_than=0) is not None


def test_each_window_may_have_as_much_in_memory() -> None:
    n_windows = 2
    parking = Parking(max_bytes=5, n_windows=lambda: n_windows)
    for first in (1, 2, 3):
        parking.put(Parked([first, *LONG], bytearray(b"12345")))
    assert parking.n_bytes() == 10
    n_windows = 1
    parking.put(Parked([4, *LONG], bytearray(b"12345")))
    assert parking.n_bytes() == 5


def test_a_state_larger_than_the_bound_is_not_kept() -> None:
    parking = Parking(max_bytes=3)
    parking.put(Parked(LONG, bytearray(b"12345")))
    assert parking.n_bytes() == 0


def test_a_state_larger_than_the_bound_drives_out_no_other() -> None:
    parking = Parking(max_bytes=10)
    parking.put(Parked([1, *LONG], bytearray(b"12345")))
    parking.put(Parked([2, *LONG], bytearray(b"12345678901")))
    assert parking.take([1, *LONG], better_than=0) is not None


@pytest.mark.parametrize(
    ("n_live", "n_shared", "want"),
    [
        pytest.param(1000, 20, True, id="another document"),
        pytest.param(1000, 1000, False, id="nothing is lost"),
        pytest.param(1000, 990, False, id="what was decoded and not accepted"),
        pytest.param(1000, 900, False, id="little of a large state"),
        pytest.param(100, 20, True, id="a small state"),
        pytest.param(12, 0, False, id="too small to be worth it"),
    ],
)
def test_is_worth_parking(n_live: int, n_shared: int, want: bool) -> None:
    assert is_worth_parking(n_live, n_shared) is want


MB = 2**20


@pytest.mark.parametrize(
    ("n_tokens", "n_bytes", "prefill_speed", "load_speed", "want"),
    [
        pytest.param(2000, 24 * MB, 290.0, 500e6, True, id="two thousand tokens from an SSD"),
        pytest.param(2000, 24 * MB, 290.0, 3e6, False, id="from a very slow disk"),
        pytest.param(5, 24 * MB, 290.0, 500e6, False, id="five tokens are read sooner"),
        pytest.param(200, 24 * MB, 20_000.0, 500e6, False, id="on a machine that reads fast"),
        pytest.param(100, 1 * MB, 0.0, 500e6, True, id="no speed measured yet"),
    ],
)
def test_is_worth_restoring(
    n_tokens: int, n_bytes: int, prefill_speed: float, load_speed: float, want: bool
) -> None:
    assert is_worth_restoring(n_tokens, n_bytes, prefill_speed, load_speed) is want


class Sequence:
    """A KV sequence whose state is its tokens, each as one byte."""

    def __init__(self, tokens: list[int]) -> None:
        self.tokens = tokens

    def forget(self, n_tokens: int) -> None:
        del self.tokens[n_tokens:]

    def copy(self) -> bytearray:
        return bytearray(token % 256 for token in self.tokens)

    def restore(self, tokens: list[int], state: bytearray) -> bool:
        assert state == bytearray(token % 256 for token in tokens)
        self.tokens = list(tokens)
        return True


LEFT, RIGHT = list(range(1000, 1400)), list(range(2000, 2400))


def test_documents_in_turn_are_each_brought_back() -> None:
    memory = Memory(sequence := Sequence([]), Parking(MB), None)
    assert memory.n_kept(LEFT, 290.0) == 0
    sequence.tokens += LEFT
    assert memory.n_kept(RIGHT, 290.0) == 0
    sequence.tokens += RIGHT
    assert memory.n_ready(LEFT, 290.0) == 400
    assert memory.n_kept([*LEFT, 7], 290.0) == 400
    assert sequence.tokens == LEFT
    assert memory.n_kept([*RIGHT[:300], 7], 290.0) == 300


def test_what_is_on_disk_is_ready_in_another_process(tmp_path: Path) -> None:
    memory = Memory(Sequence(list(LEFT)), Parking(MB), StateStore(tmp_path, "model", MB))
    for _ in memory.write():
        pass
    other = Memory(sequence := Sequence([]), Parking(MB), StateStore(tmp_path, "model", MB))
    assert other.n_ready([*LEFT, 7], 290.0) == 400
    assert other.n_kept([*LEFT, 7], 290.0) == 400
    assert sequence.tokens == LEFT


def test_parked_states_are_written_too(tmp_path: Path) -> None:
    memory = Memory(sequence := Sequence(list(LEFT)), Parking(MB), StateStore(tmp_path, "m", MB))
    memory.n_kept(RIGHT, 290.0)
    sequence.tokens += RIGHT
    for _ in memory.write():
        pass
    other = Memory(Sequence([]), Parking(MB), StateStore(tmp_path, "m", MB))
    assert [other.n_ready(tokens, 290.0) for tokens in (LEFT, RIGHT)] == [400, 400]


def test_a_damaged_file_costs_a_read_and_nothing_else(tmp_path: Path) -> None:
    memory = Memory(Sequence(list(LEFT)), Parking(MB), StateStore(tmp_path, "m", MB))
    for _ in memory.write():
        pass
    (file,) = tmp_path.rglob("*.kv")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    other = Memory(sequence := Sequence([]), Parking(MB), StateStore(tmp_path, "m", MB))
    assert other.n_kept(LEFT, 290.0) == 0
    assert sequence.tokens == []
    assert not file.exists()
    assert other.n_ready(LEFT, 290.0) == 0
