"""Papers made of acts: which there are, one made, one found by the code on its pages, and the bytes of any paper."""

ACT_PAPERS = {
    "GET /api/v1/actions/{action_id}/papers",
    "POST /api/v1/actions/{action_id}/papers/{key}",
    "GET /api/v1/paper-codes/{code}",
    "GET /api/v1/papers/{sha256}",
    "HEAD /api/v1/papers/{sha256}",
}
"""404 for a stranger, as if there were none."""
TOLD_ELSEWHERE = {endpoint for endpoint in ACT_PAPERS if "{sha256}" in endpoint or "{code}" in endpoint}
"""Nobody finds them here, where no paper was made: tests of their own ask."""
FORM = "actions/<uuid:action_id>/papers/<str:key>"
KNOWN_PAPERS = {"key": "ONSITE_RECORD", "code": "0000-0000-0000-0000"}
