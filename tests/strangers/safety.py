"""Safety of people, orders and joint operations: asked in tests of their own, `tests/safety/test_who.py`."""

SAFETY = {
    "GET /api/v1/safety",
    "POST /api/v1/safety/alarms/{alarm_id}/acknowledge",
    "POST /api/v1/safety/alarms/{alarm_id}/close",
    "POST /api/v1/safety/presences/{presence_id}/close",
    "GET /api/v1/orders",
    "POST /api/v1/orders",
    "POST /api/v1/orders/{order_id}/{word}",
    "GET /api/v1/campaigns",
    "POST /api/v1/campaigns",
    "GET /api/v1/campaigns/{campaign_id}",
    "POST /api/v1/campaigns/{campaign_id}/change",
    "POST /api/v1/campaigns/{campaign_id}/close",
}
SAFETY_PAGES = {
    "safety",
    "safety/alarms/<uuid:alarm_id>",
    "safety/alarms/<uuid:alarm_id>/acknowledge",
    "safety/alarms/<uuid:alarm_id>/close",
    "safety/presences/<uuid:presence_id>",
    "safety/presences/<uuid:presence_id>/acknowledge",
    "safety/presences/<uuid:presence_id>/close",
    "dispatches",
    "dispatches/<uuid:order_id>",
    "dispatches/<uuid:order_id>/word",
    "operations",
    "operations/<uuid:campaign_id>",
    "operations/<uuid:campaign_id>/change",
    "operations/<uuid:campaign_id>/close",
}
"""Asked in `tests/centre/test_safety_pages.py`."""
