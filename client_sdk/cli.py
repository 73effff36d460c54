"""`zhixing-field`: the SDK from a terminal."""

import json
from pathlib import Path
from typing import Annotated

import typer

from client_sdk import commands, day_commands, escrow_commands, parcel_commands, vectors
from client_sdk.console import say_json

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

REFUSED = 1
UNREADABLE = 2


for command in (*commands.COMMANDS, *day_commands.COMMANDS, *parcel_commands.COMMANDS, *escrow_commands.COMMANDS):
    app.command()(command)


@app.callback()
def _door() -> None:
    """Record on-site enforcement offline, sync later, and know for certain that it arrived."""


@app.command()
def verify(
    file: Annotated[Path, typer.Option("--vectors", help="a file of reference bytes of the wire")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object instead of text")] = False,
) -> None:
    """Check reference bytes. Exit 1: a good row failed or a bad one passed; 2: the file cannot be read."""
    verdict = _verdict(file, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(verdict.as_members()))
    else:
        # A name in the file may hold a lone surrogate, which no terminal takes.
        typer.echo("\n".join(_lines(verdict)).encode("utf-8", "backslashreplace"))
    if not verdict.is_right:
        raise typer.Exit(REFUSED)


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


def _lines(verdict: vectors.Verdict) -> list[str]:
    verified = sum(row.reason is None for row in verdict.good)
    refused = sum(row.reason is not None for row in verdict.bad)
    return [
        f"good rows: {verified} of {len(verdict.good)} verified",
        *(f"  FAILED {row.name}: {row.reason}" for row in verdict.good if row.reason is not None),
        f"bad rows: {refused} of {len(verdict.bad)} refused",
        *(f"  refused {row.name}: {row.reason}" if row.reason else f"  PASSED {row.name}" for row in verdict.bad),
    ]


def main() -> None:
    app()


if __name__ == "__main__":
    main()
