"""What the simulated officers write down: most acts in full, one in four as a hurry leaves it."""

import random
from datetime import datetime, timedelta
from typing import Any

SHOTS = {
    "SERVE": ("DOOR_NO", "DOCUMENT_SHOWN"),
    "SITE_SURVEY": ("PANORAMA", "DOOR_NO", "ITEM"),
    "INTERVIEW": ("SIGNING",),
    "SEAL": ("PANORAMA", "SEAL_CLOSEUP", "NOTICE_POSTED"),
    "LOCATE": ("PANORAMA", "VEHICLE_PLATE"),
}
KINDS = tuple(SHOTS)
OWN_FACTS: dict[str, dict[str, Any]] = {
    "SERVE": {
        "mode": "DIRECT",
        "receiver_name": "张某",
        "documents_left": [{"kind": "EXECUTION_NOTICE", "doc_no": "执行通知书", "copies": 1, "receiver": "张某"}],
    },
    "SITE_SURVEY": {
        "debtor_kind": "PERSON",
        "purpose": "INVESTIGATION",
        "surveyor": "林某",
        "findings": "自住，无出租",
    },
    "INTERVIEW": {
        "interviewee_name": "张某",
        "interviewee_role": "DEBTOR",
        "identity_checked": True,
        "read_back": True,
        "pages_signed": True,
        "authority_docs": [{"kind": "SUMMONS", "doc_no": "传票", "issued_on": "2026-11-01", "signer_role": "JUDGE"}],
        "statements": [{"person": "张某", "question": "何时履行", "answer": "年底前"}],
    },
}


def site_record(kind: str, now: datetime, lat: float, lon: float, chance: random.Random) -> dict[str, Any]:
    """`fields` of one act that ended just now."""
    begun, signed = now - timedelta(minutes=chance.randint(15, 60)), now.isoformat(timespec="seconds")
    record: dict[str, Any] = {
        "started_at": begun.isoformat(timespec="seconds"),
        "finished_at": signed,
        "place": {
            "address": f"东屿镇解放路{chance.randint(1, 99)}号",
            "kind": "HOME",
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "accuracy": chance.randint(4, 30),
        },
        "narrative": "到场出示证件，告知权利，依次执行。",
        "result": "DONE",
    }
    if chance.random() < 0.25:
        return record
    return {**record, **_presence(now, signed), **OWN_FACTS.get(kind, {})}


def _presence(now: datetime, signed: str) -> dict[str, Any]:
    staff = (("林某", "EXECUTOR"), ("陈某", "CLERK"))
    parts = (("林某", "OFFICER"), ("陈某", "RECORDER"), ("张某", "DEBTOR"))
    told = (now - timedelta(days=2)).isoformat(timespec="seconds")
    return {
        "officers": [{"name": name, "role": role, "credential_shown": True} for name, role in staff],
        "recorder": "陈某",
        "rights_told": True,
        "attendees": [{"role": "DEBTOR", "name": "张某", "attendance": "ATTENDED"}],
        "notifications": [{"role": "GRASSROOTS_REP", "name": "居委会", "at": told, "how": "PHONE", "outcome": "未到"}],
        "signatures": [{"name": name, "role": role, "state": "SIGNED", "at": signed} for name, role in parts],
    }
