"""A result file as it comes back: the form alone, or a zip with the form and the files it names. Pure."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from server.common.marking import gettext_noop as _
from server.matters.result_form import FormFault, ResultForm, form_of_json, form_of_table

MOST_FILES = 200
MOST_BYTES = 256 * 1024 * 1024
"""Unpacked, all together."""
FORMS = {"result.json": form_of_json, "result.csv": form_of_table}


@dataclass(frozen=True, slots=True)
class Returned:
    form: ResultForm
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Those the form names, by the name it gives them."""


def read_returned(content: bytes) -> Returned:
    """Raises FormFault."""
    if not content.startswith(b"PK"):
        head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        form = form_of_json(content) if head in (b"{", b"[") else form_of_table(content)
        return _with_files(form, {})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _unpacked(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise FormFault([{"place": "zip", "reason": _("is no zip that can be read")}]) from None


def _unpacked(packed: zipfile.ZipFile) -> Returned:
    infos = [info for info in packed.infolist() if not info.is_dir()]
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise FormFault([{"place": "zip", "reason": _("has too many files, or too large ones")}])
    named = {PurePosixPath(_name_of(info)).name: info for info in infos}
    forms = [name for name in FORMS if name in named]
    if not forms:
        raise FormFault([{"place": "zip", "reason": _("has neither result.json nor result.csv")}])
    form = FORMS[forms[0]](packed.read(named[forms[0]]))
    wanted = {paper.file for paper in form.papers} & named.keys()
    return _with_files(form, {name: packed.read(named[name]) for name in wanted})


def _with_files(form: ResultForm, files: Mapping[str, bytes]) -> Returned:
    absent = [paper.file for paper in form.papers if paper.file not in files]
    if absent:
        raise FormFault([{"place": name, "reason": _("does not lie beside the form")} for name in absent])
    return Returned(form, files)


def _name_of(info: zipfile.ZipInfo) -> str:
    """Zips made on Chinese Windows do not say that their names are GBK."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename
