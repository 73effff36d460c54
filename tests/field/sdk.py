"""The SDK's own client on the court of this test: an officer with a phone, over the real views."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client_sdk import FieldClient
from server.people.models import Officer
from server.people.services import issue_enrolment_code
from tests.sdk_line import DjangoLine


@contextmanager
def client_of(officer: Officer, store: Path) -> Iterator[FieldClient]:
    """Enrolled, and synced once."""
    code = issue_enrolment_code(officer=officer)
    client = FieldClient.enrol("http://court.test", code=code, store=store, passphrase="三号楼", transport=DjangoLine())
    with client:
        client.sync()
        yield client
