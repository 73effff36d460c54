"""The commands of an officer's safety: check-ins, calls for help, orders. Offline, but for sending a call."""

from typing import Annotated

import typer

from client_sdk import messages
from client_sdk.commands import DEFAULT_STORE, AsJson, PassphraseFile, StoreOption, opened, say_action
from client_sdk.console import local, say_json
from client_sdk.safety import SosCall

Note = Annotated[str, typer.Option("--note")]


def check_in(
    every: Annotated[int | None, typer.Option("--every", help="minutes until the next one is due")] = None,
    place: Annotated[str, typer.Option("--place")] = "",
    note: Note = "",
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """On site, or still there and well."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        action = field.check_in(interval_minutes=every, place=place, note=note)
    say_action(action, [], as_json=as_json)


def check_out(
    note: Note = "",
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Left the place."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        action = field.check_out(note=note)
    say_action(action, [], as_json=as_json)


def sos(
    words: Annotated[str, typer.Argument(help="what happens")] = "",
    cancel: Annotated[str | None, typer.Option("--cancel", metavar="CALL", help="take this call back")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="record it, and send nothing now")] = False,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Call for help, and send it before all else; --cancel takes a call back, for the reason in WORDS."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        action = field.cancel_sos(cancel, reason=words) if cancel else field.sos(words=words)
        if not offline:
            field.send_calls()
        calls = field.safety().calls
    say_action(action, [_call_in_words(call) for call in calls[:1]], as_json=as_json)


def safety(store: StoreOption = DEFAULT_STORE, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """Whether a check-in is due, how far calls for help have come, and what this officer's group is sent to do."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        found = field.safety()
    if as_json:
        say_json(found)
        return
    due = found.check_in_due_at
    typer.echo(messages.text("cli_on_site", due=local(due)) if due else messages.text("cli_not_on_site"))
    for call in found.calls:
        typer.echo(_call_in_words(call))
    for order in found.orders:
        typer.echo(messages.text("cli_order", state=order.state, place=order.place, text=order.text))


def answer_order(
    identity: Annotated[str, typer.Argument(metavar="ORDER", help="its id")],
    word: Annotated[str, typer.Argument(help="ACCEPT, DECLINE, ARRIVE, FINISH")],
    note: Note = "",
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Answer an order to this officer's group."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        action = field.answer_order(identity, word, note=note)
    say_action(action, [], as_json=as_json)


def _call_in_words(call: SosCall) -> str:
    if call.seen_at:
        return messages.text("cli_sos_seen", by=call.seen_by, at=local(call.seen_at), said=call.said)
    return messages.text("cli_sos_received" if call.is_received else "cli_sos_unsent")


COMMANDS = (check_in, check_out, sos, safety, answer_order)
