"""Whatever bytes an operation holds, a push answers 200 with one result for each, and keeps the bytes."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.cases.models import Case
from server.sync.models import Operation, Review
from tests.devices import TestDevice, new_id
from tests.sync.pushing import stored_bodies

pytestmark = pytest.mark.django_db

KINDS = ["SEAL", "SEIZE", "SEARCH", "SERVE", "LOCATE", "COMPEL", "DETAIN", "VACATE", "TEA"]
TIMES = ["2026-11-22T10:00:00+08:00", "9999-12-31T23:59:59Z", "0001-01-02T00:00:00Z", "2026-02-30T00:00:00Z", "soon"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from([*TIMES, "a" * 64, "DONE", "FAILED", "\x00", "\ud800"]),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELD_NAMES = ["result", "officers", "narrative", "items", "finished_at", "detained_at", "expires_on", "place", "x"]


def bodies(case_id: str, case_no: str) -> st.SearchStrategy[bytes]:
    subject = st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["case", "case_no", "matter"]) | ANYTHING,
            "id": st.sampled_from([case_id, case_no, str(new_id())]) | ANYTHING,
            "assignment_no": st.sampled_from([1, None, 2]) | ANYTHING,
            "node_id": st.sampled_from([None, case_id]) | ANYTHING,
        },
    )
    file = st.fixed_dictionaries({"sha256": st.just("a" * 64) | ANYTHING, "size": st.integers(0, 10**6) | ANYTHING})
    members: dict[str, st.SearchStrategy[Any]] = {
        "v": st.just(1) | ANYTHING,
        "id": st.uuids().map(str) | ANYTHING,
        "action_id": st.uuids().map(str) | ANYTHING,
        "kind": st.sampled_from(KINDS) | ANYTHING,
        "fields": st.dictionaries(st.sampled_from(FIELD_NAMES), ANYTHING, max_size=5) | ANYTHING,
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "subjects": st.lists(subject, max_size=3) | ANYTHING,
        "evidence": st.lists(file, max_size=2) | ANYTHING,
        "recorded_at": st.sampled_from(TIMES) | ANYTHING,
        "position": ANYTHING,
        "officer_id": ANYTHING,
        "corrects": st.just("b" * 64) | ANYTHING,
        "catalogue": ANYTHING,
        "last_statement": st.just("c" * 64) | ANYTHING,
    }
    shaped = st.fixed_dictionaries(members, optional=optional) | st.dictionaries(st.text(max_size=5), ANYTHING)
    return shaped.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=40)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_bodies_get_one_result_each(phone: TestDevice, held: Case, data: st.DataObject) -> None:
    batch = data.draw(st.lists(bodies(str(held.pk), held.case_no), min_size=1, max_size=12))
    for content in batch:
        phone.record_bytes(content)
    answer = phone.push()
    assert len(answer["results"]) == len(batch)
    assert {result["code"] for result in answer["results"]}.isdisjoint({"handler_fault"})
    assert stored_bodies() == [operation.body for operation in phone.log]
    assert Review.objects.count() == Operation.objects.exclude(status="applied").count()


ENVELOPES = st.dictionaries(
    st.sampled_from(
        ["protocol", "certificate", "server_epoch", "first_seq", "prev_hash", "operations", "thumbnails", "status"]
    ),
    ANYTHING,
    max_size=4,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=ENVELOPES)
def test_any_envelope_gets_a_documented_answer(phone: TestDevice, members: dict[str, Any]) -> None:
    if not phone.log:
        phone.record_bytes(b"{}")
    envelope = {**phone.envelope(first_seq=1), **members}
    content = json.dumps(envelope).encode()
    status, answer = phone.send_bytes("/api/v1/sync/push", content, nonce=envelope["nonce"])
    assert status in (200, 401, 409, 413, 422, 426), answer
    assert status == 200 or answer["code"]
