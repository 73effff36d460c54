"""`python -m tests.chaos --runs 10 --first 1`: chaos journeys by seed; one JSON line last, exit 0 only if all passed.

Alternating PostgreSQL and SQLite unless `--database` says which.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.chaos.journey import FULL, SHORT, Journey
from tests.chaos.machines import allow_small_disks

SUMS = ("acts", "photos", "photo_bytes", "untold", "lost", "doubled", "unverified", "invented")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--first", type=int, default=1, help="seed of the first run")
    parser.add_argument("--database", choices=("postgres", "sqlite", "both"), default="both")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args(arguments)
    allow_small_disks()
    started, found = time.monotonic(), []
    for seed in range(options.first, options.first + options.runs):
        kind = ("sqlite", "postgres")[seed % 2] if options.database == "both" else options.database
        found.append(Journey(seed, SHORT if options.short else FULL, kind).run())
        print(json.dumps({"seed": seed, "database": kind, **found[-1]}, ensure_ascii=False), flush=True)
    happened = sum((Counter(each["happened"]) for each in found), Counter[str]())
    summary = {
        "runs": len(found),
        "passed": sum(each["passed"] for each in found),
        **{name: sum(each[name] for each in found) for name in SUMS},
        "happened": dict(sorted(happened.items())),
        "small_disk": all(each["small_disk"] for each in found),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(summary))
    return 0 if summary["passed"] == summary["runs"] else 1


if __name__ == "__main__":
    sys.exit(main())
