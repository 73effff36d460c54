"""What is carried back to the national system is told and marked by nobody whose cases it is not."""

import pytest

from tests.actors import Cast, browser_of
from tests.strangers.backfill import BACKFILL, BACKFILL_LISTS, BACKFILL_PAGES
from tests.strangers.test_every_endpoint import ask, known

__all__ = ["known"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("endpoint", sorted(BACKFILL))
@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander"])
def test_a_stranger_is_told_of_none_and_marks_none(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert answer.status_code == 200
    spoken = answer.spoken.decode()
    if endpoint in BACKFILL_LISTS:
        assert not {"case_no", "case_id", "action_id"} & {name for name in known if known[name] in spoken}
    else:
        assert '"done"' not in spoken
        assert '"ticked": 1' not in spoken


@pytest.mark.parametrize("path", sorted(BACKFILL_PAGES.values()))
@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander"])
def test_pages_show_a_stranger_nothing_of_it(known: dict[str, str], cast: Cast, who: str, path: str) -> None:
    answer = browser_of(getattr(cast, who)).get(path)
    assert answer.status_code == 200
    assert known["case_no"] not in answer.content.decode()
