"""Rows in bulk hold what was given, on either database, in one statement."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from server.common.bulk import (
    among,
    count_up,
    insert_rows,
    insert_together,
    insert_unless_there,
    json_text,
    update_one,
    update_rows,
)
from server.common.clock import now
from server.common.ids import new_id
from server.field.models import ActionRecord, ActionSubject, FieldAction
from tests.actors import Cast, cast

__all__ = ["cast"]
pytestmark = pytest.mark.django_db

NAMES = ("id", "court_id", "kind", "officer_id", "recorded_at", "received_at", "is_complete", "missing", "warnings")
COUNTS = ("files_promised", "files_verified")
ODD = ["一", 'a "quoted" \\ text', "tab\tand\nline", "\\N", "{}", "", "右\u202e", "%s"]


def action_row(cast: Cast, **changes: Any) -> list[Any]:
    row = {"id": new_id(), "court_id": cast.court.pk, "kind": "LOCATE", "officer_id": cast.holder.pk}
    row |= {"recorded_at": now(), "received_at": now(), "is_complete": True, "missing": "[]", "warnings": "[]"}
    row |= {"files_promised": 2**31 - 1, "files_verified": 0}
    return list((row | changes).values())


def test_what_is_given_is_what_is_read(cast: Cast) -> None:
    moment = now()
    row = action_row(cast, recorded_at=moment, missing=json_text(ODD), is_complete=False)
    insert_rows(FieldAction, (*NAMES, *COUNTS), [row])
    action = FieldAction.objects.get(pk=row[0])
    assert (action.recorded_at, action.missing, action.is_complete) == (moment, ODD, False)
    assert (action.court_id, action.officer_id, action.files_promised) == (cast.court.pk, cast.holder.pk, 2**31 - 1)


def test_rows_are_changed_each_by_its_key(cast: Cast) -> None:
    rows = [action_row(cast) for _ in range(3)]
    insert_rows(FieldAction, (*NAMES, *COUNTS), rows)
    changes = [(row[0], number, json_text([ODD[number]])) for number, row in enumerate(rows[:2])]
    update_rows(FieldAction, "id", ("files_promised", "missing"), changes)
    found = {action.pk: (action.files_promised, action.missing) for action in FieldAction.objects.all()}
    assert found == {rows[0][0]: (0, [ODD[0]]), rows[1][0]: (1, [ODD[1]]), rows[2][0]: (2**31 - 1, [])}


def test_none_is_null(cast: Cast) -> None:
    row = action_row(cast)
    insert_rows(FieldAction, (*NAMES, *COUNTS), [row])
    record = ActionRecord.objects.create(
        action_id=row[0], operation_hash="a" * 64, device_id=device_of(cast), officer=cast.holder, recorded_at=now()
    )
    names = ("id", "action_id", "record_id", "subject_type", "subject_id", "node_id", "status", "code", "node_effect")
    insert_rows(ActionSubject, names, [(new_id(), row[0], record.pk, "case", new_id(), None, "applied", "", "none")])
    assert ActionSubject.objects.get().node_id is None


def device_of(cast: Cast) -> Any:
    from tests.actors import phone_of

    return phone_of(cast.holder).id


def test_nothing_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as captured:
        insert_rows(FieldAction, NAMES, [])
        update_rows(FieldAction, "id", ("kind",), [])
        assert not FieldAction.objects.filter(pk__in=among([])).exists()
    assert not captured.captured_queries


def test_any_number_of_ids_is_found_with_one_text_of_the_statement(cast: Cast) -> None:
    rows = [action_row(cast) for _ in range(1_200)]
    insert_rows(FieldAction, (*NAMES, *COUNTS), rows)
    assert FieldAction.objects.filter(pk__in=among([row[0] for row in rows])).count() == 1_200
    assert FieldAction.objects.filter(kind__in=among(["LOCATE", *ODD])).count() == 1_200


def test_what_the_database_refuses_is_an_error_of_django(cast: Cast) -> None:
    row = action_row(cast)
    insert_rows(FieldAction, (*NAMES, *COUNTS), [row])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(FieldAction, (*NAMES, *COUNTS), [row])
    with pytest.raises(DatabaseError), transaction.atomic():
        insert_rows(FieldAction, (*NAMES, *COUNTS), [action_row(cast, missing=None)])
    assert FieldAction.objects.count() == 1


def test_rows_of_several_tables_go_in_together_one_or_many(cast: Cast) -> None:
    device = device_of(cast)
    for count in (1, 3):
        actions = [action_row(cast, missing=json_text(ODD)) for _ in range(count)]
        records = [
            (new_id(), each[0], each[0].hex, device, cast.holder.pk, now(), "{}", "[]", "[]") for each in actions
        ]
        columns = ("id", "action_id", "operation_hash", "device_id", "officer_id", "recorded_at")
        lists = ("fields", "missing", "warnings")
        extra = tuple((*row, "unbounded", "", "") for row in records)
        names = (*columns, *lists, "clock_verdict", "corrects", "catalogue")
        insert_together(
            [(FieldAction, (*NAMES, *COUNTS), actions), (ActionRecord, names, extra), (ActionSubject, (), [])]
        )
        found = FieldAction.objects.filter(pk__in=[each[0] for each in actions])
        assert [action.missing for action in found] == [ODD] * count
        assert ActionRecord.objects.filter(action_id__in=[each[0] for each in actions]).count() == count


def test_a_row_that_is_there_already_is_left_as_it_is(cast: Cast) -> None:
    row = action_row(cast)
    insert_unless_there(FieldAction, (*NAMES, *COUNTS), row)
    insert_unless_there(FieldAction, (*NAMES, *COUNTS), [row[0], *action_row(cast, kind="SEAL")[1:]])
    assert FieldAction.objects.get().kind == "LOCATE"


def test_one_row_is_changed_while_it_is_still_as_it_was(cast: Cast) -> None:
    row = action_row(cast, files_promised=1)
    insert_rows(FieldAction, (*NAMES, *COUNTS), [row])
    was, moment = {"id": row[0], "files_promised": 1}, now()
    assert update_one(FieldAction, was, {"files_promised": 2, "missing": json_text(ODD), "received_at": moment})
    assert not update_one(FieldAction, was, {"files_promised": 3})
    action = FieldAction.objects.get()
    assert (action.files_promised, action.missing, action.received_at) == (2, ODD, moment)


def test_counting_up_counts_the_named_rows_once_each(cast: Cast) -> None:
    rows = [action_row(cast, files_verified=number) for number in range(3)]
    insert_rows(FieldAction, (*NAMES, *COUNTS), rows)
    with CaptureQueriesContext(connection) as queries:
        count_up(FieldAction, "id", "files_verified", {rows[0][0], rows[2][0]})
        count_up(FieldAction, "id", "files_verified", set())
    assert len(queries) == 1
    assert [FieldAction.objects.get(pk=row[0]).files_verified for row in rows] == [1, 1, 3]
