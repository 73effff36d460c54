"""Doors of other courts' servers: each request is signed by a peer, or gets nothing (`tests/exchange`)."""

EXCHANGE = {"POST /api/v1/exchange/messages"}
EXCHANGE_PAGES = {"exchange", "exchange/<int:message_id>/again"}
"""For the director and the administrator: asked in tests of their own."""
