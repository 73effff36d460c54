"""Webhooks to a receiver that is really there: signed, again until taken, never two attempts of one at a time."""

import io
import json
import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.ledger.models import Entry
from server.notices.models import Delivery, DeliveryAttempt, Webhook
from server.notices.receiver import NotReached, UrlRefused, post, require_url
from server.notices.services import (
    NoticeDraft,
    WebhookRefused,
    add_webhook,
    deliver,
    end_webhook,
    enqueue_due_deliveries,
    make_digests,
    rotate_secret,
    tell,
)
from server.notices.services.delivering import LEASE, WAITS
from tests.actors import Cast, people_of_a_city
from tests.notices.receiving import Receiver
from tests.people.test_enrolment_race import at_once
from tests.supervision.conftest import Clock


def told(cast: Cast, key: str = "1", **changes: Any) -> None:
    given = {"kind": "level", "title": "【超期】财产调查完毕", "view": {"level": "OVERDUE"}, **changes}
    tell([NoticeDraft(officer_id=cast.holder.pk, court_id=cast.court.pk, key=key, **given)])


def run_due() -> list[bool]:
    """What the worker would do now."""
    return [deliver(each.pk) for each in Delivery.objects.filter(state="waiting").order_by("pk")]


def test_a_notice_is_sent_once_and_signed(clock: Clock, cast: Cast, receiver: Receiver) -> None:
    _, secret = add_webhook(court=cast.court, name="oa", url=receiver.url)
    told(cast)
    assert run_due() == [True]
    assert run_due() == []
    (received,) = receiver.received
    assert received.is_signed_with(secret)
    assert not received.is_signed_with(secret + "x")
    body = json.loads(received.body)
    assert (body["title"], body["staff_no"], body["court"]) == ("【超期】财产调查完毕", "240101", "闽0924")
    assert body["delivery"] == received.headers["Zhixing-Delivery"]
    assert received.headers["Zhixing-Timestamp"] == str(int(clock().timestamp()))


def test_a_secret_is_kept_sealed_and_shown_once(clock: Clock, cast: Cast, receiver: Receiver) -> None:
    webhook, secret = add_webhook(court=cast.court, name="oa", url=receiver.url)
    assert secret.encode() not in bytes(webhook.sealed_secret)
    assert not Entry.objects.filter(facts__contains=secret).exists()
    assert Entry.objects.filter(kind="webhook_added", facts__contains="oa").exists()


def test_while_a_secret_is_changed_both_sign(clock: Clock, cast: Cast, receiver: Receiver) -> None:
    webhook, former = add_webhook(court=cast.court, name="oa", url=receiver.url)
    fresh = rotate_secret(webhook=webhook)
    told(cast)
    run_due()
    assert receiver.received[0].is_signed_with(former)
    assert receiver.received[0].is_signed_with(fresh)
    clock.on(11, 10)
    told(cast, "2")
    run_due()
    assert not receiver.received[1].is_signed_with(former)
    assert receiver.received[1].is_signed_with(fresh)


def test_only_the_court_and_the_kinds_it_wants_and_no_line_of_a_digest(
    clock: Clock, cast: Cast, receiver: Receiver
) -> None:
    add_webhook(court=cast.court, name="oa", url=receiver.url, kinds=["digest"])
    add_webhook(court=cast.other_court, name="oa", url=receiver.url)
    told(cast)
    told(cast, "2", waits_for_digest=True)
    assert run_due() == []
    clock.on(11, 3)
    make_digests()
    assert run_due() == [True]
    assert json.loads(receiver.received[0].body)["view"]["count"] == 1


def test_what_is_not_taken_is_tried_again_later_and_later_and_then_given_up(
    clock: Clock, cast: Cast, receiver: Receiver
) -> None:
    add_webhook(court=cast.court, name="oa", url=receiver.url)
    told(cast)
    receiver.answers = [500, 302, 404, 410, *[503] * 20]
    for wait in WAITS:
        assert run_due() == [False]
        assert run_due() == [False]  # not due yet: no attempt
        clock.moment += wait
    assert run_due() == [False]
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("given_up", len(WAITS) + 1)
    statuses = list(DeliveryAttempt.objects.order_by("number").values_list("status", flat=True))
    assert statuses[:5] == [500, 302, 404, 410, 503]
    assert len(receiver.received) == len(statuses) == len(WAITS) + 1
    assert len({each.headers["Zhixing-Delivery"] for each in receiver.received}) == 1
    receiver.answers = []
    assert json.loads(webhook_command("again", "闽0924", "oa")) == {"waiting": 1}
    assert run_due() == [True]


def test_nobody_there_is_a_line_of_the_log_and_the_next_attempt(clock: Clock, cast: Cast, receiver: Receiver) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        add_webhook(court=cast.court, name="oa", url=f"http://127.0.0.1:{unused.getsockname()[1]}/")
        told(cast)
        assert run_due() == [False]
    attempt = DeliveryAttempt.objects.get()
    assert attempt.status is None
    assert attempt.fault
    assert Delivery.objects.get().next_attempt_at == clock() + WAITS[0]


