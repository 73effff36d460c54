"""Everything that can go wrong, as a tree to branch on:

FieldError
├── NotSent            try again later; everything stays on the device, the same ids go out next time
├── Rejected           the server understood and said no; a person must look; nothing is lost
├── ProtocolTooOld     this app must be updated before it can talk to that server
├── StorageFull        no room for evidence; said before anything is half stored
├── CannotWrite        a disk or folder does not take it: no right to write, read-only, a fault of the disk
├── InvalidRecord      what is to be recorded cannot be written as strict JSON; `place` says where
├── ReadingEnded       the device was revoked, or has not heard from the court for too long; recording goes on
├── NotFound           no such case, action or photo on this device
├── PapersUnavailable  papers are set by an extra of this SDK that is not installed
├── StoreLocked        another process has this store open
├── StoreClosed        this client was closed; open the store again
├── WrongPassphrase    the store stays closed
├── KeystoreUnavailable  no passphrase was given and the system offers no keystore
├── StoreDamaged       bytes on this device are not what was written
├── AlreadyEnrolled    there is an officer in this store already; open it
├── NotEnrolled        the store was never enrolled to the end
└── UnsafeToWipe       the device still holds what the court does not safely have

Branch on the class or on `code`, which never changes; the text is for people (Chinese first, `messages.py`).
"""

from math import ceil
from typing import Any

from client_sdk import messages, reasons

CHAIN_INVALID = "chain_invalid"


class FieldError(Exception):
    """Root of all errors of this SDK. `code` is stable, `details` are the numbers and names behind the text."""

    code = "field_error"

    def __init__(self, code: str | None = None, /, **details: Any) -> None:
        self.code = code or type(self).code
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """What to tell a person, in `language` ("zh" or "en"; None: the language chosen by `messages`)."""
        return messages.text(self.code, language, **self.details)


class NotSent(FieldError):
    """Nothing changed on this device by the attempt; sync again and the same operations go out."""

    code = "not_sent"

    def text(self, language: str | None = None) -> str:
        wait = self.retry_after_seconds
        code = "wait_some" if wait is None else "wait_seconds"
        said = messages.text(code, language, seconds=ceil(wait or 0))
        return messages.text(self.code, language, **self.details, wait=said)

    @property
    def retry_after_seconds(self) -> float | None:
        """How long the server asked us to stay away, if it did."""
        return self.details.get("retry_after_seconds")


class Rejected(FieldError):
    """The server said no with a stable code (docs/reference/errors.md); all records stay on this device."""

    code = "rejected"


class ProtocolTooOld(FieldError):
    code = "protocol_too_old"


class StorageFull(FieldError):
    code = "storage_full"

    def text(self, language: str | None = None) -> str:
        free = self.details.get("free_bytes") or 0
        return messages.text(self.code, language, **self.details, free=f"{free / 1_000_000:,.0f}")


class CannotWrite(FieldError):
    """`what` is the file or folder, `note` what the system says. Nothing was half stored."""

    code = "cannot_write"


class InvalidRecord(FieldError):
    """`place` is a path inside what was given, `/fields/place`; `reason` a code of the protocol."""

    code = "invalid_record"

    def __init__(self, reason: str, place: str = "", **details: Any) -> None:
        super().__init__(None, reason=reason, place=place, **details)

    def text(self, language: str | None = None) -> str:
        said = {**self.details, "reason": reasons.said(self.reason, language)}
        return messages.text(self.code, language, **said)

    @property
    def reason(self) -> str:
        return str(self.details["reason"])

    @property
    def place(self) -> str:
        return str(self.details["place"])


class ReadingEnded(FieldError):
    """`reason` is `revoked` or `lease_over`; after the latter the next sync brings everything back."""

    code = "reading_ended"

    @property
    def reason(self) -> str:
        return str(self.details.get("reason", ""))


class NotFound(FieldError):
    code = "not_found"


class PapersUnavailable(FieldError):
    code = "papers_unavailable"


class StoreLocked(FieldError):
    code = "store_locked"


class StoreClosed(FieldError):
    code = "store_closed"


class WrongPassphrase(FieldError):
    code = "wrong_passphrase"


class KeystoreUnavailable(FieldError):
    code = "keystore_unavailable"


class StoreDamaged(FieldError):
    code = "store_damaged"


class AlreadyEnrolled(FieldError):
    code = "already_enrolled"


class NotEnrolled(FieldError):
    code = "not_enrolled"


class UnsafeToWipe(FieldError):
    """`operations` and `files` say how many the court does not safely have yet."""

    code = "unsafe_to_wipe"

    @property
    def operations(self) -> int:
        return int(self.details["operations"])

    @property
    def files(self) -> int:
        return int(self.details["files"])
