"""A large case written as a bundle by the command, and verified: what memory either takes beyond a small case's."""

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.city import City, enrolled, found_city
from bench.phone import Connection, push_request, require_applied
from bench.place import ROOT, Place
from bench.report import Report, rounded
from bench.upload import patch, photo, require_taken
from server.cases.models import Case
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE

MB = 1024 * 1024
AN_ACT = 50
"""Photographs in one."""
_SPENT = "print(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0], sum(__import__('os').times()[:4]))"
_EXPORT = (
    "import sys; sys.path.insert(0, sys.argv[1]); import django; django.setup(); "
    "from django.core.management import call_command; call_command('export_bundle', *sys.argv[2:]); " + _SPENT
)
_VERIFY = f"""
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    assert not end.code
{_SPENT}
"""


@dataclass(frozen=True)
class Size:
    photos: int = 2000
    bytes: int = 100_000


TINY = Size(photos=20, bytes=20_000)


def measure(place: Place, size: Size) -> Report:
    city, server = found_city(2), place.serve()
    phone, line = enrolled(city.executor, server)
    _deliver(phone, line, city.cases[0], size)
    _deliver(phone, line, city.cases[1], Size(1, size.bytes), first=size.photos)
    small, large = (_exported(place.folder, case, city) for case in (city.cases[1], city.cases[0]))
    exported = (large["peak"] - small["peak"]) / MB
    verified = (large["verify_peak"] - small["verify_peak"]) / MB
    return Report(
        "bundle",
        max(0.0, exported, verified),
        f"MB of memory more for {size.photos} photographs than for one, exporting or verifying",
        0,
        64,
        large["cpu"] / size.photos * 1000,
        0,
        {
            "export_mb": rounded(exported),
            "verify_mb": rounded(verified),
            "zip_mb": round(large["bytes"] / MB),
            "files": large["files"],
            "export_s": rounded(large["seconds"]),
            "verify_s": rounded(large["verify_seconds"]),
        },
    )


def _deliver(phone: TestDevice, line: Connection, case: Case, size: Size, first: int = 0) -> None:
    contents = [photo(size.bytes, number) for number in range(first, first + size.photos)]
    begun = len(phone.log)
    for start in range(0, len(contents), AN_ACT):
        phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=contents[start : start + AN_ACT])
    bearer = str(require_applied(line.send(push_request(phone, begun + 1, len(phone.log) - begun)))["upload_bearer"])
    require_taken([line.send(patch(content, bearer)) for content in contents])


def _exported(folder: Path, case: Case, city: City) -> dict[str, Any]:
    out, begun = folder / f"{case.pk}.zip", perf_counter()
    said = _run(_EXPORT, str(ROOT), case.case_no, str(out), "--json", "--by", city.duty.staff_no, "--reason", "bench")
    told, seconds = json.loads(said[-2]), perf_counter() - begun
    with zipfile.ZipFile(out) as packed:
        packed.extract("verify.py", folder)
    begun = perf_counter()
    verified = _run(_VERIFY, str(folder / "verify.py"), str(out))
    if verified[-2] != "verified":
        raise RuntimeError("\n".join(verified))
    (peak, cpu), verify_peak = said[-1].split(), verified[-1].split()[0]
    return {
        **told,
        "peak": 1024 * int(peak),
        "cpu": float(cpu),
        "seconds": seconds,
        "verify_peak": 1024 * int(verify_peak),
        "verify_seconds": perf_counter() - begun,
    }


def _run(program: str, *arguments: str) -> list[str]:
    """The lines it printed; the last one is its highest mark of memory, in KiB, and its CPU seconds."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout.splitlines()
