"""When to come back, spread by chance: a thousand devices told the same second would return in the same instant."""

import random

_chance = random.SystemRandom()


def between(least: float, most: float) -> int:
    """Whole seconds for a Retry-After, evenly from `least` to `most`."""
    return round(_chance.uniform(least - 0.49, most + 0.49))


def around(milliseconds: int) -> int:
    """Three quarters to five quarters of it."""
    return round(milliseconds * _chance.uniform(0.75, 1.25))
