"""A range answers with exactly those bytes, whatever is asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.evidence.ranges import Unsatisfiable, parse_range

sizes = st.integers(1, 50)
ends = st.integers(0, 60)


@settings(deadline=None)
@given(sizes, ends, ends)
def test_first_and_last_are_both_included(size: int, first: int, last: int) -> None:
    header, content = f"bytes={first}-{last}", bytes(range(size))
    if last < first:
        assert parse_range(header, size) is None
    elif first >= size:
        with pytest.raises(Unsatisfiable):
            parse_range(header, size)
    else:
        span = parse_range(header, size)
        assert span is not None
        assert content[slice(*span)] == content[first : last + 1]


@settings(deadline=None)
@given(sizes, ends)
def test_without_a_last_byte_it_reaches_to_the_end(size: int, first: int) -> None:
    if first >= size:
        with pytest.raises(Unsatisfiable):
            parse_range(f"bytes={first}-", size)
    else:
        assert parse_range(f"bytes={first}-", size) == (first, size)


@settings(deadline=None)
@given(sizes, st.integers(1, 60))
def test_a_suffix_counts_from_the_end(size: int, length: int) -> None:
    assert parse_range(f"bytes=-{length}", size) == (max(0, size - length), size)


def test_an_empty_suffix_cannot_be_satisfied() -> None:
    with pytest.raises(Unsatisfiable):
        parse_range("bytes=-0", 10)


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=1-2,4-5", "items=1-2", "bytes=a-b", "bytes=٣-٤", "bytes 1-2"]
)
def test_what_is_no_single_range_asks_for_the_whole(header: str) -> None:
    assert parse_range(header, 10) is None


@settings(deadline=None)
@given(st.text(max_size=30), sizes)
def test_any_header_is_answered(header: str, size: int) -> None:
    try:
        span = parse_range(header, size)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span[0] < span[1] <= size
