"""The commands of `zhixing-field` that work on a store: each is one call of FieldClient, said in text or as JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from client_sdk import disk, messages
from client_sdk.client import FieldClient
from client_sdk.console import errors_named, local, passphrase_from, plain, progress_shown, say_json, screen, table
from client_sdk.errors import InvalidRecord, NotFound
from client_sdk.lanes import SyncPolicy
from client_sdk.views import Action, Case, Paper, Photo, SyncReport

StoreOption = Annotated[Path, typer.Option("--store", envvar="ZHIXING_STORE", help="the store's SQLite file")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="else ZHIXING_PASSPHRASE, a prompt, or the system keystore"),
]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object instead of text")]
DEFAULT_STORE = Path("officer.db")


@contextmanager
def opened(store: Path, passphrase_file: Path | None, *, as_json: bool) -> Iterator[FieldClient]:
    with errors_named(as_json=as_json):
        field = FieldClient.open(store, passphrase=passphrase_from(passphrase_file), app="zhixing-field")
        with field:
            yield field


def enrol(
    server: Annotated[str, typer.Argument(help="address of the court's server, https://…")],
    code: Annotated[str, typer.Option("--code", envvar="ZHIXING_CODE", prompt=True, help="the one-time code")],
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    name: Annotated[str | None, typer.Option("--name", help="what the court calls this device")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a store and have the court certify it. Run it again after a lost answer: the code still works."""
    with errors_named(as_json=as_json):
        passphrase = passphrase_from(passphrase_file)
        with FieldClient.enrol(
            server, code=code, store=store, passphrase=passphrase, name=name, app="zhixing-field"
        ) as field:
            status = field.status()
    if as_json:
        say_json({"officer": status.officer, "court": status.court, "server": status.server, "store": str(store)})
    else:
        typer.echo(messages.text("cli_enrolled", name=status.officer, court=status.court))


