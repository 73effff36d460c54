"""Every page has a way that leads to it from the desk, for each who may open it."""

import pytest

from server.centre.urls import urlpatterns
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by

pytestmark = pytest.mark.django_db
OF_SOMETHING = {"/centre/sign-in", "/centre/limits"}
"""Before everything else, and of what a limit is acknowledged: no menu leads there."""
PAGES = {f"/centre/{entry.pattern}" for entry in urlpatterns if "<" not in str(entry.pattern)} - OF_SOMETHING


def led_to_from(page: str, who: Officer) -> set[str]:
    links = seen_by(who, page).all("a")
    return {link["href"].split("?")[0].split("#")[0] for link in links if "href" in link.attributes}


@pytest.mark.parametrize("who", ["duty", "director", "inspector", "holder"])
def test_from_the_desk_one_comes_to_every_page_one_may_open(cast: Cast, who: str) -> None:
    reader: Officer = getattr(cast, who)
    reached, new = {"/centre/"}, {"/centre/"}
    browser = browser_of(reader)
    answers = {page: browser.get(page) for page in PAGES}
    shown = {
        page
        for page, answer in answers.items()
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    }
    while new:
        new = {link for page in new for link in led_to_from(page, reader)} & shown - reached
        reached |= new
    assert reached == shown


def test_a_menu_leads_nowhere_its_reader_may_not_go(cast: Cast) -> None:
    for who in (cast.duty, cast.director, cast.inspector, cast.holder, cast.bystander):
        menu = [link["href"] for link in seen_by(who).one("details.menu").all("a")]
        assert "/centre/safety" in menu
        browser = browser_of(who)
        assert {link: browser.get(link).status_code for link in menu} == dict.fromkeys(menu, 200)
