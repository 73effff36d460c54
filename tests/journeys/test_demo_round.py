"""`make demo ONCE=1` on a small city: one round counted again from the journals, and what is taken away is noticed."""

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from demo.city import DESK
from demo.recount import Tally, journal_lines, listed, recount
from demo.run import ACTS, manage, one_round, serving, signed_in
from tests.backends.migrated import copy_sqlite
from tests.backends.processes import free_ports
from tests.journeys.deployment import ROOT

OFFICERS = 2


@dataclass
class City:
    env: dict[str, str]
    folder: Path
    address: str = ""

    def seeded(self) -> dict[str, Any]:
        """What `demo.seed` says after writing what is missing."""
        command = [sys.executable, "-m", "tests.demo.small_city", str(OFFICERS)]
        done = subprocess.run(command, env=self.env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def take_away(self, kind: str, target: str) -> None:
        subprocess.run([sys.executable, "-m", "demo.sabotage", kind, target], env=self.env, cwd=ROOT, check=True)


@pytest.fixture
def city(database_url: str, tmp_path: Path) -> City:
    (port,) = free_ports(1)
    own = {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    own |= {"DJANGO_SETTINGS_MODULE": "server.config.settings", "PORT": str(port), "REDIS_URL": ""}
    made = City({**os.environ, **own, "S3_ENDPOINT_URL": "", "SABOTAGE": ""}, tmp_path / "officers")
    made.folder.mkdir()
    if not database_url:
        copy_sqlite(tmp_path / "data" / "zhixing.sqlite3")
    manage(made.env, "migrate", "--verbosity", "0")
    assert made.seeded()["seeded"]
    made.address = f"http://127.0.0.1:{port}"
    return made


def test_a_round_beside_past_acts_counts_its_own_and_notices_a_loss(city: City) -> None:
    known = city.seeded()
    assert known["seeded"] is False
    with serving(city.env, city.address), closing(signed_in_desk(city, known)) as http:
        past = acts_of_the_city(http)
        tally = one_round(city.env, city.address, known, city.folder)
        acts = journal_lines(city.folder)
        assert tally.is_whole, tally.troubles
        assert (tally.recorded, tally.applied) == (OFFICERS * ACTS, OFFICERS * ACTS)
        assert tally.photos_verified == sum(len(act["photos"]) for act in acts)
        assert acts_of_the_city(http) == past | {act["action_id"] for act in acts}
        require_losses_noticed(city, acts, http)
    assert past


def signed_in_desk(city: City, known: dict[str, Any]) -> httpx2.Client:
    return signed_in(city.address, DESK, known["sign_ins"][DESK])


def require_losses_noticed(city: City, acts: list[dict[str, Any]], http: httpx2.Client) -> None:
    photographed, other = [act for act in acts if act["photos"]][:2]
    city.take_away("drop_photo", photographed["photos"][0]["sha256"])
    assert recounted(acts, http).lost == 1
    city.take_away("drop_action", other["action_id"])
    assert recounted(acts, http).lost == 2


def recounted(acts: list[dict[str, Any]], http: httpx2.Client) -> Tally:
    tally = Tally()
    recount(tally, acts, http)
    assert not tally.is_whole
    return tally


def acts_of_the_city(http: httpx2.Client) -> set[str]:
    cases = [row["id"] for row in listed(http, "/api/v1/cases")]
    return {row["id"] for case in cases for row in listed(http, f"/api/v1/cases/{case}/actions")}
