"""Zhixing's SDK for the field: record on-site enforcement offline, sync later, know for certain that it arrived.

Knows the device protocol (docs/reference/protocol.md) and nothing of the server's code; installing it brings no Django.
"""

from client_sdk.async_client import AsyncFieldClient
from client_sdk.beginning import Begun
from client_sdk.client import FieldClient
from client_sdk.day_views import Alarm, Approval, Handover, Task, Urge
from client_sdk.errors import (
    AlreadyEnrolled,
    CannotWrite,
    FieldError,
    InvalidRecord,
    KeystoreUnavailable,
    NotEnrolled,
    NotFound,
    NotSent,
    PapersUnavailable,
    ProtocolTooOld,
    ReadingEnded,
    Rejected,
    StorageFull,
    StoreClosed,
    StoreDamaged,
    StoreLocked,
    UnsafeToWipe,
    WrongPassphrase,
)
from client_sdk.lanes import SyncPolicy
from client_sdk.matters import Matter
from client_sdk.proof_files import Proved
from client_sdk.recorder import Check
from client_sdk.related import RelatedCase, RelatedSeal, Resistance
from client_sdk.safety import Order, Safety, SosCall
from client_sdk.signatures import Signature
from client_sdk.views import (
    Action,
    Case,
    CaseAction,
    Contribution,
    DueNode,
    HeldBack,
    NewDevice,
    Node,
    Paper,
    Parcel,
    Party,
    Photo,
    Progress,
    Review,
    Status,
    Submission,
    SyncReport,
    Today,
)

__all__ = [
    "Action",
    "Alarm",
    "AlreadyEnrolled",
    "Approval",
    "AsyncFieldClient",
    "Begun",
    "CannotWrite",
    "Case",
    "CaseAction",
    "Check",
    "Contribution",
    "DueNode",
    "FieldClient",
    "FieldError",
    "Handover",
    "HeldBack",
    "InvalidRecord",
    "KeystoreUnavailable",
    "Matter",
    "NewDevice",
    "Node",
    "NotEnrolled",
    "NotFound",
    "NotSent",
    "Order",
    "Paper",
    "PapersUnavailable",
    "Parcel",
    "Party",
    "Photo",
    "Progress",
    "ProtocolTooOld",
    "Proved",
    "ReadingEnded",
    "Rejected",
    "RelatedCase",
    "RelatedSeal",
    "Resistance",
    "Review",
    "Safety",
    "Signature",
    "SosCall",
    "Status",
    "StorageFull",
    "StoreClosed",
    "StoreDamaged",
    "StoreLocked",
    "Submission",
    "SyncPolicy",
    "SyncReport",
    "Task",
    "Today",
    "UnsafeToWipe",
    "Urge",
    "WrongPassphrase",
]
