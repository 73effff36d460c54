"""What a desk keeps is for those who watch its court; who keeps no desk writes nothing there."""

import json

import pytest

from tests.actors import Cast, browser_of
from tests.strangers.duty import DESK_ROWS, DUTY_LISTS, DUTY_OPENING
from tests.strangers.test_every_endpoint import ask, known, tells_of

__all__ = ["known"]
pytestmark = pytest.mark.django_db
OTHERS = ["stranger", "sysadmin", "bystander"]


@pytest.mark.parametrize("endpoint", sorted(DESK_ROWS))
@pytest.mark.parametrize("who", OTHERS)
def test_a_mute_and_a_shift_are_hidden_from_all_others(
    known: dict[str, str], cast: Cast, who: str, endpoint: str
) -> None:
    assert ask(browser_of(getattr(cast, who)), endpoint, known).status_code == 404


@pytest.mark.parametrize("endpoint", sorted(DUTY_OPENING))
@pytest.mark.parametrize("who", [*OTHERS, "holder", "inspector", "supervisor"])
def test_who_keeps_no_desk_opens_nothing(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert (answer.status_code, json.loads(answer.spoken)["code"]) == (403, "role_required")


@pytest.mark.parametrize("endpoint", sorted(DUTY_LISTS))
@pytest.mark.parametrize("who", OTHERS)
def test_lists_tell_a_stranger_nothing(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert answer.status_code == 200
    assert not tells_of(answer, known)
    assert not [text for text in (known["mute_id"], known["shift_id"]) if text in answer.spoken.decode()]
