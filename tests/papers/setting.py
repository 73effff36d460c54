"""Examples as what both sides are given to set."""

import json
from collections.abc import Mapping

from tests.papers.examples import Example


def inputs_of(example: Example) -> tuple[str, str, Mapping[str, bytes]]:
    """Sheet and terms as JSON, and the pictures: what the server's process is given."""
    sheet, terms = (json.dumps(each, ensure_ascii=False) for each in (example.sheet, example.terms))
    return sheet, terms, example.pictures
