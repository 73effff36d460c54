"""A court with an officer, a phone and a case; and the commands an operator types, in this process."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.cases.models import Case
from server.people.models import Device
from tests.actors import Cast, Phone
from tests.config.schema_once import schema_once
from tests.devices import Operation, TestDevice
from tests.evidence.uploading import Uploader
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of


class Office:
    """The holder with her phone, and her case."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.case: Case = hold(file_one(cast), cast.group)
        self.phone: TestDevice = phone_of(cast.holder)
        self.photos: dict[int, bytes] = {}

    def record(self, count: int) -> list[Operation]:
        """Acts with a photo each, on the phone only."""
        return [self._record_one() for _ in range(count)]

    def _record_one(self) -> Operation:
        photo = jpeg(seed=len(self.photos) + 1)
        operation = self.phone.record(case_id=self.case.pk, fields=COMPLETE, photos=[photo])
        self.photos[operation.seq] = photo
        return operation

    def deliver(self, operations: Iterable[Operation]) -> None:
        uploader = Uploader(Phone(Device.objects.get(pk=self.phone.id), b""), bearer=self.phone.bearer)
        for operation in operations:
            uploader.deliver(self.photos[operation.seq])

    def sync(self) -> None:
        """Push what is not acknowledged, then send every file that is wanted."""
        answer = self.phone.push()
        wanted = {each["sha256"] for each in answer["wanted"]}
        named = {json.loads(each.body)["evidence"][0]["sha256"]: each for each in self.phone.log}
        self.deliver(named[sha256] for sha256 in sorted(wanted))


def said(command: str, *arguments: str | Path, language: str = "en", **options: Any) -> str:
    """What a command prints."""
    out = io.StringIO()
    with schema_once():
        call_command(command, *map(str, arguments), language=language, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def refusal_of(command: str, *arguments: str | Path, language: str = "en", **options: Any) -> str:
    """What a command says when it exits 1."""
    with pytest.raises(CommandError) as refusal:
        said(command, *arguments, language=language, **options)
    return str(refusal.value)


def problems_in(folder: Path) -> list[tuple[str, str]]:
    """(code, what) of everything verify_backup finds; its exit is held to agree."""
    out = io.StringIO()
    try:
        call_command("verify_backup", str(folder), "--json", stdout=out)
    except CommandError:
        report = json.loads(out.getvalue())
        assert not report["ok"]
    else:
        report = json.loads(out.getvalue())
        assert report["ok"]
    return [(problem["code"], problem["what"]) for problem in report["problems"]]
