"""`manage.py exchange` in a process that lives on: a line in, a line out, since to begin Django costs seconds.

A process of its own with the server's environment: `python -m tests.exchange.gate`. `exchange export …` as JSON list of
words; the answer is `{"said"}` or `{"refused"}`.
"""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import IO, Any

from tests.chaos.machines import ROOT, Machine, Stuck


class Gate(Machine):
    """One side's, begun again after each death."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, "gate")
        self._environment = environment

    def tend(self) -> None:
        if not self.is_alive:
            options: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            command = [sys.executable, "-m", "tests.exchange.gate"]
            self.begin(command, cwd=ROOT, env=self._environment, **options)

    def ask(self, *words: str | Path) -> dict[str, Any]:
        """Raises Stuck where it dies."""
        self.send(*words)
        line = self._pipe("stdout").readline()
        if not line:
            raise Stuck(f"{words}: {self.log.read_text('utf-8')[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def send(self, *words: str | Path) -> None:
        self.tend()
        pipe = self._pipe("stdin")
        pipe.write(json.dumps([str(word) for word in words]) + "\n")
        pipe.flush()

    def _pipe(self, name: str) -> IO[str]:
        pipe: IO[str] = getattr(self.process, name)
        return pipe

    def kill(self) -> None:
        super().kill()
        for pipe in (self.process.stdin, self.process.stdout) if self.process else ():
            if pipe:
                pipe.close()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
    import django

    django.setup()
    from django.core.management import CommandError, call_command
    from django.db import close_old_connections

    for line in sys.stdin:
        said = StringIO()
        try:
            call_command(*json.loads(line), stdout=said)
            answer = {"said": said.getvalue()}
        except CommandError as refused:
            answer = {"refused": str(refused)}
        close_old_connections()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
