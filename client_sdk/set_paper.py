"""Sets a paper on this device: the court's template, what was recorded, and fonts from their package. No network.

Needs the extra `zhixing-client-sdk[papers]`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from client_sdk.errors import FieldError, PapersUnavailable

TEMPLATE = Path(__file__).parent / "typeset"


def set_paper(sheet: Mapping[str, Any], terms: Mapping[str, Any], pictures: Mapping[str, bytes]) -> bytes:
    """The PDF, byte for byte as the court's server sets the same. Raises PapersUnavailable, FieldError
    `paper_not_set`."""
    try:
        import pylopdf_fonts_zh_cn
        import typst
    except ImportError:
        raise PapersUnavailable from None
    given: dict[str, Any] = {
        "root": TEMPLATE,
        "font_paths": typst.Fonts(False, False, [pylopdf_fonts_zh_cn.serif_path().parent]),
        "ignore_system_fonts": True,
        "format": "pdf",
        "sys_inputs": {
            "sheet": json.dumps(sheet, ensure_ascii=False),
            "terms": json.dumps(terms, ensure_ascii=False),
            "pictures": json.dumps({sha256: [*picture] for sha256, picture in pictures.items()}),
        },
    }
    try:
        return _compiled(typst, "a-2b", given)  # as archives keep it
    except typst.TypstError:  # a sign that no font has is no reason for no paper
        pass
    try:
        return _compiled(typst, None, given)
    except typst.TypstError as fault:
        raise FieldError("paper_not_set", note=fault.message) from None


def _compiled(typst: Any, standard: str | None, given: Mapping[str, Any]) -> bytes:
    return bytes(typst.compile(TEMPLATE / "paper.typ", pdf_standards=standard, **given))
