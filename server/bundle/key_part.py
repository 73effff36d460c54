"""Keys in a bundle: of each court whose devices or words are in it, the root and the signing keys it vouches for."""

from collections.abc import Iterable
from typing import Any

from server.bundle.verifier.files import COURTS
from server.bundle.verifier.signed import fingerprint
from server.bundle.writing import BundleWriter
from server.common.signing import encode_base64
from server.people.keys import root_public_key, signing_key_of
from server.people.models import Court, Device


def write_keys(writer: BundleWriter, own: Court, devices: Iterable[Device]) -> None:
    courts = {own.pk: own} | {device.court_id: device.court for device in devices}
    writer.add_rows(COURTS, (_row(courts[key]) for key in sorted(courts)))


def _row(court: Court) -> dict[str, Any]:
    root = root_public_key(court)
    return {
        "court": str(court.pk),
        "code": court.code,
        "name": court.name,
        "root": encode_base64(root),
        "fingerprint": fingerprint(root),
        "keys": signing_key_of(court).chain,
    }
