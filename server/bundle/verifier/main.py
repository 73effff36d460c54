"""The checks in their order, and what is said in the end."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from typing import Any, Dict, List, Set

from server.bundle.verifier.chains import ENTRIES, Ledger
from server.bundle.verifier.files import (
    Courts,
    check_files,
    check_films,
    check_named_statements,
    check_papers,
    check_receipts,
    check_statements,
    places_named,
)
from server.bundle.verifier.logs import OPERATIONS, open_devices, open_operations
from server.bundle.verifier.reading import (
    NAME,
    Container,
    Wrong,
    decoded,
    digests_of,
    parsed,
    require,
    whole,
)
from server.bundle.verifier.signed import (
    fingerprint,
    from_base64,
    open_by,
    open_chain,
    same_fingerprint,
    unproved,
)
from server.bundle.verifier.stamps import check_stamps, stamped_positions
from server.bundle.verifier.zips import open_container

MANIFEST, SIGNATURE = "MANIFEST.json", "MANIFEST.sig"
FORMAT = "zhixing-bundle-1"


class Signed:
    """MANIFEST.sig: the court's root, the keys it vouches for, and the court's word on this bundle."""

    def __init__(self, container: Container) -> None:
        lines = decoded(whole(container, SIGNATURE), SIGNATURE).split("\n")
        require(len(lines) >= 4 and lines[-1] == "", SIGNATURE, "is cut")
        self.root = from_base64(lines[0], SIGNATURE)
        self.court = str(unproved(lines[-2], SIGNATURE).get("court"))
        keys = open_chain(lines[1:-2], self.root, self.court, SIGNATURE)
        self.head: Dict[str, Any] = open_by("bundle", lines[-2], keys, self.court, SIGNATURE)
        require(self.head.get("format") == FORMAT, SIGNATURE, "is of another format than this verifier knows")


def check_manifest(container: Container) -> None:
    """Every file is as it was listed, none is missing, none is there besides."""
    document = parsed(whole(container, MANIFEST), MANIFEST)
    listed: Set[str] = {MANIFEST, SIGNATURE}
    for each in document["files"]:
        name = each["path"]
        require(bool(NAME.fullmatch(name)) and name not in listed, MANIFEST, "lists {!r}".format(name))
        listed.add(name)
        require(name in container.sizes, name, "is missing")
        require(container.sizes[name] == each["size"], name, "has another size than was signed")
        sha256, sm3 = digests_of(container, name)
        require(sha256 == each["sha256"], name, "has another SHA-256 than was signed")
        require(sm3 in ("", each["sm3"]), name, "has another SM3 than was signed")
    for name in sorted(set(container.sizes) - listed):
        require(False, name, "is not of this bundle")


def check_contents(container: Container, signed: Signed) -> Dict[str, Any]:
    """What the files say of each other, whatever a manifest says of them."""
    head = signed.head
    courts = Courts(container, signed.court, signed.root)
    asked = places_named(container) | set(stamped_positions(container))
    ledger = Ledger(container, head, asked)
    require(head["bundle"] in ledger.exports, ENTRIES, "has no entry of this export")
    devices = open_devices(container, courts.roots)
    operations = open_operations(container, devices)
    for digest in sorted(ledger.operations - set(operations)):
        require(False, OPERATIONS, "operation {}, which the ledger names, is missing".format(digest))
    files = check_files(container, operations)
    check_receipts(container, courts, ledger, files)
    statements = check_statements(container, courts, ledger, devices)
    check_named_statements(container, operations)
    papers, films = check_papers(container, ledger), check_films(container, ledger)
    figures: Dict[str, Any] = {"entries": len(head["entries"]), "operations": len(operations), "files": len(files)}
    figures.update(papers=papers, films=films, statements=statements, stamps=check_stamps(container, ledger))
    return figures


def guarded(check: Any, where: str, *given: Any) -> Any:
    """What a check did not foresee is a fault of what it read, never a pass."""
    try:
        return check(*given)
    except Wrong:
        raise
    except Exception as fault:
        raise Wrong(where, "cannot be read ({}: {})".format(type(fault).__name__, fault)) from None


def verify(path: str, root: str) -> Any:
    """Raises Wrong with the first thing found; else the signed word and what was counted."""
    container = guarded(open_container, path, path)
    signed = guarded(Signed, SIGNATURE, container)
    if root:
        says = "is signed under {}, not under the root you gave".format(fingerprint(signed.root))
        require(same_fingerprint(root, signed.root), SIGNATURE, says)
    manifest = hashlib.sha256(guarded(whole, MANIFEST, container, MANIFEST)).hexdigest()
    is_signed_manifest = manifest == signed.head["manifest_sha256"]
    if is_signed_manifest:
        guarded(check_manifest, MANIFEST, container)
    # With a manifest of somebody else's making, the contents tell what was changed.
    figures = guarded(check_contents, "the contents", container, signed)
    require(is_signed_manifest, MANIFEST, "is not the one that the court signed")
    return signed, figures


def say(signed: Signed, figures: Dict[str, Any], root: str) -> List[str]:
    head, stamps = signed.head, figures["stamps"]
    lines = [
        "case       {} ({})".format(head["case_no"], head["court_name"]),
        "exported   {} (bundle {})".format(head["made_at"], head["bundle"]),
        "contents   {entries} ledger entries, {operations} signed operations, {files} photos and files, "
        "{papers} papers, {statements} statements, {films} films of body cameras".format(**figures),
        "ledger     {} places {} to {}".format(head["stream"], head["first"], head["position"]),
        "root       {}".format(fingerprint(signed.root)),
    ]
    if not root:
        lines.append("           compare this with what the court publishes, or give it: --root FINGERPRINT")
    if not stamps["count"]:
        lines.append("timestamps none: no timestamp authority has confirmed when this ledger stood where")
    else:
        says = "timestamps {count}, the last of {last:%Y-%m-%d %H:%M:%S} UTC over place {position}: head, signature"
        lines.append(says.format(**stamps) + (", chain to timestamps/authority.pem" if stamps["is_trusted"] else ""))
    if stamps["count"] and not stamps["is_trusted"]:
        lines.append("           not checked: who the authority is; see README.txt for the openssl command")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Verify a court bundle: `verified` and exit 0, or 1 and what is wrong."
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("path", nargs="?", default=here, help="the unpacked folder or the zip; by default this folder")
    parser.add_argument("--root", default="", metavar="FINGERPRINT", help="SHA-256 of the court's root key")
    given = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        signed, figures = verify(given.path, given.root)
    except Wrong as wrong:
        print("NOT VERIFIED")
        print(wrong)
        return 1
    print("\n".join(say(signed, figures, given.root)))
    print("verified")
    return 0


if __name__ == "__main__":
    sys.exit(main())
