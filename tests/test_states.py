"""KV states on disk: what a file must prove, what goes when space is short, what never raises."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lsp_local.engine.states import HEAD, StateStore, state_key

TOKENS = list(range(300))
STATE = bytearray(b"state" * 1000)


def write(store: StateStore, tokens: list[int], state: bytearray = STATE) -> None:
    for _ in store.write(tokens, state):
        pass


def restored(store: StateStore, tokens: list[int]) -> bytearray | None:
    stored, _ = store.best(tokens)
    return store.read(stored) if stored else None


def test_another_process_finds_what_was_written(tmp_path: Path) -> None:
    write(StateStore(tmp_path, "model", 10**9), TOKENS)
    store = StateStore(tmp_path, "model", 10**9)
    stored, n_shared = store.best([*TOKENS[:200], 7])
    assert stored is not None
    assert (stored.tokens, n_shared, stored.n_bytes) == (TOKENS, 200, len(STATE))
    assert store.read(stored) == STATE
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.kv")} == {0o600}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda good: good[:-100], id="truncated"),
        pytest.param(lambda good: good[:-9] + b"\xff" + good[-8:], id="a byte changed"),
        pytest.param(lambda good: good + b"more", id="longer"),
        pytest.param(lambda good: good[:60], id="cut in its head"),
        pytest.param(lambda good: b"other" + good, id="another format"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda good: good[:85] + b"\xff\xff\xff\x7f" + good[89:], id="huge"),
    ],
)
@pytest.mark.parametrize("is_found_first", [True, False])
def test_a_damaged_file_is_dropped(
    tmp_path: Path, damage: Callable[[bytes], bytes], is_found_first: bool
) -> None:
    store = StateStore(tmp_path, "model", 10**9)
    write(store, TOKENS)
    (file,) = tmp_path.rglob("*.kv")
    file.write_bytes(damage(file.read_bytes()))
    if not is_found_first:
        store = StateStore(tmp_path, "model", 10**9)
    assert restored(store, TOKENS) is None
    assert store.best(TOKENS) == (None, 0)
    write(store, TOKENS)
    assert restored(store, TOKENS) == STATE


def test_a_state_under_other_tokens_is_not_used(tmp_path: Path) -> None:
    write(StateStore(tmp_path, "model", 10**9), TOKENS)
    (file,) = tmp_path.rglob("*.kv")
    good = file.read_bytes()
    file.write_bytes(good[: HEAD.size] + b"\xff\x7f" + good[HEAD.size + 2 :])
    store = StateStore(tmp_path, "model", 10**9)
    other, n_shared = store.best([0x7FFF, *TOKENS[1:]])
    assert other is not None
    assert n_shared == 300
    assert store.read(other) is None


def test_a_state_of_another_model_is_not_seen(tmp_path: Path) -> None:
    write(StateStore(tmp_path, "model", 10**9), TOKENS)
    assert StateStore(tmp_path, "another", 10**9).best(TOKENS) == (None, 0)


def test_a_file_under_another_models_name_is_not_used(tmp_path: Path) -> None:
    write(StateStore(tmp_path, "model", 10**9), TOKENS)
    write(StateStore(tmp_path, "another", 10**9), [9])
    (file,) = (f for f in tmp_path.rglob("*.kv") if f.stat().st_size > len(STATE) + 500)
    (other,) = (f for f in tmp_path.rglob("*.kv") if f.stat().st_size < len(STATE) + 500)
    file.rename(other.with_name(file.name))
    assert restored(StateStore(tmp_path, "another", 10**9), TOKENS) is None


def test_keys_do_not_run_together() -> None:
    assert state_key("m", [1, 23]) != state_key("m", [12, 3]) != state_key("m1", [2, 3])


def test_a_longer_state_replaces_the_one_that_it_extends(tmp_path: Path) -> None:
    store = StateStore(tmp_path, "model", 10**9)
    write(store, TOKENS)
    write(store, [*TOKENS, *TOKENS])
    assert len(list(tmp_path.rglob("*.kv"))) == 1
    assert restored(store, TOKENS) == STATE


def test_only_what_no_file_has_is_worth_writing(tmp_path: Path) -> None:
    store = StateStore(tmp_path, "model", 10**9)
    assert store.is_worth_writing(TOKENS)
    assert not store.is_worth_writing(TOKENS[:50])
    write(store, TOKENS)
    assert not store.is_worth_writing([*TOKENS, *range(50)])
    assert store.is_worth_writing([*TOKENS, *range(200)])


def test_the_least_recently_used_goes_first_of_whatever_model(tmp_path: Path) -> None:
    first, second = StateStore(tmp_path, "one", 17_000), StateStore(tmp_path, "two", 17_000)
    write(first, [1, *TOKENS])
    write(second, [2, *TOKENS])
    for n, file in enumerate(sorted(tmp_path.rglob("*.kv"), key=lambda f: f.stat().st_mtime)):
        os.utime(file, (n, n))
    assert restored(first, [1, *TOKENS]) == STATE
    write(first, [3, *TOKENS])
    again = [StateStore(tmp_path, name, 17_000) for name in ("one", "two")]
    held = [again[n % 2].best([n + 1, *TOKENS])[1] for n in range(3)]
    assert held == [301, 0, 301]


def test_a_state_larger_than_the_bound_is_not_written(tmp_path: Path) -> None:
    store = StateStore(tmp_path, "model", 4000)
    write(store, TOKENS)
    assert list(tmp_path.rglob("*")) == []


def test_a_write_that_is_never_ended_leaves_nothing(tmp_path: Path) -> None:
    steps = StateStore(tmp_path, "model", 10**9).write(TOKENS, bytearray(9 * 2**20))
    for _ in range(5):  # three to hash it, two of those that write it
        next(steps)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".part"]
    del steps  # as when the process goes on with something else
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_process_has_half_written_goes(tmp_path: Path) -> None:
    write(StateStore(tmp_path, "model", 10**9), TOKENS)
    (folder,) = tmp_path.iterdir()
    old, new = folder / "a.1.part", folder / "b.2.part"
    of_another = tmp_path / "0123" / "c.3.part"
    of_another.parent.mkdir()
    for path in (old, of_another):
        path.touch()
    with new.open("wb") as file:  # as long as its process lives
        fcntl.flock(file, fcntl.LOCK_EX)
        StateStore(tmp_path, "model", 10**9)
        assert [path.name for path in tmp_path.rglob("*.part")] == [new.name]
    StateStore(tmp_path, "model", 10**9)
    assert list(tmp_path.rglob("*.part")) == []


def test_a_folder_that_cannot_be_made_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "states").write_text("a file in the way")
    store = StateStore(tmp_path / "states", "model", 10**9)
    write(store, TOKENS)
    assert not store.is_worth_writing(TOKENS)
    assert restored(store, TOKENS) is None
    assert "not kept on disk" in capsys.readouterr().err
