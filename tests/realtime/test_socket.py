"""Against a real Daphne: who is let in, from where a stream goes on, and when a socket ends."""

import json
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.common.clock import now
from server.ledger.services import begin_life_after_restore
from server.people.models import Role
from server.people.services import end_role, suspend_officer
from server.realtime.models import Ticket
from server.realtime.watcher import WINDOW
from tests.actors import Cast, browser_of
from tests.realtime.ledgers import append_some, place_of, stored_views, stream_of
from tests.realtime.serving import Screen, http, session_of, socket, watching

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_entry_reaches_a_watcher_within_a_second_of_its_commit(web: str, cast: Cast) -> None:
    with watching(web, session_of(cast.duty), place_of(cast.court)) as screen:
        append_some(cast.court, 3)
        screen.until(lambda: len(screen.applied) == 3, seconds=3)
    assert [entry["number"] for entry in screen.applied] == [0, 1, 2]


def test_one_who_was_cut_off_misses_nothing_and_sees_nothing_twice(web: str, cast: Cast) -> None:
    session, place = session_of(cast.duty), place_of(cast.court)
    start = place["position"]
    with watching(web, session, place) as first:
        append_some(cast.court, 2)
        first.until(lambda: len(first.applied) == 2)
    append_some(cast.court, 250)
    with watching(web, session, first.place) as second:
        second.until(lambda: len(second.applied) == 250)
        append_some(cast.court, 2)
        second.until(lambda: len(second.applied) == 252)
    assert first.positions + second.positions == list(range(start + 1, start + 255))


def test_the_http_twin_gives_the_same_bytes(web: str, cast: Cast) -> None:
    session, place = session_of(cast.duty), place_of(cast.court)
    append_some(cast.court, 5)
    with watching(web, session, place) as screen, http(web, session) as browser:
        screen.until(lambda: len(screen.applied) == 5)
        answer = browser.get(f"/api/v1/live/{cast.court.pk}", params={"after": place["position"]})
    assert answer.text == screen.texts[0]
    assert all(view in answer.text for view in stored_views(cast.court, place["position"]))


def test_a_gap_is_asked_for_and_answered(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    append_some(cast.court, 4)
    with watching(web, session_of(cast.duty), place_of(cast.court)) as screen:
        screen.send({"need": {"stream": place["stream"], "after": place["position"] + 1}})
        frame = screen.until_frame("entries")
    assert [entry["number"] for entry in frame["entries"]] == [1, 2, 3]


def test_what_cannot_be_replayed_whole_is_a_reset_with_its_reason(web: str, cast: Cast) -> None:
    session, place = session_of(cast.duty), place_of(cast.court)
    append_some(cast.court, 1001)
    wanted = {
        "gap": place,
        "position": {**place, "position": place["position"] + 9000},
        "epoch": {**place, "ledger_epoch": "of another life"},
        "rights": {**place, "stream": stream_of(cast.other_court)},
    }
    for reason, asked in wanted.items():
        with watching(web, session, asked) as screen:
            assert screen.frames[-1] == {"type": "reset", "stream": asked["stream"], "reason": reason}


def test_a_past_too_large_for_a_queue_is_a_reset_and_not_a_socket_closed_for_ever(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    append_some(cast.court, 300, size=3000)
    with watching(web, session_of(cast.duty), place) as screen:
        assert screen.frames[-1]["reason"] == "gap"


def test_a_restore_resets_those_who_watch(web: str, cast: Cast) -> None:
    with watching(web, session_of(cast.duty), place_of(cast.court)) as screen:
        begin_life_after_restore()
        frame = screen.until_frame("reset")
    assert frame == {"type": "reset", "stream": stream_of(cast.court), "reason": "epoch"}


def test_one_who_reads_but_never_acknowledges_is_closed_as_slow(web: str, cast: Cast) -> None:
    place = place_of(cast.court)
    append_some(cast.court)
    with watching(web, session_of(cast.duty), place) as screen:
        screen.acknowledges = False
        for _ in range(WINDOW):
            screen.send({"need": {"stream": place["stream"], "after": place["position"]}})
        append_some(cast.court, 200, size=6000)
        assert screen.close_code() == 4008


def test_a_ticket_opens_one_socket_once(web: str, cast: Cast) -> None:
    ticket = ticket_of(web, cast)
    with socket(web, origin=None) as opened:
        screen = Screen(opened, place_of(cast.court))
        screen.send({"ticket": ticket})
        screen.subscribe()
        assert screen.hear()["type"] == "ok"
    with socket(web, origin=None) as opened:
        screen = Screen(opened, place_of(cast.court))
        screen.send({"ticket": ticket})
        assert screen.close_code() == 4001


def ticket_of(web: str, cast: Cast) -> str:
    answer = browser_of(cast.duty).post("/api/v1/live/tickets")
    return str(answer.json()["ticket"])


def test_an_old_ticket_opens_nothing(web: str, cast: Cast) -> None:
    ticket = ticket_of(web, cast)
    Ticket.objects.update(expires_at=now() - timedelta(seconds=1))
    with socket(web, origin=None) as opened:
        screen = Screen(opened, place_of(cast.court))
        screen.send({"ticket": ticket})
        assert screen.close_code() == 4001


def test_a_ticket_dies_with_the_session_that_asked_for_it(web: str, cast: Cast) -> None:
    browser = browser_of(cast.duty)
    ticket = browser.post("/api/v1/live/tickets").json()["ticket"]
    browser.delete("/api/v1/session")
    with socket(web, origin=None) as opened:
        screen = Screen(opened, place_of(cast.court))
        screen.send({"ticket": ticket})
        screen.subscribe()
        assert screen.hear()["reason"] == "rights"


def test_a_cookie_without_a_page_of_ours_counts_for_nothing(web: str, cast: Cast) -> None:
    with socket(web, session_of(cast.duty), origin=None) as opened:
        screen = Screen(opened, place_of(cast.court))
        screen.subscribe()
        assert screen.close_code() == 4001


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://127.0.0.1"])
def test_a_foreign_origin_is_refused(web: str, cast: Cast, origin: str) -> None:
    with pytest.raises((InvalidStatus, ConnectionClosed)), socket(web, session_of(cast.duty), origin=origin) as opened:
        opened.recv(timeout=5)


def test_a_name_rebound_to_our_address_is_refused(web: str, cast: Cast) -> None:
    port = web.rpartition(":")[2]
    rebound = f"evil.example:{port}"
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)),
        socket(web, session_of(cast.duty), origin=f"http://{rebound}", host=rebound) as opened,
    ):
        opened.recv(timeout=5)


