"""Doors of other courts' servers: each request is signed by a peer, or gets nothing (`tests/exchange`)."""

EXCHANGE = {"POST /api/v1/exchange/messages", "GET /api/v1/exchange/files/{sha256}"}
ACROSS = {"GET /api/v1/exchange/matters/{matter_id}", "GET /api/v1/exchange/matters/{matter_id}/files/{sha256}"}
"""404 for whoever may not read the matter."""
EXCHANGE_PAGES = {"exchange", "exchange/<int:message_id>/again"}
"""For the director and the administrator: asked in tests of their own."""
