"""Who read what: asked in tests of their own, `tests/custody` and `tests/evidence/test_likeness.py`."""

CUSTODY = {
    "GET /api/v1/odd-readings",  # 403 for all but inspection and the auditor of the court
    "POST /api/v1/odd-readings/{odd_id}/look",
    "GET /api/v1/films",  # 403 for all but who leads the field work of the court; `tests/field/test_films_by_hand.py`
    "POST /api/v1/films/{film_id}/act",
    "GET /api/v1/evidence/{sha256}/life",  # 404 for who may not read the file
}