def test_over_tls_a_certificate_this_machine_trusts_is_taken_and_no_other(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = receiver.speak_tls(tmp_path / "receiver.pem").replace("http://", "https://")
    with pytest.raises(NotReached, match=r"(?i)certificate"):
        post(url, {}, b"{}")
    assert receiver.received == []
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "receiver.pem"))
    assert post(url, {}, b"{}") == 200
    with pytest.raises(NotReached, match=r"(?i)mismatch|not valid"):
        post(url.replace("127.0.0.1", "localhost"), {}, b"{}")


def test_a_receiver_that_drips_its_answer_is_left_after_the_time_there_is(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr("server.notices.receiver.LASTS_SECONDS", 0.5)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_drip, args=(listening, stop))
        thread.start()
        try:
            with pytest.raises(NotReached):
                post(f"http://127.0.0.1:{listening.getsockname()[1]}/", {}, b"{}")
        finally:
            stop.set()
            thread.join()


def _drip(listening: socket.socket, stop: threading.Event) -> None:
    connection, _ = listening.accept()
    with connection:
        while not stop.wait(0.05):
            try:
                connection.sendall(b"H")
            except OSError:
                return


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_attempt(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    cast = people_of_a_city()
    with Receiver() as receiver:
        add_webhook(court=cast.court, name="oa", url=receiver.url)
        told(cast)
        delivery_id = Delivery.objects.get().pk
        ask = [lambda: deliver(delivery_id)] * 4
        assert sorted(at_once(*ask)) == [False, False, False, True]
        assert len(receiver.received) == 1
    assert Delivery.objects.get().state == "delivered"
    assert DeliveryAttempt.objects.count() == 1


def test_an_attempt_that_never_ended_is_followed_by_another_with_the_same_id(
    clock: Clock, cast: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_webhook(court=cast.court, name="oa", url=receiver.url)
    told(cast)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("server.notices.services.delivering._settle", die)
        with pytest.raises(KeyboardInterrupt):
            run_due()
    assert run_due() == [False]
    clock.moment += LEASE + timedelta(seconds=1)
    assert run_due() == [True]
    first, second = receiver.received
    assert first.headers["Zhixing-Delivery"] == second.headers["Zhixing-Delivery"]


def test_each_due_delivery_gets_one_task_and_another_only_when_that_was_lost(
    clock: Clock, cast: Cast, receiver: Receiver
) -> None:
    add_webhook(court=cast.court, name="oa", url=receiver.url)
    told(cast)
    assert [enqueue_due_deliveries(), enqueue_due_deliveries()] == [1, 0]
    clock.moment += timedelta(minutes=11)
    assert enqueue_due_deliveries() == 1
    assert run_due() == [True]
    clock.moment += timedelta(minutes=11)
    assert enqueue_due_deliveries() == 0


def test_one_that_was_ended_is_sent_nothing_more(clock: Clock, cast: Cast, receiver: Receiver) -> None:
    webhook, _ = add_webhook(court=cast.court, name="oa", url=receiver.url)
    told(cast)
    end_webhook(webhook=webhook)
    told(cast, "2")
    assert run_due() == []
    assert receiver.received == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://oa.court.example/",
        "oa.court.example",
        "http://",
        "http://user:word@oa.court.example/",
        "http://oa.court.example/#here",
        "http://oa.court.example/a b",
        "http://oa.court.example:99999/",
        "http://法院.example/",
    ],
)
def test_an_address_of_another_form_is_refused(cast: Cast, url: str) -> None:
    with pytest.raises(UrlRefused):
        require_url(url)
    with pytest.raises(WebhookRefused):
        add_webhook(court=cast.court, name="oa", url=url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "169.254.169.254", "0.0.0.0", "224.0.0.1", "[::ffff:127.0.0.1]"]
)
def test_this_machine_and_its_link_are_sent_nothing(host: str, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(UrlRefused):
        post(f"http://{host}:9/", {}, b"{}")


def test_where_networks_are_named_nothing_else_is_reached(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["10.8.0.0/16"]
    with pytest.raises(UrlRefused):
        post("http://10.9.0.1:9/", {}, b"{}")


def webhook_command(*words: str) -> str:
    out = io.StringIO()
    call_command("webhook", *words, stdout=out)
    return out.getvalue()


def test_the_command_names_lists_rotates_logs_and_ends(clock: Clock, cast: Cast, receiver: Receiver) -> None:
    added = json.loads(webhook_command("add", "闽0924", "oa", receiver.url, "--kind", "level"))
    told(cast)
    run_due()
    assert receiver.received[0].is_signed_with(added["secret"])
    assert json.loads(webhook_command("list", "闽0924"))["kinds"] == ["level"]
    assert "secret" not in webhook_command("list", "闽0924")
    assert json.loads(webhook_command("log", "闽0924", "oa"))["status"] == 200
    assert json.loads(webhook_command("rotate", "闽0924", "oa"))["secret"] != added["secret"]
    webhook_command("end", "闽0924", "oa")
    assert Webhook.objects.get().ended_at is not None
    for words in (("add", "闽0924", "oa", receiver.url), ("end", "闽0924", "oa"), ("list", "闽0000")):
        with pytest.raises(CommandError):
            webhook_command(*words)
