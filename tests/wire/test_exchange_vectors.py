"""The vectors of exchange: made again by anyone, proved by a stranger, read by the server, signed by it alike."""

import ast
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from server.common.clock import to_wire
from server.common.signing import SignatureError, decode_base64, text_hash
from server.exchange.signed_requests import Signing, signed_headers, verify_request
from server.exchange.texts import newest, open_card, open_message, open_receipt
from server.people.certificates import KeyStatement, open_chain
from tests.wire.files import FOLDER, vectors

pytestmark = pytest.mark.database_free
FILE = vectors("exchange")
ROOT = FOLDER.parents[2]


def keys(of: dict[str, Any]) -> dict[str, KeyStatement]:
    return open_chain(of["keys"], decode_base64(of["root"]))


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_stranger_of_stdlib_and_cryptography_verifies_every_row() -> None:
    done = run("tests/wire/exchange_verifier.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_can_be_made_again_byte_for_byte(tmp_path: Path) -> None:
    done = run("-m", "tests.wire.make_exchange", str(tmp_path / "exchange.json"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "exchange.json").read_bytes() == (FOLDER / "exchange.json").read_bytes()


@pytest.mark.parametrize("name", ["make_exchange", "exchange_verifier"])
def test_maker_and_verifier_import_nothing_of_ours(name: str) -> None:
    tree = ast.parse((FOLDER.parent / f"{name}.py").read_text("utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    allowed = {"tests"} if name == "make_exchange" else set[str]()
    assert {each.split(".")[0] for each in modules} <= sys.stdlib_module_names | {"cryptography"} | allowed


def test_the_server_reads_the_card() -> None:
    card = open_card(FILE["card"]["text"])
    told = {"court": str(card.court), "code": card.code, "name": card.name, "level": card.level}
    assert (told, card.root_public) == (FILE["card"]["of"], decode_base64(FILE["root"]))
    for row in FILE["bad_cards"]:
        with pytest.raises(SignatureError):
            open_card(row["text"])


@pytest.mark.parametrize("row", FILE["messages"], ids=lambda row: row["number"])
def test_the_server_reads_each_message(row: dict[str, Any]) -> None:
    message = open_message(row["text"], keys(FILE))
    assert (message.number, message.kind, message.body, message.name) == tuple(
        row[name] for name in ("number", "kind", "body", "by")
    )
    assert (to_wire(message.at), text_hash(row["text"])) == (row["at"], row["hash"])


@pytest.mark.parametrize("row", FILE["bad_messages"], ids=lambda row: row["name"])
def test_the_server_refuses_each_bad_one(row: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        open_message(row["text"], keys(FILE))


@pytest.mark.parametrize("row", FILE["receipts"], ids=lambda row: row["outcome"])
def test_the_server_reads_each_receipt(row: dict[str, Any]) -> None:
    receipt = open_receipt(row["text"], keys(FILE["far"]))
    assert (receipt.hash, receipt.outcome, receipt.code) == (row["hash"], row["outcome"], row["code"])


def test_the_server_takes_the_request_and_signs_it_byte_for_byte_alike() -> None:
    row, chain = FILE["request"], keys(FILE)
    at, body = datetime.fromtimestamp(row["created"], UTC), row["body"].encode()
    assert newest(chain).kid == row["kid"]
    proof = verify_request(row["method"], row["path"], row["headers"], body, chain[row["kid"]])
    assert (proof.created, proof.nonce) == (at, row["nonce"])
    sender, to = (UUID(row["headers"][name]) for name in ("Zhixing-From", "Zhixing-To"))
    own = Signing(sender, to, row["headers"]["Zhixing-Key"], row["kid"], bytes.fromhex(row["private"]))
    assert signed_headers(row["method"], row["path"], body, own, at=at, nonce=row["nonce"]) == row["headers"]


@pytest.mark.parametrize("name", ["Zhixing-From", "Zhixing-To", "Zhixing-Key", "Content-Digest", "Signature-Input"])
def test_whatever_of_the_request_is_altered_is_refused(name: str) -> None:
    row, chain = FILE["request"], keys(FILE)
    value = row["headers"][name]
    headers = {**row["headers"], name: value.replace("a", "b", 1)}
    assert headers != row["headers"]
    with pytest.raises(SignatureError):
        verify_request(row["method"], row["path"], headers, row["body"].encode(), chain[row["kid"]])
    with pytest.raises(SignatureError):
        verify_request("PUT", row["path"], row["headers"], row["body"].encode(), chain[row["kid"]])
    with pytest.raises(SignatureError):
        verify_request(row["method"], row["path"], row["headers"], b"{}", chain[row["kid"]])
