"""What moves the clocks of a case."""

from typing import Any

from server.cases.models import Case, Property, PropertyHold
from server.common.clock import now
from server.field.models import HourClock
from server.people.models import Officer

CLOCKS = {
    "POST /api/v1/cases/{case_id}/pauses",
    "POST /api/v1/cases/{case_id}/pauses/{pause_id}/end",
    "POST /api/v1/cases/{case_id}/extensions",
    "POST /api/v1/cases/{case_id}/suspend",
    "POST /api/v1/cases/{case_id}/resume",
    "POST /api/v1/cases/{case_id}/properties",
    "POST /api/v1/cases/{case_id}/flow",
    "POST /api/v1/cases/{case_id}/clues",
    "POST /api/v1/cases/{case_id}/debtors",
    "POST /api/v1/cases/{case_id}/clues/{clue_id}/verify",
    "POST /api/v1/cases/{case_id}/renewals/{act}",
    "POST /api/v1/properties/{property_id}/holds",
    "POST /api/v1/properties/{property_id}/valuation",
    "POST /api/v1/property-holds/{hold_id}/lift",
}
"""404 for who may not read the case, 403 for who reads it and neither holds it nor leads its bureau."""
CLOCK_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/cases/{case_id}/pauses": {"reason": "STAYED", "started_on": "2026-01-05"},
    "POST /api/v1/cases/{case_id}/pauses/{pause_id}/end": {"ended_on": "2026-01-05"},
    "POST /api/v1/cases/{case_id}/extensions": {"key": "k", "asked_on": "2026-01-05", "level": "PRESIDENT"},
    "POST /api/v1/cases/{case_id}/suspend": {"reason": "ruling"},
    "POST /api/v1/cases/{case_id}/resume": {"reason": "ruling"},
    "POST /api/v1/cases/{case_id}/clues": {"source": "OWN", "text": "t", "submitted_on": "2026-01-05"},
    "POST /api/v1/cases/{case_id}/clues/{clue_id}/verify": {"verified_on": "2026-01-05"},
    "POST /api/v1/cases/{case_id}/renewals/{act}": {"chain": "c", "reason": "so"},
    "POST /api/v1/cases/{case_id}/debtors": {"name": "n", "joined_on": "2026-01-05"},
    "POST /api/v1/cases/{case_id}/flow": {"version": "v", "reason": "so"},
    "POST /api/v1/cases/{case_id}/properties": {"kind": "VEHICLE", "name": "n", "source": "NETWORK"},
    "POST /api/v1/properties/{property_id}/holds": {"started_on": "2026-01-05"},
    "POST /api/v1/properties/{property_id}/valuation": {"method": "APPRAISAL"},
    "POST /api/v1/property-holds/{hold_id}/lift": {"ended_on": "2026-01-05"},
}


def known_clocks(case: Case) -> dict[str, str]:
    """Ids of a property of this case, of a hold on it, and of no pause, clue or renewal."""
    held = Property.objects.create(case=case, kind="VEHICLE", name="n", source="NETWORK")
    hold = PropertyHold.objects.create(property=held, started_on=case.filed_on, document="d")
    began = {"action_id": held.pk, "case": case, "kind": "COMPEL", "began_at": now()}
    clock = HourClock.objects.create(officer=Officer.objects.order_by("pk")[0], **began)
    none = dict.fromkeys(("pause_id", "clue_id", "act"), str(hold.pk))
    return {"property_id": str(held.pk), "hold_id": str(hold.pk), "clock_id": str(clock.pk), **none}
