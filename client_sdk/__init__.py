"""Zhixing's SDK for the field: record on-site enforcement offline, sync later, know for certain that it arrived.

Knows the device protocol (docs/reference/protocol.md) and nothing of the server's code; installing it brings no Django.
"""

from client_sdk.async_client import AsyncFieldClient
from client_sdk.client import FieldClient
from client_sdk.errors import (
    AlreadyEnrolled,
    CannotWrite,
    FieldError,
    InvalidRecord,
    KeystoreUnavailable,
    NotEnrolled,
    NotFound,
    NotSent,
    ProtocolTooOld,
    Rejected,
    StorageFull,
    StoreClosed,
    StoreDamaged,
    StoreLocked,
    UnsafeToWipe,
    WrongPassphrase,
)
from client_sdk.views import (
    Action,
    Case,
    CaseAction,
    DueNode,
    Node,
    Paper,
    Party,
    Photo,
    Progress,
    Review,
    Status,
    SyncReport,
    Today,
)

__all__ = [
    "Action",
    "AlreadyEnrolled",
    "AsyncFieldClient",
    "CannotWrite",
    "Case",
    "CaseAction",
    "DueNode",
    "FieldClient",
    "FieldError",
    "InvalidRecord",
    "KeystoreUnavailable",
    "Node",
    "NotEnrolled",
    "NotFound",
    "NotSent",
    "Paper",
    "Party",
    "Photo",
    "Progress",
    "ProtocolTooOld",
    "Rejected",
    "Review",
    "Status",
    "StorageFull",
    "StoreClosed",
    "StoreDamaged",
    "StoreLocked",
    "SyncReport",
    "Today",
    "UnsafeToWipe",
    "WrongPassphrase",
]
