"""Odd readings: for inspection and the auditor of the court; `tests/custody` asks them."""

CUSTODY = {"GET /api/v1/odd-readings", "POST /api/v1/odd-readings/{odd_id}/look"}
"""403 for everybody else."""
