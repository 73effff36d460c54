"""feed.js as the page runs it, in Node on a socket to the real server: it misses nothing, believes nothing stale."""

import json

import pytest

from server.cases.models import Case
from server.cases.services import assign_subject, close_case, suspend_case
from server.ledger.services import begin_life_after_restore
from server.people.services import suspend_officer
from tests.actors import Cast
from tests.cases.conftest import file_one
from tests.centre.node_page import NodePage, node_page
from tests.realtime.ledgers import append_some, place_of, stream_of
from tests.realtime.reader import Picture
from tests.realtime.serving import http, session_of

pytestmark = pytest.mark.django_db(transaction=True)


def applied(page: NodePage, last: int) -> None:
    page.until(lambda: bool(page.positions) and page.positions[-1] == last)


def head_of(cast: Cast) -> int:
    position: int = place_of(cast.court)["position"]
    return position


def change_some(cast: Cast) -> None:
    kept, closed = file_one(cast, 1), file_one(cast, 2)
    assign_subject(case=kept, group=cast.group, reason="ROTA")
    suspend_case(case=Case.objects.get(pk=kept.pk), reason="STAYED", document="1", approved_by=cast.director)
    close_case(case=Case.objects.get(pk=closed.pk), closing_mode="SETTLED")


def test_a_snapshot_and_the_frames_after_it_are_a_fresh_snapshot(web: str, cast: Cast) -> None:
    session = session_of(cast.duty)
    file_one(cast, 3)
    with http(web, session) as browser:
        snapshot = browser.get(f"/api/v1/live/{cast.court.pk}/snapshot").json()
        picture = Picture(snapshot)
        place = {name: snapshot[name] for name in ("stream", "ledger_epoch", "position")}
        with node_page(web, place, session_key=session) as page:
            page.until_state("live")
            change_some(cast)
            applied(page, head_of(cast))
        for entry in page.entries:
            picture.apply(entry)
        assert picture.as_shown() == Picture(browser.get(f"/api/v1/live/{cast.court.pk}/snapshot").json()).as_shown()
    assert page.requests("subscribe") == [[place]]
    assert page.requests("ack")[-1] == picture.position


