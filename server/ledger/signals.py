"""Heard after commit by whoever wakes watchers; a listener's fault never reaches the writer."""

from django.dispatch import Signal

appended = Signal()
"""Sent with `positions`: stream -> the last position now committed. A hint: the ledger is the truth."""