def pull(store: StoreOption = DEFAULT_STORE, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """Fetch what this officer holds; nothing is sent."""
    with opened(store, passphrase_file, as_json=as_json) as field, progress_shown(is_shown=not as_json) as bars:
        report = field.pull(on_progress=bars)
    _say_report(report, as_json=as_json)


def sync(
    metered: Annotated[bool, typer.Option("--metered", help="the network costs money: large originals wait")] = False,
    battery: Annotated[
        int | None, typer.Option("--battery", min=0, max=100, help="percent; low: originals wait")
    ] = None,
    charging: Annotated[bool, typer.Option("--charging", help="the battery is being charged")] = False,
    send_all: Annotated[bool, typer.Option("--all", help="hold nothing back, whatever the conditions")] = False,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Push, pull, upload; cut anywhere, run it again. Exit 75: try again later."""
    policy = SyncPolicy(metered=metered, battery_percent=battery, charging=charging, send_all=send_all)
    with opened(store, passphrase_file, as_json=as_json) as field, progress_shown(is_shown=not as_json) as bars:
        report = field.sync(policy=None if policy == SyncPolicy() else policy, on_progress=bars)
    _say_report(report, as_json=as_json)


def _say_report(report: SyncReport, *, as_json: bool) -> None:
    if as_json:
        say_json(report)
        return
    verdict = messages.text("cli_all_sent" if report.is_everything_sent else "cli_not_all_sent")
    counts = {
        "operations": report.operations_sent,
        "units": report.units_received,
        "files": report.files_sent,
        "bytes": report.bytes_sent,
        "papers": report.papers_received,
    }
    typer.echo(messages.text("cli_synced", **counts) + " " + verdict)
    if looked_at := sum(count for status, count in report.statuses.items() if status != "applied"):
        typer.echo(messages.text("cli_looked_at", count=looked_at), err=True)
    for code, kept_back in (("upload_refused", report.files_refused), ("paper_missing", report.papers_missing)):
        for sha256, reason in kept_back.items():
            typer.echo(messages.text(code, sha256=sha256[:12], note=reason), err=True)
    for waiting in report.held_back:
        typer.echo(waiting.text, err=True)


def cases(store: StoreOption = DEFAULT_STORE, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """The cases this officer holds."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        held = field.cases()
    if as_json:
        say_json({"cases": held})
        return
    shown = table("cli_case_no", "cli_cause", "cli_status", "cli_parties", "cli_id")
    for case in held:
        parties = "、".join(party.name for party in case.parties)
        shown.add_row(case.case_no, case.cause, case.status, parties, case.id)
    screen.print(shown)


def record(
    kind: Annotated[str, typer.Argument(help="SEAL, SERVE, …")],
    case: Annotated[list[str] | None, typer.Option("--case", help="case id; several for one debtor")] = None,
    case_no: Annotated[str | None, typer.Option("--case-no", help="the number as typed")] = None,
    fields: Annotated[str, typer.Option("--fields", help="JSON object, or @FILE")] = "{}",
    photo: Annotated[list[str] | None, typer.Option("--photo", help="FILE or FILE:SHOT_CODE, imported")] = None,
    node: Annotated[str | None, typer.Option("--node", help="node id")] = None,
    corrects: Annotated[str | None, typer.Option("--corrects", help="hash of the operation it corrects")] = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Record one act, offline; says what its kind still wants."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        given = _fields(fields)
        photos: list[Photo | Path | str] = [_import(field, each) for each in photo or ()]
        action = field.record_action(
            kind=kind,
            fields=given,
            case_ids=case or None,
            case_no=case_no,
            photos=photos,
            node_id=node,
            corrects=corrects,
        )
        wanting = field.explain(action)
    say_action(action, wanting, as_json=as_json)


def say_action(action: Action, wanting: list[str], *, as_json: bool) -> None:
    if as_json:
        say_json({"action": action, "missing_texts": wanting})
        return
    typer.echo(messages.text("cli_recorded", kind=action.kind, id=action.id))
    if wanting:
        typer.echo(messages.text("cli_missing", what="\n  ".join(["", *wanting])))


def _fields(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except (OSError, ValueError) as fault:
        raise InvalidRecord("syntax", "/fields", note=str(fault)) from None
    if not isinstance(parsed, dict):
        raise InvalidRecord("not_object", "/fields")
    return parsed


def _import(field: FieldClient, text: str) -> Photo:
    path, colon, shot_code = text.rpartition(":")
    # Only a code behind the last colon: paths may have colons of their own.
    if colon and shot_code.replace("_", "").isalpha() and shot_code.isupper() and not Path(text).exists():
        return field.import_file(path, shot_code=shot_code)
    return field.import_file(text)


def papers(
    case: Annotated[str | None, typer.Option("--case", help="case id; else of all held cases")] = None,
    save: Annotated[str | None, typer.Option("--save", help="SHA-256 of the paper to save, or its beginning")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="the file to write it to, decrypted")] = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Rulings, warrants and notices of the held cases; with --save and --to one of them as a file. Offline."""
    if (save is None) != (to is None):
        raise typer.BadParameter("--save and --to go together")
    with opened(store, passphrase_file, as_json=as_json) as field:
        listed = [(each, paper) for each in _cases(field, case) for paper in each.papers]
        if save is not None and to is not None:
            listed = [_named(listed, save)]
            field.save_paper(listed[0][1].sha256, to)
    if as_json:
        members = [{"case_id": each.id, "case_no": each.case_no, **plain(paper)} for each, paper in listed]
        say_json({"papers": members} if to is None else {"saved": str(to), "paper": members[0]})
    elif to is not None:
        typer.echo(messages.text("cli_saved", title=listed[0][1].title, file=str(to)))
    else:
        _show_papers(listed)


def _cases(field: FieldClient, case_id: str | None) -> list[Case]:
    return field.cases() if case_id is None else [field.case(case_id)]


def _named(listed: list[tuple[Case, Paper]], beginning: str) -> tuple[Case, Paper]:
    """Raises NotFound unless exactly one of these papers' hashes begins so."""
    found = {paper.sha256: (case, paper) for case, paper in listed if paper.sha256.startswith(beginning.lower())}
    if len(found) != 1 or not beginning:
        raise NotFound("papers_ambiguous" if found and beginning else None, what=f"paper {beginning}")
    return next(iter(found.values()))


def _show_papers(listed: list[tuple[Case, Paper]]) -> None:
    shown = table("cli_case_no", "cli_title", "cli_document_no", "cli_issued", "cli_size", "cli_here", "cli_sha256")
    for case, paper in listed:
        here = messages.text("cli_yes" if paper.is_here else "cli_no")
        issued = str(paper.issued_on or "–")
        shown.add_row(case.case_no, paper.title, paper.document_no, issued, f"{paper.size} B", here, paper.sha256[:12])
    screen.print(shown)


def paper(
    action: Annotated[str, typer.Argument(help="id of an act recorded here")],
    out: Annotated[Path, typer.Argument(help="the PDF to write")],
    kind: Annotated[str | None, typer.Option("--kind", help="SEAL_RECORD, INVENTORY, …; else the first")] = None,
    case: Annotated[str | None, typer.Option("--case", help="case id, of an act that serves several")] = None,
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Set a paper of an act as PDF, offline; a draft is marked as one. Needs the extra `papers`."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        titles = field.paper_kinds(action)
        content = field.render_paper(action, kind, case_id=case)
        with disk.faults_named(out):
            out.write_bytes(content)
    key = kind or next(iter(titles))
    if as_json:
        say_json({"saved": str(out), "kind": key, "title": titles[key], "size": len(content)})
    else:
        typer.echo(messages.text("cli_saved", title=titles[key], file=str(out)))


def status(store: StoreOption = DEFAULT_STORE, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """What this device owes, when the court last answered, what its clock is worth."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        found = field.status()
    if as_json:
        say_json(found)
        return
    shown = table("cli_what", "cli_value")
    for name, value in (
        ("cli_officer", f"{found.officer} ({found.court})"),
        ("cli_unsent", f"{found.unsent_operations} + {found.unsent_files}: {found.unsent_bytes} B"),
        ("cli_unsafe", f"{found.unsafe_operations} + {found.unsafe_files}"),
        ("cli_contact", local(found.last_contact_at)),
        ("cli_clock", found.clock),
        ("cli_free", f"{found.free_bytes} B"),
        ("cli_recovered", f"{found.recovered_photos} / {found.broken_files}"),
    ):
        shown.add_row(messages.text(name), str(value))
    screen.print(shown)
    for note in found.notes:
        typer.echo(note)


def unenrol(
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    force: Annotated[bool, typer.Option("--force", help="erase also what the court does not safely have")] = False,
    as_json: AsJson = False,
) -> None:
    """Sync a last time and erase the store; refuses while anything would be lost."""
    with errors_named(as_json=as_json):
        field = FieldClient.open(store, passphrase=passphrase_from(passphrase_file), app="zhixing-field")
        try:
            field.unenrol(force=force)
        except BaseException:
            field.close()
            raise
    if as_json:
        say_json({"unenrolled": str(store)})
    else:
        typer.echo(messages.text("cli_unenrolled", store=str(store)))


def renew(
    code: Annotated[str, typer.Option("--code", help="a fresh enrolment code")],
    store: StoreOption = DEFAULT_STORE,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Go on under a new key by a fresh code, after a cloned or restored phone; nothing recorded is lost."""
    with opened(store, passphrase_file, as_json=as_json) as field:
        field.renew(code)
    if as_json:
        say_json({"renewed": str(store)})
    else:
        typer.echo(messages.text("cli_renewed"))


COMMANDS = (enrol, pull, cases, record, sync, papers, paper, status, renew, unenrol)
