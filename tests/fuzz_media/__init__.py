"""Hostile files through the media pipeline, by seed: `python -m tests.fuzz_media --inputs 100000 --seed 1`."""
