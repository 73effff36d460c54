"""An upload severed at any place of a piece goes on there, and at most that one piece is sent twice."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sdk import FieldClient
from client_sdk.steps import Reply, Request, Unreachable
from client_sdk.uploads import FIRST_PIECE, MAX_PIECE
from tests.chaos.bad_link import PASSPHRASE, CountingTransport
from tests.chaos.proxy import OneCut, Place
from tests.journeys.conftest import database_url, deployment
from tests.journeys.deployment import Deployment

__all__ = ["database_url", "deployment"]

FILE_BYTES = 4 * FIRST_PIECE
PLACES = {
    "nothing of the request": Place("up", "head", 0),
    "one byte of its head": Place("up", "head", 1),
    "its head but for one byte": Place("up", "head", -1),
    "its head alone": Place("up", "body", 0),
    "one byte of the piece": Place("up", "body", 1),
    "half of the piece": Place("up", "body", FIRST_PIECE // 2),
    "the piece but for one byte": Place("up", "body", -1),
    "the whole piece": Place("up", "body", MAX_PIECE),
    "nothing of the answer": Place("down", "head", 0),
    "half of the answer": Place("down", "head", 40),
    "the answer but for one byte": Place("down", "head", -1),
}


class PieceCounter(CountingTransport):
    """Of one upload: the sizes of its pieces, as they left."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.pieces: list[int] = []

    def send(self, request: Request) -> Reply | Unreachable:
        if request.method == "PATCH":
            self.pieces.append(len(request.body))
        return super().send(request)


@pytest.fixture(scope="module")
def store(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an officer who has enrolled."""
    path = tmp_path_factory.mktemp("any-cut") / "officer.db"
    FieldClient.enrol(deployment.url, code=deployment.enrolment_code(), store=path, passphrase=PASSPHRASE).close()
    return path


@pytest.fixture
def severed(deployment: Deployment, nth: int, place: str) -> Iterator[OneCut]:
    with OneCut(deployment.port, "PATCH", nth, PLACES[place]) as proxy:
        yield proxy


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("nth", [2, 3])
def test_at_most_that_piece_is_sent_twice(severed: OneCut, nth: int, deployment: Deployment, store: Path) -> None:
    transport = PieceCounter(severed.url)
    with FieldClient.open(store, passphrase=PASSPHRASE, transport=transport) as field:
        photo = field.capture(b"\xff\xd8\xff\xe0" + random.randbytes(FILE_BYTES - 4))
        case_id = deployment.city["cases"][0]
        action = field.record_action(case_id=case_id, kind="SEIZE", fields={"narrative": "一次"}, photos=[photo])
        report = field.sync()
        assert (report.files_sent, report.is_everything_sent) == (1, True)
        assert field.safe_to_purge(action)
    assert severed.happened["severed"] == 1
    assert sum(transport.pieces) - FILE_BYTES <= transport.pieces[nth - 1]
