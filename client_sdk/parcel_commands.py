"""The commands of `zhixing-field` for work that travels by another hand."""

from pathlib import Path
from typing import Annotated

import typer

from client_sdk import messages
from client_sdk.commands import DEFAULT_STORE, AsJson, PassphraseFile, StoreOption, opened
from client_sdk.console import progress_shown, say_json


def export_parcel(
    file: Annotated[Path, typer.Argument(help="where to write it: a stick, a shared folder")],
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Write everything the court does not safely hold into one sealed file, for another hand to carry."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        made = field.export_parcel(file)
    if as_json:
        say_json(made)
        return
    figures = {"operations": made.operations, "files": made.files, "bytes": made.size}
    typer.echo(messages.text("cli_parcel_made", file=str(file), **figures))


def submit_parcel(
    file: Annotated[Path, typer.Argument(help="a parcel of another device")],
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Hand in a parcel of another device with this one's enrolment. Exit 75: try again later."""
    with opened(store, passphrase_file, as_json=as_json) as field, progress_shown(is_shown=not as_json) as bars:
        made = field.submit_parcel(file, on_progress=bars)
    if as_json:
        say_json(made)
        return
    span = {"first": made.first_seq, "last": made.last_seq, "device": made.device}
    typer.echo(messages.text(f"cli_parcel_{made.state}", **span))


COMMANDS = (export_parcel, submit_parcel)
