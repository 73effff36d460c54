"""`python -m tests.backends postgres valkey s3 [-- COMMAND …]`: start them, print how to reach them, end with us."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

from tests.backends import postgres_server, s3_server, valkey_server


@contextlib.contextmanager
def _postgres() -> Iterator[dict[str, str]]:
    with postgres_server(durable=os.environ.get("DURABLE") == "1") as url:
        yield {"DATABASE_URL": url}


@contextlib.contextmanager
def _valkey() -> Iterator[dict[str, str]]:
    with valkey_server() as url:
        yield {"REDIS_URL": url}


@contextlib.contextmanager
def _s3() -> Iterator[dict[str, str]]:
    with s3_server() as bucket:
        yield bucket.environment()


_SERVERS = {"postgres": _postgres, "valkey": _valkey, "s3": _s3}


def main(arguments: list[str]) -> int:
    names, command = arguments, list[str]()
    if "--" in arguments:
        cut = arguments.index("--")
        names, command = arguments[:cut], arguments[cut + 1 :]
    if not names or set(names) - set(_SERVERS):
        print(f"usage: python -m tests.backends {{{'|'.join(_SERVERS)}}}… [-- COMMAND …]", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack:
        environment = {key: text for name in names for key, text in stack.enter_context(_SERVERS[name]()).items()}
        if command:
            return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode
        print(*(f"{key}={text}" for key, text in environment.items()), sep="\n", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
