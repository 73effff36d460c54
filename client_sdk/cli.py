"""`zhixing-field`: the SDK from a terminal."""

import typer

from client_sdk import commands, day_commands, escrow_commands, parcel_commands, proof_commands, safety_commands

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

for command in (
    *commands.COMMANDS,
    *day_commands.COMMANDS,
    *safety_commands.COMMANDS,
    *parcel_commands.COMMANDS,
    *proof_commands.COMMANDS,
    *escrow_commands.COMMANDS,
):
    app.command()(command)


@app.callback()
def _door() -> None:
    """Record on-site enforcement offline, sync later, and know for certain that it arrived."""


def main() -> None:
    app()


if __name__ == "__main__":
    main()
