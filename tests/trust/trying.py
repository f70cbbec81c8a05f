"""How hypothesis tries: the same examples each time where they are few, and it keeps nothing."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(os.environ["LSP_LOCAL_CACHE_DIR"]) / "hypothesis")

N_FEW = 200


def tried(n_examples: int) -> settings:
    """Return how to try that often."""
    return settings(
        max_examples=n_examples,
        deadline=None,
        database=None,
        derandomize=n_examples <= N_FEW,
        suppress_health_check=[HealthCheck.too_slow],  # of a busy machine
    )
