"""What the tests of docs/trust.md share: how long they go on, and what they reached."""

from collections.abc import Callable

import pytest

REACHED = pytest.StashKey[dict[str, list[str]]]()


@pytest.fixture
def many(request: pytest.FixtureRequest) -> Callable[..., int]:
    """How often to try: `many(short=30, long=10_000)` is `long` where `--long` was given."""
    is_long = request.config.getoption("--long")
    return lambda *, short, long: long if is_long else short


@pytest.fixture
def reached(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Note the figure of a row, as in `reached("R1", "22 of 22 kinds")`; printed at the end."""
    rows = request.config.stash.setdefault(REACHED, {})
    return lambda row, figure: rows.setdefault(row, []).append(figure)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests in this folder are of `pytest -m trust`."""
    for item in items:
        if "trust" in item.path.parts:
            item.add_marker("trust")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what each row of docs/trust.md has reached in this run."""
    rows = config.stash.get(REACHED, {})
    if rows:
        terminalreporter.section("docs/trust.md")
    for row in sorted(rows, key=lambda name: int(name.removeprefix("R"))):
        terminalreporter.write_line(f"{row}: {'; '.join(rows[row])}")
