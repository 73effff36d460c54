"""`python -m tests.exchange --once`, as `make exchange ONCE=1`: errands between two servers, by HTTP and by files.

One JSON line a run, the last line their sum with both beside it under `by`; exit 0 only if all of it is well.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.exchange.by_files import ByFiles
from tests.exchange.by_http import ByHttp
from tests.exchange.journey import FULL, SHORT, Found, Journey

WAYS: dict[str, type[Journey]] = {"http": ByHttp, "files": ByFiles}
SUMS = ("matters", "confirmed", "acted_twice", "lost", "photos_promised", "photos_verified")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="one run each way; without it until one is not well")
    parser.add_argument("--first", type=int, default=1, help="seed of the first run")
    parser.add_argument("--by", choices=(*WAYS, "both"), default="both")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--plant", default="", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    seed = options.first
    while True:
        line, is_well = _round(options, seed)
        print(line, flush=True)
        if options.once or not is_well:
            return 0 if is_well else 1
        seed += 1


def _round(options: argparse.Namespace, seed: int) -> tuple[str, bool]:
    found = dict[str, Found]()
    for way in WAYS if options.by == "both" else [options.by]:
        scale = SHORT if options.short else FULL
        found[way] = WAYS[way](seed, scale, options.database, options.plant).run()
        print(json.dumps({"run": way, "seed": seed, **_told(found[way])}, ensure_ascii=False), flush=True)
        for trouble in found[way].tally.troubles:
            print(trouble, file=sys.stderr)
    return json.dumps(_sum(found)), all(each.is_well for each in found.values())


def _told(found: Found) -> dict[str, Any]:
    """The figures of one run, as the last line has them."""
    return {
        **{name: getattr(found.tally, name) for name in SUMS[:2]},
        "messages": found.messages,
        "faults": dict(sorted(found.faults.items())),
        **{name: getattr(found.tally, name) for name in SUMS[2:]},
        "ledgers_agree": found.tally.ledgers_agree,
        "ended_otherwise": dict(found.tally.ended_otherwise),
        "faults_missing": found.missing,
        "troubles": len(found.tally.troubles),
        "seconds": found.seconds,
    }


def _sum(found: dict[str, Found]) -> dict[str, Any]:
    runs = {way: _told(each) for way, each in found.items()}
    added = {name: sum(run[name] for run in runs.values()) for name in (*SUMS, "messages", "troubles")}
    faults = sum((each.faults for each in found.values()), Counter[str]())
    return {
        **{name: added[name] for name in SUMS[:2]},
        "messages": added["messages"],
        "faults": dict(sorted(faults.items())),
        **{name: added[name] for name in SUMS[2:]},
        "ledgers_agree": all(run["ledgers_agree"] for run in runs.values()),
        "seconds": round(sum(run["seconds"] for run in runs.values()), 1),
        "by": runs,
    }


if __name__ == "__main__":
    sys.exit(main())
