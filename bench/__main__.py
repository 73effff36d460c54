"""`python -m bench {record,push,pull,upload,live,warnings,matters,centre,…} [--json] [--tiny] [--sqlite]`."""

import argparse
import importlib
import sys
import time

from bench.place import open_place, open_sqlite
from bench.report import Report, table

NAMES = ("record", "push", "pull", "upload", "live", "warnings", "matters", "centre", "big_video", "bundle")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures one thing beside its floor.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="print nothing but the one object")
    parser.add_argument("--tiny", action="store_true", help="a size that shows it runs; its figures mean nothing")
    parser.add_argument("--sqlite", action="store_true", help="in SQLite: matters alone, the others want PostgreSQL")
    options = parser.parse_args(arguments)
    if options.sqlite and options.name != "matters":
        parser.error("only matters runs in SQLite")
    begun = time.monotonic()
    report = _measured(options.name, options.tiny, options.sqlite)
    if not options.json:
        print(table(report.members), f"{time.monotonic() - begun:.0f} s in all", sep="\n")
    print(report.as_json(), flush=True)
    return 0


def _measured(name: str, is_tiny: bool, is_sqlite: bool) -> Report:
    with open_sqlite() if is_sqlite else open_place() as place:
        bench = importlib.import_module(f"bench.{name}")  # its models need Django set up
        report: Report = bench.measure(place, bench.TINY if is_tiny else bench.Size())
        return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
