"""What a desk weighs on its first load, and where it comes from: under 300 KB compressed, and all of it from here."""

import gzip
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.staticfiles import finders

from server.common import clock
from server.supervision.services import watch_levels
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.sync.pushing import hold

pytestmark = pytest.mark.django_db
MOST_BYTES = 300_000
LINKED = re.compile(r'(?:src|href)="(/static/[^"]+)"')
ANYWHERE = re.compile(r'(?:src|href|action|xlink:href|poster|data)="([^"]*)"')
IMPORTED = re.compile(r'(?:import|from)\s+"(\./[^"]+)"|@import\s+"([^"]+)"')
NOT_COUNTED = ("woff2", "map.js")


@pytest.fixture
def desk(cast: Cast) -> bytes:
    """A page of two hundred cases, all of them late, one of them open."""
    today = date(2026, 11, 22)
    clock.set_clock(lambda: datetime(2026, 11, 22, 2, tzinfo=UTC))
    try:
        cases = [hold(file_one(cast, n, filed_on=today - timedelta(days=40 + n)), cast.group) for n in range(1, 41)]
        watch_levels()
        browser = browser_of(cast.duty)
        return browser.get(f"/centre/cases/{cases[0].pk}?by=cause").content
    finally:
        clock.set_clock(None)


def weight_of(address: str, seen: set[str]) -> int:
    """Compressed, with all that it imports; each file once."""
    if address in seen or any(part in address for part in NOT_COUNTED):
        return 0
    seen.add(address)
    path = finders.find(address.removeprefix("/static/"))
    assert path, address
    with open(path, "rb") as file:
        content = file.read()
    folder = address.rpartition("/")[0]
    imports = [one or other for one, other in IMPORTED.findall(content.decode("utf-8", "replace"))]
    own = len(gzip.compress(content))
    return own + sum(weight_of(f"{folder}/{name.removeprefix('./')}", seen) for name in imports)


def test_the_first_load_is_small(desk: bytes) -> None:
    seen = set[str]()
    assets = sum(weight_of(address, seen) for address in dict.fromkeys(LINKED.findall(desk.decode())))
    assert {name.rpartition(".")[2] for name in seen} >= {"css", "js"}
    assert len(gzip.compress(desk)) + assets < MOST_BYTES


def test_every_address_on_it_is_our_own_and_nothing_is_styled_or_run_in_line(desk: bytes) -> None:
    text = desk.decode()
    assert not [address for address in ANYWHERE.findall(text) if address and address[0] not in "/#?"]
    assert not re.search(r"\sstyle=|\son\w+=", text)
    assert not re.search(r"<script(?![^>]*(?:src=|type=\"application/json\"))", text)


def test_a_wall_is_no_heavier(cast: Cast) -> None:
    page = browser_of(cast.duty).get("/centre/?wall=1").content
    seen = set[str]()
    assets = sum(weight_of(address, seen) for address in dict.fromkeys(LINKED.findall(page.decode())))
    assert any("following.js" in name for name in seen)
    assert len(gzip.compress(page)) + assets < MOST_BYTES


@pytest.mark.parametrize("path", ["/centre/sign-in", "/centre/", "/centre/?wall=1"])
def test_the_content_policy_has_no_unsafe_word_and_no_foreign_host(cast: Cast, path: str) -> None:
    policy = browser_of(cast.duty).get(path)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert not re.search(r"unsafe|http|\*", policy)
