"""Doors of other courts' servers: each request is signed by a peer, or gets nothing (`tests/exchange`)."""

EXCHANGE = {"POST /api/v1/exchange/messages"}
