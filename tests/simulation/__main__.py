"""`python -m tests.simulation --seeds 20 --first 1 [--plant NAME|list|all]`: what `make simulate` runs."""

import argparse
import logging
import math
import os
import sys
import time

import django

from tests.simulation.sharing import run_shared


def main() -> int:
    arguments = _arguments()
    seeds = range(arguments.first, arguments.first + arguments.seeds * arguments.every, arguments.every)
    is_one_run = arguments.plant not in ("all", "list") and "," not in arguments.plant
    if is_one_run and arguments.jobs > 1 and len(seeds) > 1:
        return run_shared(sys.argv[1:], seeds, arguments.jobs)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    from tests.simulation.database import quick_folder

    folder = quick_folder()
    django.setup()
    if not arguments.loud:
        logging.disable(logging.CRITICAL)
    from tests.simulation.plants import PLANTS
    from tests.simulation.running import Runner, is_elsewhere, on_postgres, run_plants
    from tests.simulation.sizes import Size

    if arguments.plant == "list":
        print("\n".join(f"{name:33} {planted.told}" for name, planted in PLANTS.items()))
        return 0
    if is_elsewhere(arguments.plant):
        return on_postgres(*sys.argv[1:])
    if not is_one_run:
        names = list(PLANTS) if arguments.plant == "all" else list(filter(None, arguments.plant.split(",")))
        return run_plants(folder, arguments.events, seeds, names)
    runner = Runner(
        folder, Size(arguments.events, bulk=arguments.bulk), shows_trace=arguments.trace, shows_hash=arguments.hash
    )
    return runner.run(seeds, arguments.plant, arguments.limit)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="from one seed to the next")
    parser.add_argument("--limit", type=float, default=math.inf, help="begin no further seed after so many seconds")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the seeds")
    parser.add_argument("--plant", default="", help="a planted fault to run with; list names them, all must be found")
    parser.add_argument("--events", type=int, default=250)
    parser.add_argument(
        "--bulk", type=float, default=0.05, help="the share of seeds with hundreds of acts between syncs"
    )
    parser.add_argument("--trace", action="store_true", help="print the end of a failed seed's trace")
    parser.add_argument("--hash", action="store_true", help="print the hash of each seed's trace")
    parser.add_argument("--loud", action="store_true", help="let the server log")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
