"""What the tests of docs/trust.md share: the figures that they reached."""

from collections.abc import Callable

import pytest


@pytest.fixture
def reached(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Note the figure of a row, as in `reached("R1", "22 of 22 kinds")`; printed at the end."""
    return lambda row, figure: request.node.user_properties.append(("trust", (row, figure)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests in this folder are of `pytest -m trust`."""
    for item in items:
        if "trust" in item.path.parts:
            item.add_marker("trust")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each row of docs/trust.md has reached in this run."""
    # Of the reports, and not of this process: tests may have run in several.
    reports = [one for of in terminalreporter.stats.values() for one in of]
    ended = [one for one in reports if getattr(one, "when", "") == "call"]
    told = [tuple(what) for one in ended for name, what in one.user_properties if name == "trust"]
    if told:
        terminalreporter.section("docs/trust.md")
    for row, figure in sorted(told, key=lambda one: int(one[0].removeprefix("R"))):
        terminalreporter.write_line(f"{row}: {figure}")
