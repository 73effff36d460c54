"""The same debtor elsewhere, on the device: as the unit tells it, gone with its case, and hidden when reading ends."""

from datetime import date
from typing import Any

import pytest

from client_sdk import NotFound, ReadingEnded, RelatedCase, Resistance
from tests.client_sdk.conftest import Device

CASE = "0199a000-0000-7000-8000-000000000001"
OTHER = "(2026)闽9802执7号"
SEAL = {"kind": "SEAL", "on": "2026-01-02", "expires_on": "2029-01-02", "property": "REAL_ESTATE", "refs": ["闽A1"]}
TOLD = {
    "case_no": OTHER,
    "court": "周溪县人民法院",
    "status": "OPEN",
    "stage": "CONTROL",
    "seals": [SEAL, {"kind": "SEIZE", "on": "2026-02-03", "order": "WAITING", "may_be_released": True}],
    "resistance": [{"kind": "VIOLENCE", "on": "2026-03-04"}],
    "unknown": 1,
}


def pulled(device: Device, **members: Any) -> tuple[RelatedCase, ...]:
    unit = {"case_no": "(2026)闽9821执1号", "status": "OPEN", "nodes": [], **members}
    device.court.units[("case", CASE)] = (f"t{len(device.court.requests)}", unit)
    device.field.sync()
    return device.field.case(CASE).related


def test_what_the_court_tells_of_the_same_debtor_is_at_hand_offline(device: Device) -> None:
    (other,) = pulled(device, related={"cases": [TOLD], "more": 2})
    assert (other.case_no, other.court, other.status, other.stage) == (OTHER, "周溪县人民法院", "OPEN", "CONTROL")
    assert other.resistance == (Resistance("VIOLENCE", date(2026, 3, 4)),)
    seal, seizure = other.seals
    assert (seal.property, seal.refs, seal.is_waiting, seal.may_be_released) == ("REAL_ESTATE", ("闽A1",), False, False)
    assert (seizure.is_waiting, seizure.may_be_released) == (True, True)
    assert other.seals_on(date(2029, 1, 2)) == (seal, seizure), "the last day counts"
    assert other.seals_on(date(2029, 1, 3)) == (seizure,), "whether one has run out is for the reader to say"
    assert device.field.case(CASE).related_more == 2


@pytest.mark.parametrize("members", [{}, {"related": None}, {"related": []}, {"related": {"cases": "?", "more": "x"}}])
def test_an_older_server_says_nothing_of_it_and_another_form_counts_as_not_said(
    device: Device, members: dict[str, Any]
) -> None:
    assert pulled(device, **members) == ()
    assert device.field.case(CASE).related_more == 0


def test_it_is_erased_with_its_case(device: Device) -> None:
    pulled(device, related={"cases": [TOLD]})
    del device.court.units[("case", CASE)]
    device.field.sync()
    assert device.field.cases() == []
    with pytest.raises(NotFound):
        device.field.case(CASE)


def test_when_reading_ends_it_is_hidden_as_all_of_the_case_is(device: Device) -> None:
    pulled(device, related={"cases": [TOLD]})
    device.field.holdings.reading.end("lease_over")
    with pytest.raises(ReadingEnded):
        device.field.case(CASE)
