"""How long a made-up user takes for each act: the same for the same seed."""

import math
import random

KEY_S, KEY_SIGMA = 0.18, 0.5  # median and spread (of the logarithm) between two keys
LINE_S, LINE_SIGMA = 0.75, 0.3  # thinking between a line end and the first key of the next line
LOOK_S, LOOK_SIGMA = 1.2, 0.4  # finding one's way after a jump or in another file


class Rhythm:
    """Log-normal gaps in seconds, and the other choices that a user makes."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def key(self) -> float:
        """Return the time from one key to the next."""
        return self._gap(KEY_S, KEY_SIGMA)

    def line(self) -> float:
        """Return the time from a line end to the next key."""
        return self._gap(LINE_S, LINE_SIGMA)

    def look(self) -> float:
        """Return the time that it takes to go elsewhere."""
        return self._gap(LOOK_S, LOOK_SIGMA)

    def does(self, share: float) -> bool:
        """Decide whether something happens that happens in `share` of all cases."""
        return self.random.random() < share

    def _gap(self, median: float, sigma: float) -> float:
        return self.random.lognormvariate(math.log(median), sigma)
