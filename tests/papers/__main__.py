"""`make papers`: every hard example as pictures, to be looked at. Writes PDF and PNG to var/papers."""

import sys
from pathlib import Path

from server.field.set_paper import set_paper
from tests.papers.examples import EXAMPLES
from tests.papers.reading import draw
from tests.papers.setting import inputs_of

FOLDER = Path("var/papers")


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or EXAMPLES:
        pdf = set_paper(*inputs_of(EXAMPLES[name]))
        (FOLDER / f"{name}.pdf").write_bytes(pdf)
        print(f"{name:16}{len(draw(pdf, FOLDER, name)):3} pages {len(pdf):9,} bytes")


main(sys.argv[1:])
