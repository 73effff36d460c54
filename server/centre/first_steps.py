"""What a court has to do before its first limit runs: shown in the place of a list that is still empty."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from server.cases.models import FlowVersion
from server.centre.states import Look, pending_look
from server.people.models import Device, Group, Officer


@dataclass(frozen=True, slots=True)
class Step:
    look: Look
    name: str
    said: str
    href: str = ""
    word: str = ""


def first_steps(reader: Officer) -> list[Step]:
    """Four SELECTs at most."""
    court = reader.court
    officers = Officer.objects.filter(court=court, is_active=True, is_wall=False).count()
    groups = Group.objects.filter(court=court).count()
    devices = Device.objects.filter(court=court, revoked_at=None).count()
    flow = FlowVersion.objects.order_by("-pk").first()
    return [
        Step(_look(0), _("Bring in the open cases"), _("import_cases from a table, or your case system over the API")),
        Step(_look(officers * groups), _("Officers and groups"), _people(officers, groups)),
        Step(_look(devices), _("Enrol a device"), _devices(devices), "/centre/devices", _("Devices")),
        Step(_look(1 if flow else 0), _("Flow loaded"), flow.version if flow else _("none yet")),
    ]


def _look(number: int) -> Look:
    return Look("done", "green", _("Done")) if number else pending_look()


def _people(officers: int, groups: int) -> str:
    said = ngettext("%(n)d officer", "%(n)d officers", officers) % {"n": officers}
    return f"{said} · " + ngettext("%(n)d group", "%(n)d groups", groups) % {"n": groups}


def _devices(devices: int) -> str:
    return ngettext("%(n)d device", "%(n)d devices", devices) % {"n": devices} if devices else _("none yet")
