"""The commands of an officer's day: what is due, what rings, and what he says of the file of a case. Offline."""

from datetime import date, datetime
from typing import Annotated

import typer

from client_sdk import messages
from client_sdk.commands import DEFAULT_STORE, AsJson, PassphraseFile, StoreOption, opened, say_action
from client_sdk.console import local, say_json, screen, table
from client_sdk.errors import InvalidRecord
from client_sdk.related import RelatedCase
from client_sdk.views import Today

CaseOption = Annotated[str, typer.Option("--case", help="case id")]
At = Annotated[str | None, typer.Option("--at", help="when it happened: 2026-11-29T09:30+08:00; else now")]


def today(store: StoreOption = DEFAULT_STORE, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """My nodes by due date, handovers, alarms, orders, reviews and unsent work, and how old all of it is."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        day = field.today()
    if as_json:
        say_json(day)
    else:
        _say_day(day)


def _say_day(day: Today) -> None:
    for alarm in day.alarms:
        typer.echo(f"{local(alarm.rings_at)} {alarm.text}")
    shown = table("cli_due", "cli_days", "cli_case_no", "cli_node")
    for due in day.nodes:
        name = due.node.en if messages.language() == "en" else due.node.zh
        ends = local(due.node.due_at) if due.node.due_at else str(due.node.due_on)
        done = f" {messages.text('cli_completed_here')}" if due.node.completed_by else ""
        shown.add_row(ends, str(due.days_left), due.case_no, f"{name}{done}")
    for offer in day.handovers:
        name = messages.text("cli_handover", sender=offer.from_name)
        shown.add_row(str(offer.due_on or "–"), str(offer.days_left), offer.case_no, name)
    for task in day.tasks:
        done = f" {messages.text('cli_completed_here')}" if task.done_by else ""
        shown.add_row(str(task.due_on or "–"), str(task.days_left), task.case_no, f"{task.text}{done}")
    for urge in day.urges:
        said = f" {messages.text('cli_answered_here')}" if urge.answered_by else ""
        name = f"{messages.text('cli_urge', text=urge.text)}{said}"
        shown.add_row(str(urge.reply_due_on or "–"), str(urge.days_left), urge.case_no, name)
    screen.print(shown)
    counts = {"orders": len(day.orders), "reviews": len(day.reviews), "unsent": len(day.unsent)}
    typer.echo(messages.text("cli_today", as_of=local(day.as_of), **counts))


def alarms(store: StoreOption = DEFAULT_STORE, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """What protects people and property and runs out, of the acts recorded here; the next to ring first."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        found = field.alarms()
    if as_json:
        say_json({"alarms": found})
        return
    shown = table("cli_rings", "cli_minutes", "cli_kind", "cli_what")
    for alarm in found:
        minutes = f"{alarm.in_seconds / 60:.0f}" + ("" if alarm.is_certain else " ?")
        shown.add_row(local(alarm.rings_at), minutes, alarm.kind, alarm.text)
    screen.print(shown)


def related(
    case: Annotated[str | None, typer.Option("--case", help="case id; else of all held cases")] = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """The same debtors elsewhere: other cases, seals in force today and resistance on record."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        held, day = field.cases() if case is None else [field.case(case)], field.today().date
    if as_json:
        say_json({"cases": [{"id": e.id, "case_no": e.case_no, "related": e.related} for e in held if e.related]})
        return
    shown = table("cli_case_no", "cli_related", "cli_court", "cli_status", "cli_seals", "cli_resistance")
    for each in held:
        for other in each.related:
            shown.add_row(each.case_no, other.case_no, other.court, other.status, *_told(other, day))
        if each.related_more:
            shown.add_row(each.case_no, messages.text("cli_related_more", count=each.related_more))
    screen.print(shown)


def _told(other: RelatedCase, day: date) -> tuple[str, str]:
    seals = (
        " ".join((seal.kind, *seal.refs, f"→ {seal.expires_on}" if seal.expires_on else ""))
        for seal in other.seals_on(day)
    )
    return "\n".join(seals), "\n".join(f"{each.kind} {each.on or ''}" for each in other.resistance)


def complete_node(
    node: Annotated[str, typer.Argument(help="key of the node")],
    case: CaseOption,
    event: Annotated[str | None, typer.Option("--event", help="how it ended, where there are several ways")] = None,
    chain: Annotated[str | None, typer.Option("--chain", help="which of several: a property, a clue")] = None,
    note: Annotated[str, typer.Option("--note")] = "",
    at: At = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Say that a node of a case is done."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        told = {"event": event, "chain": chain, "note": note, "occurred_at": _moment(at)}
        action = field.complete_node(case_id=case, node=node, **told)  # type: ignore[arg-type]
        wanting = field.explain(action)
    say_action(action, wanting, as_json=as_json)


def note(
    text: Annotated[str, typer.Argument(help="the words")],
    case: CaseOption,
    node: Annotated[str | None, typer.Option("--node", help="key of the node it is about")] = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Add words to the file of a case."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        action = field.add_note(case_id=case, text=text, node=node)
    say_action(action, [], as_json=as_json)


def clue(
    text: Annotated[str, typer.Argument(help="the clue")],
    case: CaseOption,
    source: Annotated[str, typer.Option("--source", help="APPLICANT, NETWORK, REPORT, REWARD, THIRD_PARTY, OWN")],
    place: Annotated[str | None, typer.Option("--place", help="where the property is")] = None,
    at: At = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Submit a clue to property; the court verifies it within days."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        known = {"place": place} if place else {}
        action = field.submit_clue(case_id=case, source=source, text=text, occurred_at=_moment(at), property=known)
        wanting = field.explain(action)
    say_action(action, wanting, as_json=as_json)


def handover(
    identity: Annotated[str, typer.Argument(metavar="HANDOVER", help="its id")],
    case: CaseOption,
    reject: Annotated[str | None, typer.Option("--reject", help="send it back, for this reason")] = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Take over a stage that is offered, or send it back with --reject."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        if reject is None:
            action = field.accept_handover(identity, case_id=case)
        else:
            action = field.reject_handover(identity, case_id=case, reason=reject)
    say_action(action, [], as_json=as_json)


def task_done(
    identity: Annotated[str, typer.Argument(metavar="TASK", help="its id")],
    case: CaseOption,
    note: Annotated[str, typer.Option("--note", help="what was done")] = "",
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Say that a task you were given is done."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        action = field.complete_task(identity, case_id=case, note=note)
    say_action(action, [], as_json=as_json)


def reply(
    identity: Annotated[str, typer.Argument(metavar="URGE", help="its id")],
    text: Annotated[str, typer.Argument(help="the reply")],
    case: CaseOption,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Reply to an urge."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        action = field.reply_urge(identity, text=text, case_id=case)
    say_action(action, [], as_json=as_json)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidRecord("member_invalid", "/occurred_at") from None


COMMANDS = (today, alarms, related, complete_node, note, clue, handover, task_done, reply)
