"""What officers write down: the common record of an act in full, and what a hurry leaves out of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """One act: when, where, by whom, on whom. `present` is who of the debtor's side was there."""

    kind: str
    begun: datetime
    ended: datetime
    lat: float
    lon: float
    address: str
    officers: tuple[str, str]
    debtor: str
    is_entity: bool
    present: str
    applicant: str
    case_no: str
    claim: Decimal
    event: str = ""
    """The step of the flow that this act tells, where it tells one."""

    @property
    def side(self) -> str:
        return "LEGAL_REP" if self.is_entity else "DEBTOR"

    def day(self, days: int = 0) -> str:
        return (self.ended + timedelta(days=days)).date().isoformat()

    def at(self, minutes: int) -> str:
        """So many minutes after it began."""
        return stamp(self.begun + timedelta(minutes=minutes))


HURRIED_OMITS = {
    "SERVE": ("signatures",),
    "SITE_SURVEY": ("findings", "notifications"),
    "LOCATE": ("read_back", "narrative", "statements"),
    "SEARCH": ("authority_docs", "recordings"),
    "SEAL": ("notifications", "copy_given_to"),
    "SEIZE": ("custodian", "copy_given_to"),
    "FREEZE_COUNTER": ("authority_docs",),
    "INTERVIEW": ("signatures", "pages_signed"),
    "COMPEL": ("authority_docs", "released_at"),
    "DETAIN": ("term_days", "family_told_at"),
    "VACATE": ("leave_by", "notifications", "special_needs"),
    "POST_NOTICE": ("documents_left",),
    "DELIVER": ("receiver_name", "signatures"),
    "RELEASE": ("authority_docs",),
}
"""By kind, what is forgotten: without some of it the record is incomplete."""


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def common_record(scene: Scene, own: Fields) -> Fields:
    """The record every act has, around what its kind asks for; whoever was there has signed."""
    first, second = scene.officers
    attendees = own.get("attendees", [attendee(scene.side, scene.present)])
    record = {
        "started_at": stamp(scene.begun),
        "finished_at": stamp(scene.ended),
        "place": _place(scene),
        "officers": [
            {"name": first, "role": "EXECUTOR", "credential_shown": True},
            {"name": second, "role": "CLERK", "credential_shown": True},
        ],
        "recorder": second,
        "rights_told": True,
        "attendees": attendees,
        "notifications": [_told(scene, "GRASSROOTS_REP", "村（居）委会")],
        "narrative": "到场出示证件，告知权利，依次执行。",
        "result": "DONE",
        **own,
    }
    signers = [(first, "OFFICER"), (second, "RECORDER"), *((one["name"], one["role"]) for one in attendees)]
    record["signatures"] = [
        {"name": name, "role": role, "state": "SIGNED", "at": stamp(scene.ended)} for name, role in signers
    ]
    return record


def hurried(kind: str, record: Fields) -> Fields:
    return {name: value for name, value in record.items() if name not in HURRIED_OMITS[kind]}


def attendee(role: str, name: str) -> Fields:
    return {"role": role, "name": name, "attendance": "ATTENDED", "relation": "NONE"}


def authority(scene: Scene, kind: str, title: str, *, by_president: bool = False) -> Fields:
    """A paper the act rests on, of a week before it."""
    signed = {"signer_role": "COURT_PRESIDENT", "approved_by_role": "COURT_PRESIDENT"}
    return {
        "kind": kind,
        "doc_no": f"{scene.case_no}{title}",
        "issued_on": scene.day(-7),
        **(signed if by_president else {"signer_role": "JUDGE"}),
    }


def left(scene: Scene, kind: str, title: str) -> Fields:
    """A paper handed over or left behind."""
    return {"kind": kind, "doc_no": f"{scene.case_no}{title}", "copies": 1, "receiver": scene.present}


def _place(scene: Scene) -> Fields:
    return {
        "address": scene.address,
        "kind": {"FREEZE_COUNTER": "BANK", "INTERVIEW": "COURT", "COMPEL": "COURT"}.get(scene.kind, "HOME"),
        "lat": scene.lat,
        "lon": scene.lon,
        "accuracy": 8,
    }


def _told(scene: Scene, role: str, name: str) -> Fields:
    return {
        "role": role,
        "name": name,
        "at": stamp(scene.begun - timedelta(days=2)),
        "how": "PHONE",
        "outcome": "已告知",
    }
