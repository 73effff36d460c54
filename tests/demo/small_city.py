"""`python -m tests.demo.small_city OFFICERS`: `demo.seed` with two courts and a score of cases."""

from django.db import connections

from demo.seed import main
from tests.demo.scenes import SMALL

if __name__ == "__main__":
    try:
        main(SMALL)
    finally:
        connections.close_all()  # a pool with a connection still out keeps the process from ending
