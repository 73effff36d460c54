"""Some jobs of a deployment's beat, once and now: python -m tests.journeys.beat_once NAME …"""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from server.config.beat import JOBS

    for job in JOBS:
        if job.name in sys.argv[1:]:
            job.run()