def test_signing_out_ends_the_stream_within_seconds(web: str, cast: Cast) -> None:
    session = session_of(cast.duty)
    with watching(web, session, place_of(cast.court)) as screen, http(web, session) as browser:
        csrf = browser.get("/api/v1/session").json()["csrf"]
        assert browser.delete("/api/v1/session", headers={"X-CSRFToken": csrf}).status_code == 204
        assert screen.close_code() == 4003


def test_a_suspended_officer_sees_the_stream_end(web: str, cast: Cast) -> None:
    with watching(web, session_of(cast.duty), place_of(cast.court)) as screen:
        suspend_officer(officer=cast.duty, reason="调查")
        assert screen.close_code() == 4003


def test_the_end_of_a_role_ends_the_stream_and_replay_refuses_as_well(web: str, cast: Cast) -> None:
    session, place = session_of(cast.duty), place_of(cast.court)
    with watching(web, session, place) as screen:
        end_role(officer=cast.duty, role=Role.COMMAND_CENTRE)
        assert screen.close_code() == 4003
    with watching(web, session, place) as screen:
        assert screen.frames[-1]["reason"] == "rights"


def test_one_losing_request_ends_the_socket_with_its_reason(web: str, cast: Cast) -> None:
    with socket(web, session_of(cast.duty)) as opened:
        screen = Screen(opened, place_of(cast.court))
        screen.send({"hello": 1})
        assert screen.close_code() == 4009
    assert screen.frames[-1]["type"] == "bye"


def test_heartbeats_name_the_head_of_every_stream_watched(web: str, cast: Cast) -> None:
    with watching(web, session_of(cast.duty), place_of(cast.court)) as screen:
        append_some(cast.court, 2)
        frame = screen.until_frame("heartbeat")
    assert frame["heads"] == {stream_of(cast.court): place_of(cast.court)["position"]}
    assert json.dumps(frame["server_time"])


def test_an_officer_of_another_court_gets_none_of_it(web: str, cast: Cast) -> None:
    session = session_of(cast.stranger)
    with watching(web, session, place_of(cast.court)) as screen:
        assert screen.frames == [{"type": "reset", "stream": stream_of(cast.court), "reason": "rights"}]
        screen.send({"need": {"stream": stream_of(cast.court), "after": 0}})
        assert screen.hear()["reason"] == "rights"
    with http(web, session) as browser:
        for path in ("", "/snapshot", "/names"):
            assert (
                browser.get(f"/api/v1/live/{cast.court.pk}{path}", params={"after": 0, "ids": "1"}).status_code == 404
            )


def test_a_superior_supervisor_watches_several_courts_on_one_socket(web: str, cast: Cast) -> None:
    places = [place_of(cast.court), place_of(cast.other_court)]
    append_some(cast.court, 240)
    append_some(cast.other_court, 240)
    with socket(web, session_of(cast.supervisor)) as opened:
        screens = [Screen(opened, dict(place)) for place in places]
        screens[0].send({"subscribe": places})
        heard: list[int] = []
        while len(heard) < 480:
            frame = screens[0].hear()
            heard += [entry["position"] for entry in frame.get("entries", ())]
    assert sorted(heard) == sorted(
        position for place in places for position in range(place["position"] + 1, place["position"] + 241)
    )
