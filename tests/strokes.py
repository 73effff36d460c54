"""Signatures as a hand might draw them, the same for the same seed."""

import math
import random


def drawn(seed: int = 0, strokes: int = 6) -> list[list[tuple[int, int, int, int]]]:
    """Loops and dashes over some eight centimetres."""
    chance = random.Random(seed)
    found, t = [], 0
    for number in range(strokes):
        left, top = 500 + number * 1200, 900 + chance.randrange(600)
        wide, high, turns = chance.randrange(600, 1500), chance.randrange(500, 1300), chance.choice([0.2, 0.6, 1.1])
        stroke = []
        for step in range(25):
            angle = turns * 2 * math.pi * step / 24
            x, y = left + wide * step // 24 + int(300 * math.sin(angle)), top + int(high * (1 - math.cos(angle)) / 2)
            stroke.append((max(0, x), max(0, y), t, 350 + int(600 * math.sin(math.pi * step / 24))))
            t += chance.randrange(8, 17)
        found.append(stroke)
        t += 180
    return found
