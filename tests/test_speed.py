"""Measured speed moves in steps; threads give way to a busy machine and come back."""

from lsp_local.engine.speed import FIRST_PAUSE, LONGEST_PAUSE, SpeedMeter, ThreadChoice


def test_the_first_measurement_counts_in_full() -> None:
    meter = SpeedMeter()
    meter.read(100, 0.5)
    meter.read(1, 0.02)
    assert (meter.published.prefill, meter.published.decode) == (200, 50)


def test_noise_is_not_published() -> None:
    meter = SpeedMeter()
    meter.read(100, 0.5)
    before = meter.published
    for seconds in (0.4, 0.6, 0.45, 0.55):
        meter.read(100, seconds)
    assert meter.published is before


def test_a_lasting_change_is_published() -> None:
    meter = SpeedMeter()
    meter.read(100, 0.5)
    for _ in range(20):
        meter.read(100, 1.0)
    assert meter.published.prefill < 150


def test_a_short_read_says_nothing_about_reading() -> None:
    meter = SpeedMeter()
    meter.read(5, 1.0)
    assert (meter.published.prefill, meter.published.decode) == (0, 0)


def decode(threads: ThreadChoice, seconds: float, now: float) -> int:
    """Decode one token that takes `seconds`; return how many threads did it."""
    n_threads = threads.at(now)
    threads.saw(n_threads, 1, seconds, now)
    return n_threads


def test_a_quiet_machine_computes_with_all_threads() -> None:
    threads = ThreadChoice(4)
    assert [decode(threads, 0.02, now) for now in range(5)] == [4, 4, 4, 4, 4]


def test_a_slow_token_means_few_threads_for_a_while() -> None:
    threads = ThreadChoice(4)
    decode(threads, 0.02, now=0)
    decode(threads, 0.1, now=1)
    assert threads.at(1 + FIRST_PAUSE / 2) == 2
    assert threads.at(1 + FIRST_PAUSE) == 4


def test_as_long_as_it_stays_busy_the_pauses_grow_to_a_bound() -> None:
    threads = ThreadChoice(2)
    now, pauses = 0.0, []
    decode(threads, 0.02, now)
    for _ in range(5):
        decode(threads, 0.1, now)
        start = now
        while threads.at(now) == 1:
            now += 0.25
        pauses.append(now - start)
    assert pauses == [1, 2, 4, LONGEST_PAUSE, LONGEST_PAUSE]


def test_one_thread_has_nothing_to_give_way_with() -> None:
    threads = ThreadChoice(1)
    decode(threads, 0.02, now=0)
    decode(threads, 5.0, now=1)
    assert threads.at(1.1) == 1


def test_prefill_and_decode_are_not_compared() -> None:
    threads = ThreadChoice(2)
    threads.saw(2, 128, 0.4, now=0)
    assert decode(threads, 0.02, now=1) == 2
    assert threads.at(1.1) == 2


def test_what_few_threads_reach_shows_that_the_machine_is_busy_from_the_start() -> None:
    threads = ThreadChoice(2)
    decode(threads, 0.5, now=0)
    threads.saw(1, 1, 0.025, now=1)
    decode(threads, 0.5, now=2)
    assert threads.at(2.1) == 1


def test_a_machine_that_became_slower_is_not_busy() -> None:
    threads = ThreadChoice(2)
    decode(threads, 0.02, now=0)
    decode(threads, 0.05, now=1)
    assert decode(threads, 0.08, now=1.5) == 1
    assert [decode(threads, 0.05, now) for now in (3, 4, 5)] == [2, 2, 2]


def test_a_try_that_took_long_is_not_repeated_soon() -> None:
    threads = ThreadChoice(2, patience=20)
    threads.saw(1, 1, 0.025, now=0)
    decode(threads, 4.0, now=5)
    assert [threads.at(now) for now in (10, 84, 86)] == [1, 1, 2]
