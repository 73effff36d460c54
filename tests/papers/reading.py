"""A paper as a reader has it: its pages' words, and their pictures."""

import re
from pathlib import Path

import pypdfium2

_UNSEEN = re.compile("[\\s\u200b\ufffe\u0002]+")


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, without blanks and line ends: where a line breaks means nothing."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_UNSEEN.sub("", _words(document[number])) for number in range(len(document))]
    finally:
        document.close()


def _words(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    words = str(text.get_text_bounded())
    text.close()
    page.close()
    return words


def draw(pdf: bytes, folder: Path, name: str, scale: float = 1.4) -> list[Path]:
    """A picture of each page."""
    document = pypdfium2.PdfDocument(pdf)
    paths = []
    for number in range(len(document)):
        page = document[number]
        bitmap = page.render(scale=scale)
        paths.append(folder / f"{name}-{number + 1:02}.png")
        bitmap.to_pil().save(paths[-1])
        bitmap.close()
        page.close()
    document.close()
    return paths


def sizes_of(pdf: bytes) -> set[tuple[int, int]]:
    """Of the pages, in whole millimetres."""
    document = pypdfium2.PdfDocument(pdf)
    found = {
        (round(width * 25.4 / 72), round(height * 25.4 / 72))
        for width, height in map(document.get_page_size, range(len(document)))
    }
    document.close()
    return found
