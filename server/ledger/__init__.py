"""Append-only entries per stream: `append` is the only writer.

Knows courts only as opaque stream names; must not know cases, officers or actions.
"""
