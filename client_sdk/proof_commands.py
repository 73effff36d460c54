"""The commands of `zhixing-field` about what a court signed: take it out of the store, verify it anywhere."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from client_sdk import messages, proof_files, vectors
from client_sdk.clock import SHANGHAI
from client_sdk.commands import DEFAULT_STORE, AsJson, PassphraseFile, StoreOption, opened
from client_sdk.console import FAILED, plain, say_json
from client_sdk.keys import WireError

UNREADABLE = 2


def receipt(
    file: Annotated[Path, typer.Option("--output", "-o", help="the file to write")],
    what: Annotated[
        str | None, typer.Argument(help="id of an act or photo, or a photo's SHA-256; else the whole log's statement")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the court's signed word on an act, a photo or the whole log to a file that `verify` proves anywhere."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        proved = field.export_proof(file, what)
    if as_json:
        say_json({"file": str(file), **_members(proved)})
        return
    typer.echo("\n".join(_lines(proved)))
    typer.echo(messages.text("cli_proof_made", file=str(file), root=proved.root_fingerprint))
    if proved.acts:
        typer.echo(messages.text("cli_proof_clear"))


def verify(
    file: Annotated[Path | None, typer.Argument(help="what `receipt` wrote")] = None,
    root: Annotated[str | None, typer.Option("--root", help="fingerprint of the court's root key, in hex")] = None,
    beside: Annotated[Path | None, typer.Option("--file", help="the photo it should be of")] = None,
    reference: Annotated[Path | None, typer.Option("--vectors", help="a file of reference bytes of the wire")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a receipt or statement, or check reference bytes; offline, storeless. Exit 1: wrong; 2: unreadable."""
    if (file is None) == (reference is None) or (reference and (root or beside)):
        raise typer.BadParameter("give a proof (with --root, --file), or --vectors and nothing else")
    if reference is not None:
        _verify_vectors(reference, as_json=as_json)
    elif file is not None:
        _verify_proof(file, root, beside, as_json=as_json)


def _verify_proof(file: Path, root: str | None, beside: Path | None, *, as_json: bool) -> None:
    with _readable(file, as_json=as_json):
        document = proof_files.read(file.read_bytes())
    with _readable(beside or file, as_json=as_json):
        digested = None if beside is None else _digest(beside)
    try:
        proved = proof_files.verify(document, root=root, file=digested)
    except WireError as fault:
        _fail("proof_wrong", FAILED, as_json=as_json, note=str(fault))
    if as_json:
        say_json({"ok": True, **_members(proved)})
    else:
        typer.echo("\n".join([messages.text("proof_holds"), *_lines(proved), *_root_lines(proved)]))


@contextmanager
def _readable(file: Path, *, as_json: bool) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        _fail("file_unreadable", UNREADABLE, as_json=as_json, file=str(file), note=fault.strerror or "")
    except proof_files.Unreadable as fault:
        _fail("proof_unreadable", UNREADABLE, as_json=as_json, file=str(file), note=str(fault))


def _fail(code: str, status: int, *, as_json: bool, **details: str) -> NoReturn:
    said = _harmless(messages.text(code, **details))
    if as_json:
        say_json({"ok": False, "error": {"code": code, "message": said, **details}})
    else:
        typer.echo(said, err=True)
    raise typer.Exit(status) from None


def _digest(file: Path) -> tuple[str, int]:
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest(), handle.tell()


def _lines(proved: proof_files.Proved) -> list[str]:
    """What it proves, in words."""
    said = [
        messages.text("proof_device", **_members(proved)),
        messages.text("proof_keys", kids=", ".join(proved.signed_by)),
    ]
    if (statement := proved.statement) is not None:
        code = "proof_statement" if statement.acked_seq else "proof_statement_empty"
        figures = {"acked": statement.acked_seq, "hash": statement.acked_hash, "safe": statement.safe_seq}
        said.append(messages.text(code, received_at=_at(statement.received_at), **figures))
    said += [messages.text("proof_act", **plain(act)) for act in proved.acts]
    said += [
        messages.text("proof_receipt", **{**plain(each), "received_at": _at(each.received_at)})
        for each in proved.receipts
    ]
    if proved.file_received_at is not None:
        said.append(messages.text("proof_file", received_at=_at(proved.file_received_at)))
    return [_harmless(line) for line in said]


def _root_lines(proved: proof_files.Proved) -> list[str]:
    code = "proof_root_known" if proved.is_root_known else "proof_root_unknown"
    return [messages.text(code, root=proved.root_fingerprint)]


def _members(proved: proof_files.Proved) -> dict[str, object]:
    return dict(plain(proved))


def _at(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(sep=" ", timespec="seconds")


def _harmless(line: str) -> str:
    """A name in a file of a stranger may hold what would move the cursor, or what no terminal takes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)


def _verify_vectors(file: Path, *, as_json: bool) -> None:
    verdict = _verdict(file, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(verdict.as_members()))
    else:
        # A name in the file may hold a lone surrogate, which no terminal takes.
        typer.echo("\n".join(_rows(verdict)).encode("utf-8", "backslashreplace"))
    if not verdict.is_right:
        raise typer.Exit(FAILED)


def _verdict(file: Path, *, as_json: bool) -> vectors.Verdict:
    try:
        return vectors.verify(vectors.read(file.read_bytes()))
    except OSError as fault:
        said = f"{file} cannot be read: {fault.strerror}"
    except vectors.Unreadable as fault:
        said = f"{file} is no file of reference bytes: {fault}"
    if as_json:
        say_json({"error": {"code": "vectors_unreadable", "message": said}})
    else:
        typer.echo(said, err=True)
    raise typer.Exit(UNREADABLE)


def _rows(verdict: vectors.Verdict) -> list[str]:
    verified = sum(row.reason is None for row in verdict.good)
    refused = sum(row.reason is not None for row in verdict.bad)
    return [
        f"good rows: {verified} of {len(verdict.good)} verified",
        *(f"  FAILED {row.name}: {row.reason}" for row in verdict.good if row.reason is not None),
        f"bad rows: {refused} of {len(verdict.bad)} refused",
        *(f"  refused {row.name}: {row.reason}" if row.reason else f"  PASSED {row.name}" for row in verdict.bad),
    ]


COMMANDS = (receipt, verify)
