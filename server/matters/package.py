"""The package for a court without Zhixing: the request signed and to be read, its papers, a form, and how to answer."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import IO, Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.common.hashing import sha256_hex
from server.common.signing import encode_base64, sign_text
from server.evidence.media_types import extension_of
from server.evidence.store import Area, current_store
from server.matters.kinds import Catalogue, Kind, catalogue
from server.matters.models import Matter
from server.matters.queries import kind_of, last_of, told
from server.matters.result_form import COLUMNS, FORMAT, HEADS, schema
from server.people.keys import root_public_key, signing_key_of
from server.people.models import Court

TYPE = "matter_package"
SUMS = "SHA256SUMS"
_STORED = (1980, 1, 1, 0, 0, 0)
STEPS = {
    "sign_for": "签收",
    "ask_supplement": "要求补充材料（须先沟通，填写一行 talk）",
    "return": "退回（须先沟通，并填写原因代码）",
    "assign": "指派承办人（填写姓名、电话）",
    "feed_back": "办结反馈（须有 result 和 paper）",
}
"""In the language of whoever reads the package."""


def write_package(matter: Matter, out: IO[bytes]) -> None:
    """Of a matter that was sent to such a court. Raises StoreUnavailable, DomainError 409 `matter_not_by_package`."""
    require_by_package(matter)
    request = last_of(matter, matter.from_court_id)
    assert request, "what was sent was told"
    content, sums = told(request), dict[str, str]()
    context = _context(matter, content)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (
            ("说明.txt", render_to_string("matters/package.txt", context)),
            ("request.html", render_to_string("matters/package.html", context)),
            ("request.json", _pretty(content)),
            ("request.signed.txt", f"{request.text}\n"),
            ("result.json", _pretty(_blank_form(matter))),
            ("result.schema.json", _pretty(schema())),
            ("result.csv", _blank_table(matter)),
        ):
            sums[name] = _add(packed, name, [text.encode()])
        for name, sha256 in context["files"]:
            with closing(current_store().read(Area.PAPERS, sha256)) as blocks:
                sums[name] = _add(packed, name, blocks)
        listed = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        _add(packed, SUMS, [listed.encode()])
        _add(packed, "signature.txt", ["".join(f"{line}\n" for line in _signed(matter, listed)).encode()])


def require_by_package(matter: Matter) -> None:
    if matter.sent_at is None or matter.to_court.reach != Court.Reach.PACKAGE:
        raise not_by_package()


def not_by_package() -> DomainError:
    message = _("Packages go to courts without Zhixing, once the errand was sent.")
    return DomainError("matter_not_by_package", 409, message)


def _context(matter: Matter, content: dict[str, Any]) -> dict[str, Any]:
    kind, known = kind_of(matter), catalogue(matter.catalogue)
    papers = [{**each, "file": _file_of(number, each)} for number, each in enumerate(content["papers"], 1)]
    return {
        "matter": matter,
        "content": content,
        "kind": kind.names[0],
        "asked": [(_zh(known, "members", name), value) for name, value in content["request"].items()],
        "papers": [{**each, "name": _zh(known, "papers", each["slot"])} for each in papers],
        "files": [(each["file"], each["sha256"]) for each in papers],
        "steps": STEPS,
        "results": [(code, known.results[code].names[0], _needs(known, code)) for code in kind.results],
        "slots": known.names["result_papers"],
        "reasons": known.names["reasons"],
        "format": FORMAT,
        "made_at": now(),
    }


def _zh(known: Catalogue, listed: str, key: str) -> str:
    return known.names[listed].get(key, (key, key))[0]


def _needs(known: Catalogue, code: str) -> list[str]:
    heads = dict(zip(COLUMNS, HEADS, strict=True))
    return [heads[name] for name in known.results[code].needs]


def _file_of(number: int, paper: dict[str, Any]) -> str:
    return f"papers/{number:02}-{paper['slot']}.{extension_of(paper['media_type'])}"


def _blank_form(matter: Matter) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "matter": str(matter.pk),
        "by": {"name": "", "phone": ""},
        "talks": [],
        "steps": [{"step": step} for step in ("sign_for", "assign", "feed_back")],
        "results": [],
        "papers": [],
    }


def _blank_table(matter: Matter) -> str:
    """With the mark that makes a spreadsheet read it as UTF-8."""
    kind: Kind = kind_of(matter)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADS)
    for row, code in (
        ("matter", str(matter.pk)),
        ("by", ""),
        ("step", "sign_for"),
        ("step", "assign"),
        ("result", kind.results[0]),
        ("paper", "receipt"),
        ("step", "feed_back"),
    ):
        table.writerow([row, code, *[""] * (len(HEADS) - 2)])
    return "\ufeff" + out.getvalue()


def _pretty(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _add(packed: zipfile.ZipFile, name: str, blocks: Iterable[bytes]) -> str:
    content = b"".join(blocks)
    packed.writestr(zipfile.ZipInfo(name, _STORED), content, zipfile.ZIP_DEFLATED)
    return sha256_hex(content)


def _signed(matter: Matter, listed: str) -> Iterator[str]:
    """The court's root, its keys, and its word on the list of hashes."""
    key = signing_key_of(matter.from_court)
    members = {
        "matter": str(matter.pk),
        "number": matter.number,
        "court": str(matter.from_court_id),
        "kid": key.kid,
        "made_at": to_wire(now()),
        "sums_sha256": sha256_hex(listed.encode()),
    }
    yield encode_base64(root_public_key(matter.from_court))
    yield from key.chain
    yield sign_text(TYPE, members, key.private_key)
