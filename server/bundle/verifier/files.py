"""Photos and papers, the receipts and statements that speak of them: does each stand where it was promised?"""

from __future__ import annotations

from typing import Any, Dict, List, Set

from server.bundle.verifier.chains import Ledger
from server.bundle.verifier.logs import Device, promised
from server.bundle.verifier.reading import Container, digests_of, require, rows, text_lines
from server.bundle.verifier.signed import from_base64, open_by, open_chain, unproved

FILES_LIST = "files.jsonl"
PAPERS_LIST = "papers.jsonl"
FILMS_LIST = "films.jsonl"
RECEIPTS = "receipts.txt"
STATEMENTS = "statements.txt"
COURTS = "keys/courts.jsonl"


class Courts:
    """Roots and signing keys of every court whose devices or words are here."""

    def __init__(self, container: Container, own: str, root: bytes) -> None:
        self.roots: Dict[str, bytes] = {}
        self.keys: Dict[str, Dict[str, bytes]] = {}
        for where, row in rows(container, COURTS):
            court, key = row["court"], from_base64(row["root"], where)
            require(court != own or key == root, where, "has another root than the bundle is signed under")
            self.roots[court], self.keys[court] = key, open_chain(row["keys"], key, court, where)
        require(own in self.roots, COURTS, "has not the keys of the case's own court")


def places_named(container: Container) -> Set[int]:
    """Places of the ledger that receipts and statements speak of; nothing is proved of them yet."""
    found: Set[int] = set()
    for name in (RECEIPTS, STATEMENTS):
        for number, text in enumerate(text_lines(container, name), 1):
            position = unproved(text, "{} line {}".format(name, number)).get("position")
            found.update([position] if isinstance(position, int) else [])
    return found


def check_files(container: Container, operations: Dict[str, Dict[str, Any]]) -> Dict[str, str]:
    """Every file an act names has its row, and what is here has the hash its device signed. By sha256, its path."""
    wanted = set(promised(operations))
    paths: Dict[str, str] = {}
    seen: Set[Any] = set()
    for where, row in rows(container, FILES_LIST):
        key = (row["operation"], row["sha256"])
        require(key in wanted, row["path"] or where, "no act here names this file ({})".format(where))
        require(key not in seen, where, "stands twice")
        seen.add(key)
        if row["path"]:
            paths[row["sha256"]] = row["path"]
        elif row["state"] == "verified":
            require(False, where, "was verified, and its bytes are not here")
    for operation, sha256 in sorted(wanted - seen):
        require(False, operations[operation]["where"], "names file {}, of which there is no row".format(sha256))
    for sha256, path in sorted(paths.items(), key=lambda each: each[1]):
        require(digests_of(container, path)[0] == sha256, path, "is not the file its device signed")
    return paths


def check_receipts(container: Container, courts: Courts, ledger: Ledger, files: Dict[str, str]) -> Set[str]:
    """The court's word that it re-read each file; hashes of files that have one."""
    received: Set[str] = set()
    for number, text in enumerate(text_lines(container, RECEIPTS), 1):
        where = "{} line {}".format(RECEIPTS, number)
        members = _of_a_court("receipt", text, courts, where)
        require(members["sha256"] in files, where, "is for a file that is not here")
        _require_place(members, ledger, where)
        received.add(members["sha256"])
    for sha256, path in sorted(files.items(), key=lambda each: each[1]):
        require(sha256 in received, path, "the court gave no receipt for it")
    return received


def check_statements(container: Container, courts: Courts, ledger: Ledger, devices: Dict[str, Device]) -> int:
    """The court's word on each log: its end, and where its own ledger stood."""
    heard: List[str] = []
    for number, text in enumerate(text_lines(container, STATEMENTS), 1):
        where = "{} line {}".format(STATEMENTS, number)
        members = _of_a_court("statement", text, courts, where)
        device = devices.get(members["device"])
        require(device is not None, where, "is about a device that is not here")
        assert device is not None
        _require_place(members, ledger, where)
        head = device.heads.get(members["acked_seq"])
        same = head is None or members["incarnation"] != device.incarnation or head.hex() == members["acked_hash"]
        require(same, where, "acknowledges another log than the one here")
        heard.append(device.id)
    for name in sorted(devices):
        require(name in heard, STATEMENTS, "the court's statement on device {} is missing".format(name))
    return len(heard)


def _of_a_court(kind: str, text: str, courts: Courts, where: str) -> Dict[str, Any]:
    court = unproved(text, where).get("court")
    require(court in courts.keys, where, "is of a court whose keys are not here")
    return open_by(kind, text, courts.keys[str(court)], str(court), where)


def _require_place(members: Dict[str, Any], ledger: Ledger, where: str) -> None:
    """Another court's ledger is not here; of ours, the place must be the one in the chain."""
    if "court:{}".format(members["court"]) == ledger.stream and ledger.is_covered(int(members["position"])):
        same = ledger.hash_at(int(members["position"])) == members["entry_hash"]
        require(same, where, "names another ledger entry than the one in its place")


def check_papers(container: Container, ledger: Ledger) -> int:
    count = 0
    for where, row in rows(container, PAPERS_LIST):
        require(row["sha256"] in ledger.papers, row["path"], "no entry of the case adds this paper ({})".format(where))
        require(digests_of(container, row["path"])[0] == row["sha256"], row["path"], "is not the paper that was added")
        count += 1
    return count


def check_films(container: Container, ledger: Ledger) -> int:
    """Films of body cameras: those that entries give to acts of the case, all of them, no others."""
    seen: Set[str] = set()
    for where, row in rows(container, FILMS_LIST):
        is_given = ledger.films.get(row["sha256"]) == row["action"]
        require(is_given, row["path"], "no entry of the case gives this film to this act ({})".format(where))
        require(row["sha256"] not in seen, where, "stands twice")
        is_same = digests_of(container, row["path"])[0] == row["sha256"]
        require(is_same, row["path"], "is not the film that was brought in")
        seen.add(row["sha256"])
    for sha256 in sorted(set(ledger.films) - seen):
        require(False, FILMS_LIST, "film {}, which the ledger gives to an act, is missing".format(sha256))
    return len(seen)


def check_named_statements(container: Container, operations: Dict[str, Dict[str, Any]]) -> None:
    """When the court said what the acts name as the last word they had heard. A record, not a proof."""
    for where, row in rows(container, "statements_named.jsonl"):
        named = {operation["body"].get("last_statement") for operation in operations.values()}
        require(row["hash"] in named, where, "no act names this statement")
