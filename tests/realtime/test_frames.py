"""Requests of a socket: read, or refused with the reason; and entries are embedded byte for byte."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.realtime import frames
from server.realtime.frames import Position, RequestInvalid, read_request


def test_the_four_requests_are_read() -> None:
    assert read_request('{"ticket":"t"}').ticket == "t"
    assert read_request('{"ack":7}').ack == 7
    assert read_request('{"need":{"stream":"court:1","after":3}}').need == Position("court:1", None, 3)
    subscribed = read_request('{"subscribe":[{"stream":"court:1","ledger_epoch":"l-1","position":0}]}')
    assert subscribed.subscribe == (Position("court:1", "l-1", 0),)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "{", '{"subscribe":[]}', '{"subscribe":[1]}', '{"ack":-1}', '{"ack":true}', '{"need":{"after":1}}',
     '{"subscribe":' + "[" * 9000 + "]" * 9000 + "}", '{"hello":1}', '{"ticket":""}'],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(RequestInvalid):
        read_request(text)


@given(st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["subscribe", "need", "ack", "ticket", "stream"]), x)).map(json.dumps))  # fmt: skip  # noqa: E501
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    with contextlib.suppress(RequestInvalid):
        read_request(text)


def test_entries_are_embedded_as_they_were_stored() -> None:
    view = '{"position":1,  "kind": "case_filed"}'
    assert view in frames.entries("court:1", "l-1", 1, 1, [view])
