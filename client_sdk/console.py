"""How the command line speaks: JSON of any view, tables for people, errors with their code, progress bars in bytes."""

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Table

from client_sdk import messages, views
from client_sdk.clock import SHANGHAI
from client_sdk.errors import FieldError, NotSent, WrongPassphrase

FAILED = 1
# As sysexits.h has it: nothing is wrong, try again later.
TRY_AGAIN = 75

# Read off one screen and typed into the next command: never broken across lines.
COPIED = ("cli_id", "cli_sha256", "cli_case_no")

screen = Console()


def passphrase_from(file: Path | None) -> str | None:
    """From the file, else ZHIXING_PASSPHRASE, else asked for at a terminal; None leaves it to the system keystore.

    Raises WrongPassphrase for a file that cannot be read.
    """
    if file is not None:
        return _read_passphrase(file)
    if (given := os.environ.get("ZHIXING_PASSPHRASE")) is not None:
        return given
    return typer.prompt(messages.text("cli_passphrase"), hide_input=True) if screen.is_terminal else None


def _read_passphrase(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as fault:
        raise WrongPassphrase(
            "passphrase_unreadable", what=str(file), note=getattr(fault, "strerror", None) or str(fault)
        ) from None


@contextmanager
def errors_named(*, as_json: bool) -> Iterator[None]:
    """A FieldError as its text and an exit code, never as a traceback."""
    try:
        yield
    except FieldError as fault:
        if as_json:
            say_json({"error": {"code": fault.code, "message": str(fault), **plain(fault.details)}})
        else:
            typer.echo(f"{fault} [{fault.code}]", err=True)
        raise typer.Exit(TRY_AGAIN if isinstance(fault, NotSent) else FAILED) from None


def say_json(value: Any) -> None:
    typer.echo(json.dumps(plain(value), ensure_ascii=False))


def plain(value: Any) -> Any:
    """Views as JSON: fields by name, times as RFC 3339, spans in seconds; what the server sent raw is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.name != "raw"}
        return plain(fields)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def table(*columns: str) -> Table:
    made = Table(show_edge=False, pad_edge=False)
    for column in columns:
        made.add_column(messages.text(column), overflow="fold", no_wrap=column in COPIED)
    return made


def local(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "–"


class Bars:
    """Progress on a terminal: one bar for the files in bytes, a line each for pushing and pulling."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: views.Progress) -> None:
        if step.phase not in self._tasks:
            self._tasks[step.phase] = self._progress.add_task(messages.text(f"phase_{step.phase}"), total=None)
        self._progress.update(self._tasks[step.phase], completed=step.done, total=step.total)


@contextmanager
def progress_shown(*, is_shown: bool) -> Iterator[Bars | None]:
    if not is_shown or not screen.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn())
    with Progress(*columns, console=screen) as progress:
        yield Bars(progress)
