"""Sets one paper: the template, what it says, and the fonts that come with their package. No Django, network or clock.

Run as `python -I -c …` by `typesetting.typeset`, under limits: a paper that costs too much costs its own process.
"""

import base64
import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pylopdf_fonts_zh_cn
import typst

TEMPLATE = Path(__file__).parent / "typeset"
MEMORY_BYTES = 3 * 1024 * 1024 * 1024
CPU_SECONDS = 40
ARCHIVAL: Literal["a-2b"] = "a-2b"
"""PDF/A: what a file room keeps."""


def main() -> None:
    """Reads {"sheet", "terms", "pictures"} as JSON from standard input, writes the PDF to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given = json.load(sys.stdin)
    pictures = {sha256: base64.b64decode(text) for sha256, text in given["pictures"].items()}
    sys.stdout.buffer.write(set_paper(given["sheet"], given["terms"], pictures))


def set_paper(sheet: str, terms: str, pictures: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same JSON and pictures, wherever it is set. Raises typst.TypstError."""
    inputs = {"sheet": sheet, "terms": terms, "pictures": json.dumps({key: [*each] for key, each in pictures.items()})}
    try:
        return _compiled(inputs, ARCHIVAL)
    except typst.TypstError:  # a sign that no font has is no reason for no paper
        return _compiled(inputs, None)


def _compiled(inputs: dict[str, str], standard: Literal["a-2b"] | None) -> bytes:
    return typst.compile(
        TEMPLATE / "paper.typ",
        root=TEMPLATE,
        font_paths=typst.Fonts(False, False, [pylopdf_fonts_zh_cn.serif_path().parent]),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=standard,
    )
