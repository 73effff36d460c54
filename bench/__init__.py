"""Repeatable measurements over HTTP on a PostgreSQL that keeps its fsyncs, each beside a floor of the same run.

`make bench` runs all five. What was found, and how to read it, stands in docs/reference/performance.md.
"""
