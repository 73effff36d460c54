"""What follows a commit may fail; what was committed is answered all the same."""

import logging

import pytest
from django.db import transaction

from server.common.after_commit import after_commit

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_done_after_the_commit_and_not_before() -> None:
    done: list[str] = []
    with transaction.atomic():
        after_commit(done.append, "followed")
        assert done == []
    assert done == ["followed"]


def test_it_is_not_done_where_nothing_was_committed() -> None:
    done: list[str] = []
    with transaction.atomic():
        after_commit(done.append, "followed")
        transaction.set_rollback(True)
    assert done == []


def test_its_fault_is_logged_and_gets_out_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def failing(*, what: str) -> None:
        raise ConnectionError(what)

    done: list[str] = []
    with caplog.at_level(logging.ERROR), transaction.atomic():
        after_commit(failing, what="the layer is dead")
        after_commit(done.append, "the next one")
    assert done == ["the next one"]
    assert "the layer is dead" in caplog.text
