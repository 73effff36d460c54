"""The parts of `verify.py`, which a bundle carries at its root: one file, made of these in the order of `PARTS`.

They stand alone: the standard library and `cryptography`, Python 3.9 or later, nothing of ours.
"""

PARTS = ("reading", "zips", "signed", "chains", "logs", "files", "der", "stamps", "main")
