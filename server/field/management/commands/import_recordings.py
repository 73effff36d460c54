"""`manage.py import_recordings FOLDER --court CODE --serial NUMBER`: films of one body camera, at the station."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from server.evidence.models import Recording
from server.evidence.store import StoreUnavailable
from server.field.models import ActionSubject
from server.field.recordings import give_to_act, import_recording
from server.people.models import Court, Officer


class Command(BaseCommand):
    help = "Keep films of a body camera as evidence and match them to acts; --list names those without an act."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?")
        parser.add_argument("--court", required=True, help="code of the court, such as 闽0924")
        parser.add_argument("--serial", help="the camera's serial number, as acts name it")
        parser.add_argument("--by", help="staff number of who brings them in")
        parser.add_argument("--list", action="store_true", help="films without an act, with their candidates")
        parser.add_argument("--give", nargs=2, metavar=("SHA256", "ACTION_ID"), help="give one film to an act")

    def handle(self, *args: Any, folder: Path | None, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"]).first()
        if court is None:
            raise CommandError("there is no such court")
        by = _officer(court, options["by"])
        if options["list"]:
            self._tell(Recording.objects.filter(court=court, action_id=None).order_by("pk"))
        elif options["give"]:
            sha256, action_id = options["give"]
            self._tell([_given(court, sha256, action_id, by)])
        elif folder and options["serial"]:
            self._import(court, folder, options["serial"], by)
        else:
            raise CommandError("name a folder and --serial, or --list, or --give")

    def _import(self, court: Court, folder: Path, serial: str, by: Officer | None) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
            try:
                self._tell([import_recording(court=court, serial=serial, path=path, by=by)])
            except (OSError, StoreUnavailable) as fault:
                raise CommandError(f"{path.name}: {fault}") from fault

    def _tell(self, recordings: Any) -> None:
        for each in recordings:
            acts = str(each.action_id) if each.action_id else " ".join(each.candidates)
            self.stdout.write(f"{each.state} {each.sha256} {each.name} {acts}".rstrip())


def _officer(court: Court, staff_no: str | None) -> Officer | None:
    if not staff_no:
        return None
    officer = Officer.objects.filter(court=court, staff_no=staff_no).first()
    if officer is None:
        raise CommandError("there is no such officer at this court")
    return officer


def _given(court: Court, sha256: str, action_id: str, by: Officer | None) -> Recording:
    recording = Recording.objects.filter(court=court, sha256=sha256).first()
    if recording is None:
        raise CommandError("there is no such film")
    if recording.action_id:
        raise CommandError(f"it has an act: {recording.action_id}")
    try:
        return give_to_act(recording, UUID(action_id), by=by)
    except (ValueError, ActionSubject.DoesNotExist):
        raise CommandError("there is no such act in a case of this court") from None
