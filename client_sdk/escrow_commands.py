"""The commands of `zhixing-field` for a store that only the court can open."""

import json
from pathlib import Path
from typing import Annotated

import typer

from client_sdk import messages
from client_sdk.commands import DEFAULT_STORE, AsJson, PassphraseFile, StoreOption
from client_sdk.console import errors_named, passphrase_from, say_json
from client_sdk.errors import InvalidRecord, KeystoreUnavailable
from client_sdk.escrow import open_with_grant, request_escrow, save_request


def escrow_request(
    file: Annotated[Path, typer.Argument(help="where to write the request for the court")],
    store: StoreOption = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Ask the court to open a store whose passphrase is lost. Keep FILE.key here; only FILE goes to the court."""
    with errors_named(as_json=as_json):
        request = request_escrow(store)
        save_request(request, file)
    if as_json:
        say_json({"request": str(file), "key": f"{file}.key"})
    else:
        typer.echo(messages.text("cli_escrow_asked", file=str(file)))


def escrow_open(
    grant: Annotated[Path, typer.Argument(help="the court's answer: the act as JSON, or its grant")],
    request: Annotated[Path, typer.Option("--request", help="the FILE of escrow-request")],
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Open the store with what two persons at the court allowed, under a new passphrase."""
    with errors_named(as_json=as_json):
        passphrase = passphrase_from(passphrase_file)
        if passphrase is None:
            raise KeystoreUnavailable()
        open_with_grant(store, _grant(grant), request.with_name(request.name + ".key").read_bytes(), passphrase)
    if as_json:
        say_json({"opened": str(store)})
    else:
        typer.echo(messages.text("cli_escrow_opened", store=str(store)))


def _grant(path: Path) -> dict[str, str]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = told.get("outcome", told)
        return dict(found.get("grant", found))
    except (OSError, ValueError, AttributeError, TypeError) as fault:
        raise InvalidRecord("syntax", f"/{path.name}", note=str(fault)) from None


COMMANDS = (escrow_request, escrow_open)