def test_what_happened_while_nobody_listened_comes_first(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    append_some(cast.court, 250)
    with node_page(web, place, session_key=session_of(cast.duty)) as page:
        applied(page, place["position"] + 250)
        page.until_state("live")
    assert page.positions == list(range(place["position"] + 1, place["position"] + 251))
    assert page.states == ["catchup", "live"]


def test_a_gap_is_asked_for_once_and_filled_in_order(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    with node_page(web, place, session_key=session_of(cast.duty)) as page:
        page.until_state("live")
        page.order(faults={"drop": 1})
        append_some(cast.court)
        page.until(lambda: bool(page.all("dropped")))
        append_some(cast.court)
        applied(page, place["position"] + 2)
        page.until_state("live")
    assert page.requests("need") == [{"stream": place["stream"], "after": place["position"]}]
    assert page.positions == [place["position"] + 1, place["position"] + 2]
    assert page.states == ["catchup", "live", "catchup", "live"]


def test_a_lost_last_message_is_noticed_at_the_next_heartbeat(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    with node_page(web, place, session_key=session_of(cast.duty)) as page:
        page.until_state("live")
        page.order(faults={"drop": 1})
        append_some(cast.court)
        page.until(lambda: bool(page.all("dropped")))
        assert page.positions == []
        applied(page, place["position"] + 1)
        page.until(lambda: bool(page.all("beat")))
    assert page.requests("need") == [{"stream": place["stream"], "after": place["position"]}]
    assert page.all("beat")[0]["serverTime"].endswith("Z")


def test_a_doubled_frame_is_acknowledged_and_applied_once(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    with node_page(web, place, session_key=session_of(cast.duty)) as page:
        page.until_state("live")
        page.order(faults={"double": 1})
        append_some(cast.court, 2)
        page.until(lambda: bool(page.all("doubled")))
        append_some(cast.court)
        applied(page, place["position"] + 3)
    assert page.positions == [place["position"] + number for number in (1, 2, 3)]
    assert page.requests("need") == []


def test_a_reset_ends_the_listening_until_there_is_a_fresh_snapshot(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    with node_page(web, place, session_key=session_of(cast.duty)) as page:
        page.until_state("live")
        begin_life_after_restore()
        page.until(lambda: bool(page.all("close")))
        assert page.waits == []
    assert page.all("reset") == [{"saw": "reset", "stream": place["stream"], "reason": "epoch"}]


def test_forty_seconds_without_a_word_are_stale_and_the_socket_is_given_up(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    with node_page(web, place, session_key=session_of(cast.duty), pace=0.1) as page:
        page.until_state("live")
        page.order(faults={"deaf": True}, advance=39_000)
        page.until_ticked(2)
        assert page.state == "live"
        page.order(advance=2_000)
        page.until_state("stale")
        page.until(lambda: len(page.all("open")) == 2)
        page.until_ticked(2)
        silent = ["catchup", "live", "stale"]
        assert page.states == silent, "an open socket that has said nothing is no news"
        append_some(cast.court)
        page.order(faults={"deaf": False}, advance=41_000)
        page.until_state("live")
        applied(page, place["position"] + 1)


def test_one_whose_right_is_withdrawn_stops_for_good(web: str, cast: Cast) -> None:
    with node_page(web, place_of(cast.court), session_key=session_of(cast.duty)) as page:
        page.until_state("live")
        suspend_officer(officer=cast.duty, reason="调查")
        page.until_state("revoked")
        page.until(lambda: bool(page.all("close")))
        page.until_ticked(2)
        assert (page.state, page.waits) == ("revoked", [])
    assert page.all("close")[0]["code"] == 4003


def test_a_stream_one_may_not_watch_is_revoked_at_once(web: str, cast: Cast) -> None:
    with node_page(web, place_of(cast.court), session_key=session_of(cast.stranger)) as page:
        page.until(lambda: bool(page.all("close")))
        page.until_ticked(2)
        assert (page.state, page.waits) == ("revoked", [])


def test_one_who_is_not_signed_in_is_told_so_and_does_not_come_back(web: str, cast: Cast) -> None:
    with node_page(web, place_of(cast.court)) as page:
        page.until(lambda: bool(page.all("close")))
        page.until_ticked(2)
        assert (page.state, page.waits) == ("revoked", [])
    assert page.all("close")[0]["code"] == 4001


def test_it_is_live_only_once_every_stream_is_and_loses_only_the_one_that_was_reset(web: str, cast: Cast) -> None:
    places = [
        place_of(cast.court),
        place_of(cast.other_court),
        {**place_of(cast.superior_court), "ledger_epoch": "old"},
    ]
    append_some(cast.other_court, 120)
    with node_page(web, *places, session_key=session_of(cast.supervisor)) as page:
        page.until(lambda: len(page.positions) == 120)
        page.until_state("live")
        append_some(cast.court)
        page.until(lambda: page.all("entries")[-1]["stream"] == stream_of(cast.court))
    assert page.states == ["catchup", "live"]
    assert [seen["stream"] for seen in page.all("reset")] == [stream_of(cast.superior_court)]


def test_what_the_browser_remembers_of_a_lost_life_counts_what_the_restore_took(web: str, cast: Cast) -> None:
    append_some(cast.court, 3)
    with node_page(web, place_of(cast.court), session_key=session_of(cast.duty)) as page:
        append_some(cast.court, 2)
        applied(page, head_of(cast))
    memory = {seen["key"]: seen["text"] for seen in page.all("kept")}
    last = json.loads(memory[f"zhixing.seen.{stream_of(cast.court)}"])
    assert {"stream": stream_of(cast.court), **last} == place_of(cast.court)
    begin_life_after_restore()
    further = {f"zhixing.seen.{stream_of(cast.court)}": json.dumps({**last, "position": last["position"] + 4})}
    with node_page(web, place_of(cast.court), session_key=session_of(cast.duty), memory=further) as page:
        page.until_state("live")
        page.until(lambda: any(entry["kind"] == "ledger_entries_lost" for entry in page.entries))
    assert page.requests("subscribe")[0][0]["seen"] == {**last, "position": last["position"] + 4}
    (told,) = (entry for entry in page.entries if entry["kind"] == "ledger_entries_lost")
    assert (told["entries_lost"], told["reporter"]) == (4, f"officer:{cast.duty.pk}")
