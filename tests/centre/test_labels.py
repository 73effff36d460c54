"""Words of a map stand where they cover nothing, or nowhere."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from server.centre.labels import Box, Label, around, labelled, width_of, written
from server.centre.projection import HEIGHT, WIDTH, Point

POINTS = st.builds(Point, st.floats(0, WIDTH), st.floats(0, HEIGHT))
WORDS = st.lists(st.tuples(POINTS, st.sampled_from(["查封", "海滨路 18 号", "Seal", ""])), max_size=12)
HALF = {"start": 0.5, "middle": 0.0, "end": -0.5}


def box_of(label: Label, text: str) -> Box:
    return written(Point(label.x + HALF[label.anchor] * width_of(text), label.y), text)


@given(WORDS)
def test_no_word_covers_a_word_or_the_pin_of_another(words: list[tuple[Point, str]]) -> None:
    labels = labelled(words)
    boxes = [box_of(label, text) if label else None for label, (_point, text) in zip(labels, words, strict=True)]
    assert not any(one.meets(other) for one, other in combinations([box for box in boxes if box], 2))
    for place, box in enumerate(boxes):
        pins = [around(point) for other, (point, _text) in enumerate(words) if other != place]
        assert box is None or (box.is_on_sheet and not any(box.meets(pin) for pin in pins))


def test_a_word_alone_stands_below_its_pin_and_gives_way_to_what_is_written() -> None:
    alone = (Point(200, 200), "查封")
    (below,) = labelled([alone])
    assert below
    assert below.anchor == "middle"
    assert below.y > 200
    (beside,) = labelled([alone], [box_of(below, "查封")])
    assert beside
    assert beside.anchor == "start"
    assert labelled([(Point(200, 200), "")]) == [None]
