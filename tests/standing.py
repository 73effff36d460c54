"""What many tests only look at is written once for their module: `standing` holds it, and each test undoes its own.

A module's fixture that writes asks for `standing` and does so in `with standing.unblock():`. Not for tests that write
from several connections, nor for such as change the Python objects they are given.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DjangoDbBlocker]:
    """A transaction around all tests of the module, whose own ones are savepoints in it."""
    whole = transaction.atomic()
    with django_db_blocker.unblock():
        whole.__enter__()
    yield django_db_blocker
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)
