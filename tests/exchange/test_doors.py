"""Strangers, withdrawn partners, replayed and altered words get nothing: each is refused by its code, and no more."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from server.common.clock import now, set_clock
from server.common.errors import DomainError
from server.common.signing import new_private_key, public_of, text_hash
from server.exchange.models import InMessage
from server.exchange.services import card_of, cut_off, enrol_peer, take_in
from server.exchange.services.delivering import MESSAGES_PATH
from server.exchange.services.peers import keys_of
from server.exchange.signed_requests import Signing, signed_headers
from server.exchange.texts import Message, message_text, open_receipt
from server.ledger.models import Entry
from server.matters.models import Matter, MatterMove
from server.people.certificates import issue_key, open_chain
from server.people.keys import first_keys, root_public_key, signing_key_of
from server.people.models import Court
from server.people.services import create_court, rotate_signing_key
from tests.exchange.conftest import Partners
from tests.exchange.worlds import outgoing, peer_of
from tests.matters.conftest import at_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def batch(texts: list[str], keys: list[str]) -> bytes:
    return json.dumps({"messages": texts, "keys": keys}).encode()


def signing(partners: Partners) -> Signing:
    """In the world of the court that asks."""
    key = signing_key_of(partners.near.court)
    return Signing(partners.near.court.pk, partners.far.court.pk, key.chain[-1], key.kid, key.private_key)


def knock(partners: Partners, body: bytes, headers: dict[str, str], path: str = MESSAGES_PATH) -> Any:
    """At the server of the court that does it."""
    with partners.far.entered():
        return Client(headers=headers).post(path, body, content_type="application/json")


def signed(partners: Partners, body: bytes, nonce: str = "", **changed: Any) -> dict[str, str]:
    with partners.near.entered():
        own = signing(partners)._replace(**changed)
        return signed_headers("POST", MESSAGES_PATH, body, own, at=now(), nonce=nonce or uuid4().hex)


def sent_batch(partners: Partners) -> tuple[Matter, bytes]:
    matter = partners.sent()
    with partners.near.entered():
        return matter, batch(outgoing(partners.near, partners.far), signing_key_of(partners.near.court).chain)


def code(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content).get("code", "")


def effects(partners: Partners) -> tuple[int, int, int]:
    counts: Callable[[], Any] = lambda: (  # noqa: E731
        InMessage.objects.count(),
        MatterMove.objects.count(),
        Entry.objects.filter(kind__startswith="matter").count(),
    )
    found: tuple[int, int, int] = partners.far.does(counts)
    return found


def test_a_peer_is_heard_and_signs_for_what_it_took(partners: Partners) -> None:
    matter, body = sent_batch(partners)
    answer = knock(partners, body, signed(partners, body))
    assert answer.status_code == 200
    told = json.loads(answer.content)
    with partners.near.entered():
        (text,) = outgoing(partners.near, partners.far)
        receipt = open_receipt(told["receipts"][0], keys_of(peer_of(partners.far), told["keys"]))
    assert (receipt.hash, receipt.outcome, receipt.code) == (text_hash(text), "applied", "")
    assert partners.states(matter) == ("SENT", "SENT")


def test_a_stranger_gets_nothing(partners: Partners) -> None:
    _, body = sent_batch(partners)
    private, stranger = new_private_key(), uuid4()
    statement = issue_key(
        court=stranger, kid="s1", public_key=public_of(private), valid_from=now(), root_private=private
    )
    headers = signed(partners, body, sender=stranger, statement=statement, kid="s1", private=private)
    assert code(knock(partners, body, headers)) == (401, "exchange_stranger")
    headers = signed(partners, body, statement=statement, private=private)
    assert code(knock(partners, body, headers)) == (401, "exchange_signature_invalid")
    assert code(knock(partners, body, {})) == (401, "exchange_stranger")
    assert effects(partners) == (0, 0, 0)


def test_an_altered_request_gets_nothing(partners: Partners) -> None:
    _, body = sent_batch(partners)
    headers = signed(partners, body)
    assert code(knock(partners, body + b" ", headers)) == (401, "exchange_signature_invalid")
    digest = base64.b64encode(b"0" * 32).decode()
    for name, value in (
        ("Zhixing-To", str(uuid4())),
        ("Content-Digest", f"sha-256=:{digest}:"),
        ("Signature", f"court=:{base64.b64encode(b'0' * 64).decode()}:"),
        ("Signature-Input", headers["Signature-Input"].replace('"@path" ', "")),
    ):
        assert code(knock(partners, body, headers | {name: value})) == (401, "exchange_signature_invalid")
    without = {name: value for name, value in headers.items() if name != "Content-Digest"}
    assert code(knock(partners, body, without)) == (401, "exchange_signature_invalid")
    assert effects(partners) == (0, 0, 0)


def test_a_replayed_request_gets_nothing(partners: Partners) -> None:
    _, body = sent_batch(partners)
    headers = signed(partners, body, nonce="one")
    assert knock(partners, body, headers).status_code == 200
    before = effects(partners)
    assert code(knock(partners, body, headers)) == (409, "exchange_replayed")
    other = batch([], [])
    assert code(knock(partners, other, signed(partners, other, nonce="one"))) == (409, "exchange_replayed")
    then = now() + timedelta(minutes=6)
    set_clock(lambda: then)
    assert code(knock(partners, body, headers)) == (401, "exchange_stale")
    assert effects(partners) == before


def test_what_is_for_a_court_that_is_not_here_gets_nothing(partners: Partners) -> None:
    _, body = sent_batch(partners)
    headers = signed(partners, body, to=partners.near.court.pk)
    assert code(knock(partners, body, headers)) == (403, "exchange_misdirected")


def test_a_partner_who_was_cut_off_gets_nothing_until_it_is_enrolled_again(partners: Partners) -> None:
    matter, body = sent_batch(partners)
    with partners.far.entered():
        cut_off(peer=peer_of(partners.near), reason="密钥外泄")
    assert code(knock(partners, body, signed(partners, body))) == (403, "exchange_cut_off")
    assert effects(partners) == (0, 0, 0)
    card = partners.near.does(card_of, partners.near.court)
    partners.far.does(enrol_peer, card=card, code=partners.near.court.code)
    assert knock(partners, body, signed(partners, body)).status_code == 200
    assert partners.states(matter) == ("SENT", "SENT")


def test_a_key_that_was_replaced_signs_nothing_more(partners: Partners) -> None:
    _, body = sent_batch(partners)
    at_day(0.5)
    with partners.near.entered():
        old = signing(partners)
        rotate_signing_key(court=partners.near.court)
    new_body = batch([], [])
    assert knock(partners, new_body, signed(partners, new_body)).status_code == 200, "the new one introduces itself"
    headers = signed(partners, body, statement=old.statement, kid=old.kid, private=old.private)
    assert code(knock(partners, body, headers)) == (401, "exchange_key_retired")
    assert knock(partners, body, signed(partners, body)).status_code == 200, "what it had signed before stays good"
    late = Message(
        partners.near.court.pk, partners.far.court.pk, uuid4(), 1, "talk", {"text": "x"}, now() + timedelta(days=1), "x"
    )
    assert rejected(partners, message_text(late, kid=old.kid, private=old.private)) == "exchange_message_invalid"


def rejected(partners: Partners, text: str) -> str:
    with partners.far.entered():
        (receipt,) = take_in(peer=peer_of(partners.near), court=partners.far.court, texts=[text])
        opened = open_receipt(receipt, keys_of_own(partners.far.court))
    assert opened.outcome == "rejected"
    return opened.code


def keys_of_own(court: Court) -> Any:
    return open_chain(signing_key_of(court).chain, root_public_key(court))


def test_an_altered_message_is_not_even_kept(partners: Partners) -> None:
    partners.sent()
    with partners.near.entered():
        (text,) = outgoing(partners.near, partners.far)
    signed_part, signature = text.split(".")
    altered = base64.urlsafe_b64decode(signed_part + "==").replace(b"approve", b"approva")
    forged = base64.urlsafe_b64encode(altered).decode().rstrip("=")
    assert rejected(partners, f"{forged}.{signature}") == "exchange_message_invalid"
    assert rejected(partners, "nothing") == "exchange_message_invalid"
    assert effects(partners) == (0, 0, 0)


def test_one_number_is_one_message(partners: Partners) -> None:
    matter = partners.arrived()
    with partners.near.entered():
        key = signing_key_of(partners.near.court)
        other = Message(
            partners.near.court.pk, partners.far.court.pk, matter.pk, 1, "talk", {"text": "x"}, now(), "林岚"
        )
        text = message_text(other, kid=key.kid, private=key.private_key)
    before = effects(partners)
    assert rejected(partners, text) == "exchange_number_taken"
    assert rejected(partners, misdirected(partners, matter)) == "exchange_misdirected"
    assert effects(partners) == before


def misdirected(partners: Partners, matter: Matter) -> str:
    with partners.near.entered():
        key = signing_key_of(partners.near.court)
        told = Message(partners.near.court.pk, uuid4(), matter.pk, 2, "talk", {"text": "x"}, now(), "林岚")
        return message_text(told, kid=key.kid, private=key.private_key)


def test_a_matter_of_others_is_none_to_a_peer(partners: Partners) -> None:
    """Enrolled, and still: what is between two other courts is not there for it."""
    matter = partners.arrived()
    with partners.near.entered():
        third = create_court(code="浙9703", name="远溪县人民法院", level=Court.Level.BASIC)
        card, key = card_of(third), signing_key_of(third)
        told = Message(
            third.pk, partners.far.court.pk, matter.pk, 1, "move", {"move": "withdraw", "words": "x"}, now(), ""
        )
        text = message_text(told, kid=key.kid, private=key.private_key)
    with partners.far.entered():
        peer = enrol_peer(card=card, code="浙9703")
        (receipt,) = take_in(peer=peer, court=partners.far.court, texts=[text])
        opened = open_receipt(receipt, keys_of_own(partners.far.court))
    assert (opened.outcome, opened.code) == ("refused", "exchange_matter_unknown")
    assert partners.states(matter) == ("SENT", "SENT")


def test_a_batch_has_one_form(partners: Partners) -> None:
    for body in (
        b"{}",
        b"[]",
        b'{"messages": [1]}',
        b'{"messages": [], "keys": "x"}',
        b'{"messages": [], "keys": ["x"]}',
    ):
        assert code(knock(partners, body, signed(partners, body)))[1] == "exchange_batch_invalid"


def test_a_card_is_of_the_court_it_is_said_to_be_of(partners: Partners) -> None:
    card = partners.near.does(card_of, partners.near.court)
    with partners.far.entered():
        for wrong, named, expected in (
            (card, "闽0000", "exchange_card_invalid"),
            (card[:-4] + "AAAA", partners.near.court.code, "exchange_card_invalid"),
            (card_of(partners.far.court), partners.far.court.code, "exchange_court_taken"),
        ):
            with pytest.raises(DomainError) as caught:
                enrol_peer(card=wrong, code=named)
            assert caught.value.code == expected
        with pytest.raises(DomainError) as caught:
            enrol_peer(card=card, code=partners.near.court.code, url="ftp://x")
        assert caught.value.code == "exchange_url_invalid"


def test_another_root_is_another_court_until_the_first_is_cut_off(partners: Partners) -> None:
    with partners.near.entered():
        partners.near.court.keys.all().delete()
        for key in first_keys(partners.near.court):
            key.save()
        card = card_of(partners.near.court)
    with partners.far.entered():
        with pytest.raises(DomainError) as caught:
            enrol_peer(card=card, code=partners.near.court.code)
        assert caught.value.code == "exchange_root_differs"
        cut_off(peer=peer_of(partners.near), reason="根密钥遗失")
        enrol_peer(card=card, code=partners.near.court.code)
