"""The store's side of an enrolment: a key that outlives a lost answer, and everything kept once it is proved."""

import platform
from collections.abc import Callable
from pathlib import Path

from client_sdk import enrolment, store
from client_sdk.contact import save_keys, save_statement
from client_sdk.errors import AlreadyEnrolled, FieldError, NotEnrolled
from client_sdk.identity import (
    Applicant,
    Enrolled,
    Identity,
    load_identity,
    new_applicant,
    save_applicant,
    save_identity,
)
from client_sdk.patience import PATIENCE_SECONDS, Patience
from client_sdk.steps import Flow
from client_sdk.store import Store, Surroundings, open_store
from client_sdk.version import VERSION

# After this nothing of the attempt is worth keeping: the court never took this key. After `court_not_proven` it may
# have: a slip in the code's second half spends the secret in its first, and only this key is answered for it again.
_HOPELESS = ("enrolment_code_invalid",)


class Enrolling:
    """An enrolment under way in a store that is open and locked. End it with `finish` or `give_up`."""

    def __init__(self, path: Path, server: str, passphrase: str | None, surroundings: Surroundings) -> None:
        """Raises AlreadyEnrolled, StoreLocked, WrongPassphrase, KeystoreUnavailable."""
        self._is_fresh = not store.exists(path)
        make: Callable[[Path, str | None, Surroundings], Store]
        make = store.create_store if self._is_fresh else store.open_store
        self.store = make(path, passphrase, surroundings)
        try:
            self.applicant = self._applicant(path, server)
        except BaseException:
            self.store.close()
            raise

    def _applicant(self, path: Path, server: str) -> Applicant:
        kept = load_identity(self.store.database)
        if isinstance(kept, Identity):
            raise AlreadyEnrolled(store=str(path))
        applicant = kept or new_applicant(server)
        if applicant.server != server.rstrip("/"):
            applicant = Applicant(server.rstrip("/"), applicant.device, applicant.key)
        save_applicant(self.store.database, applicant)
        return applicant

    def finish(self, enrolled: Enrolled) -> Store:
        """Keep the certificate; the store is the caller's now."""
        self.store.vault.set_escrow(enrolled.identity.escrow_key, str(enrolled.identity.device))
        with self.store.database.transaction():
            save_identity(self.store.database, enrolled.identity)
            save_keys(self.store.database, enrolled.key_texts)
            save_statement(self.store.database, enrolled.statement, self.store.clock)
        return self.store

    def give_up(self, fault: BaseException) -> None:
        """Close the store; erase it when it was made for this attempt and the court will never know its key."""
        if self._is_fresh and isinstance(fault, FieldError) and fault.code in _HOPELESS:
            self.store.erase()
            return
        if isinstance(fault, FieldError) and fault.code == "device_id_taken":
            save_applicant(self.store.database, new_applicant(self.applicant.server))
        self.store.close()


def open_enrolled(path: Path, passphrase: str | None, surroundings: Surroundings) -> tuple[Store, Identity]:
    opened = open_store(path, passphrase, surroundings)
    try:
        identity = load_identity(opened.database)
        if not isinstance(identity, Identity):
            raise NotEnrolled(store=str(path))
    except BaseException:
        opened.close()
        raise
    return opened, identity


def described(name: str | None, app: str) -> dict[str, str]:
    """What a device says of itself when it asks for a certificate."""
    return {"name": name or platform.node() or "device", "app": app, "sdk": VERSION}


def enrolment_flow(enrolling: Enrolling, code: str, name: str | None, app: str) -> Flow[Enrolled]:
    machine = enrolling.store.surroundings
    return enrolment.enrol(
        enrolling.applicant,
        code,
        described=described(name, app),
        new_nonce=machine.new_nonce,
        patience=Patience(machine.random, PATIENCE_SECONDS),
    )


def no_store(step: object) -> None:
    raise TypeError(f"an enrolment has no step {step}")
