"""Which state is reused, which is forgotten, and what a file must prove before it is used."""

from pathlib import Path

import pytest

from lsp_local.engine.kv import (
    WORTH_PARKING,
    Parked,
    Parking,
    n_common,
    read_state,
    state_key,
    write_state,
)

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
    parking.put(Parked([*LONG, 1, 2], b"short"))
    parking.put(Parked([*LONG, 7, 8, 9], b"long"))
    taken = parking.take([*LONG, 7, 8, 9, 10], better_than=0)
    assert taken == Parked([*LONG, 7, 8, 9], b"long")
    assert parking.take([*LONG, 7, 8, 9, 10], better_than=0) == Parked([*LONG, 1, 2], b"short")
    assert parking.take(LONG, better_than=0) is None


def test_a_state_that_saves_little_stays_where_it_is() -> None:
    parking = Parking(max_bytes=100)
    parking.put(Parked(LONG, b"state"))
    assert parking.take(LONG, better_than=1) is None
    assert parking.take(LONG, better_than=0) is not None


def test_a_longer_state_replaces_the_one_that_it_extends() -> None:
    parking = Parking(max_bytes=100)
    parking.put(Parked(LONG, b"12345"))
    parking.put(Parked([*LONG, 1], b"123456"))
    assert parking.n_bytes() == 6


def test_the_oldest_state_goes_when_memory_is_short() -> None:
    parking = Parking(max_bytes=10)
    for first in (1, 2, 3):
        parking.put(Parked([first, *LONG], b"12345"))
    assert parking.n_bytes() == 10
    assert parking.take([1, *LONG], better_than=0) is None
    assert parking.take([3, *LONG], better_than=0) is not None


def test_a_state_larger_than_the_bound_is_not_kept() -> None:
    parking = Parking(max_bytes=3)
    parking.put(Parked(LONG, b"12345"))
    assert parking.n_bytes() == 0


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    key = state_key("model", [1, 2, 3])
    write_state(tmp_path / "state", key, b"bytes")
    assert read_state(tmp_path / "state", key) == b"bytes"
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(state_key("another model", [1, 2, 3]), id="another model"),
        pytest.param(state_key("model", [1, 2, 4]), id="other tokens"),
        pytest.param(state_key("model", [1, 23]), id="tokens run together"),
    ],
)
def test_a_file_for_something_else_is_no_state(tmp_path: Path, key: bytes) -> None:
    write_state(tmp_path / "state", state_key("model", [1, 2, 3]), b"bytes")
    assert read_state(tmp_path / "state", key) is None


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert read_state(tmp_path / "none", state_key("model", [1])) is None


def test_a_state_larger_than_the_bound_drives_out_no_other() -> None:
    parking = Parking(max_bytes=10)
    parking.put(Parked([1, *LONG], b"12345"))
    parking.put(Parked([2, *LONG], b"12345678901"))
    assert parking.take([1, *LONG], better_than=0) is not None
