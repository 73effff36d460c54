"""The seeded simulation: real devices and the real server, a virtual clock and a network that cannot be trusted.

`make simulate SEEDS=20 FIRST=1 [PLANT=name]`; docs/reference/proof.md says what it shows and what it does not.
"""
