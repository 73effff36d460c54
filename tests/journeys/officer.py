"""An officer's device as a process: opens its store, says so, syncs, and tells each step, until it is done or killed.

python -m tests.journeys.officer STORE PASSPHRASE
"""

import sys

from client_sdk import FieldClient, Progress


def tell(progress: Progress) -> None:
    print(f"{progress.phase} {progress.done}", flush=True)


def main() -> None:
    store, passphrase = sys.argv[1:]
    with FieldClient.open(store, passphrase=passphrase) as field:
        print("open", flush=True)
        field.sync(on_progress=tell)
        print("done", flush=True)


if __name__ == "__main__":
    main()
