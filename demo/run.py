"""`make demo`: seeds the city, starts the server, sends officers out; `ONCE=1` does one round and recounts it."""

import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from demo.city import DESK
from demo.recount import Tally, journal_lines, recount
from demo.watcher import Watcher

ROOT = Path(__file__).resolve().parents[1]
OFFICERS, ACTS = 4, 4
TIP_OFF_SECONDS = 300
START_SECONDS, OFFICER_SECONDS, SETTLE_SECONDS = 300, 900, 60
SABOTAGES = ("drop_photo", "drop_action")


class Fault(SystemExit):
    def __init__(self, text: str) -> None:
        print(text, file=sys.stderr)
        super().__init__(1)


def environment(port: int) -> dict[str, str]:
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / "var")  # as `manage.py` finds it
    data_dir.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "DATA_DIR": str(data_dir), "PORT": str(port), "PYTHONPATH": str(ROOT)}
    if env.get("DATABASE_URL") and not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = _kept_secret(data_dir / "demo_secret_key")
    return env


def _kept_secret(path: Path) -> str:
    """A database server asks its operator for a SECRET_KEY; the demonstration makes one and keeps it with its data."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def chosen_port(once: bool) -> int:
    """PORT, by default 8000; one round takes any free port when 8000 is busy and none was asked for."""
    wanted = int(os.environ.get("PORT") or 8000)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
            return wanted
        except OSError:
            if not once or os.environ.get("PORT"):
                raise Fault(f"port {wanted} is in use: choose another one, as in `make demo PORT=8001`") from None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def manage(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise Fault(f"manage.py {arguments[0]} failed")
    return done.stdout


def seed(env: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "demo.seed", str(OFFICERS)], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise Fault("the city could not be seeded")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@contextmanager
def serving(env: dict[str, str], address: str) -> Iterator[subprocess.Popen[bytes]]:
    server = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "serve"], env=env, cwd=ROOT, stdout=sys.stderr)
    try:
        _wait_until_ready(server, address)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise Fault("the server ended while starting; its messages are above")
        try:
            if httpx2.get(f"{address}/api/v1/hello", timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise Fault(f"the server did not answer within {START_SECONDS} seconds")


def send_out(env: dict[str, str], address: str, officers: list[str], folder: Path, rounds: int) -> list[Any]:
    processes = []
    for number, staff_no in enumerate(officers):
        code = json.loads(manage(env, "enrolment_code", staff_no, "--json"))["code"]
        command = [sys.executable, "-m", "demo.officer", "--server", address, "--code", code]
        command += ["--store", str(folder / f"{staff_no}.db"), "--journal", str(folder / f"{staff_no}.jsonl")]
        command += ["--passphrase", secrets.token_hex(9), "--seed", str(time.time_ns() + number)]
        command += ["--acts", str(ACTS), "--rounds", str(rounds)]
        processes.append(subprocess.Popen(command, env=env, cwd=ROOT, stdout=sys.stderr))
    return processes


def signed_in(address: str, staff_no: str, password: str) -> httpx2.Client:
    http = httpx2.Client(base_url=address, timeout=30)
    answer = http.post("/api/v1/session", json={"staff_no": staff_no, "password": password}).raise_for_status()
    http.headers["X-CSRFToken"] = answer.json()["csrf"]
    return http


def send_team(address: str, city: dict[str, Any]) -> None:
    """A tip-off by telephone, given to a team whose phone is out."""
    if not (given := city["tip_off"]):
        return
    order = {"group": given["group"], "place": "城关街道海滨路18号", "text": "举报人称被执行人的车辆停在此处"}
    with closing(signed_in(address, given["by"], city["sign_ins"][given["by"]])) as http:
        http.post("/api/v1/orders", json=order).raise_for_status()


def one_round(env: dict[str, str], address: str, city: dict[str, Any], folder: Path) -> Tally:
    with closing(signed_in(address, DESK, city["sign_ins"][DESK])) as http:
        return _recounted(env, Watcher(http, address, list(city["courts"].values())), city, folder)


def _recounted(env: dict[str, str], watcher: Watcher, city: dict[str, Any], folder: Path) -> Tally:
    tally, begun = Tally(), time.monotonic()
    watcher.start()
    send_team(watcher.address, city)
    for process in send_out(env, watcher.address, city["officers"], folder, rounds=1):
        if process.wait(OFFICER_SECONDS):
            tally.troubles.append(f"an officer's process ended with {process.returncode}")
            tally.lost += 1
    acts = journal_lines(folder)
    _sabotage(env, acts)
    recount(tally, acts, watcher.http)
    tally.ledger_entries = watcher.logged()
    tally.watcher_entries = _settled(watcher, tally.ledger_entries)
    tally.troubles += watcher.faults
    tally.doubled += len(watcher.faults)
    _replayed(env, tally)
    tally.seconds = round(time.monotonic() - begun, 1)
    return tally


def _replayed(env: dict[str, str], tally: Tally) -> None:
    """Whether every node is what its sources make it: counted by the server, which alone knows how."""
    command = [sys.executable, str(ROOT / "manage.py"), "replay"]
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    *differences, counts = done.stdout.splitlines() or [""]
    tally.troubles += differences
    tally.replay_differences = len(differences) if counts else 1


def _settled(watcher: Watcher, expected: int) -> int:
    until = time.monotonic() + SETTLE_SECONDS
    while watcher.seen < expected and time.monotonic() < until:
        time.sleep(0.05)
    return watcher.seen


def _sabotage(env: dict[str, str], acts: list[dict[str, Any]]) -> None:
    """Takes one photo or act from the server behind its back, so that anyone may see the recount notice."""
    kind = os.environ.get("SABOTAGE", "")
    if not kind:
        return
    if kind not in SABOTAGES:
        raise Fault(f"SABOTAGE is one of {', '.join(SABOTAGES)}")
    photographed = next(act for act in acts if act["photos"])
    target = photographed["photos"][0]["sha256"] if kind == "drop_photo" else photographed["action_id"]
    subprocess.run([sys.executable, "-m", "demo.sabotage", kind, target], env=env, cwd=ROOT, check=True)


def main() -> None:
    once = os.environ.get("ONCE", "") not in ("", "0")
    if os.environ.get("SABOTAGE") and not once:
        raise Fault("SABOTAGE goes with ONCE=1")
    port = chosen_port(once)
    env, address = environment(port), f"http://127.0.0.1:{port}"
    manage(env, "migrate", "--verbosity", "0")
    city = seed(env)
    folder = Path(env["DATA_DIR"]) / "officers" / time.strftime("%Y%m%dT%H%M%S")
    folder.mkdir(parents=True)
    with serving(env, address):
        if once:
            tally = one_round(env, address, city, folder)
            shutil.rmtree(folder, ignore_errors=True)
        else:
            go_on(env, address, city, folder)
            return
    for trouble in tally.troubles:
        print(trouble, file=sys.stderr)
    print(tally.line())
    raise SystemExit(0 if tally.is_whole else 1)


def go_on(env: dict[str, str], address: str, city: dict[str, Any], folder: Path) -> None:
    """Until Ctrl-C: officers go out again and again, and the page can be watched."""
    print(f"\n  {address}/centre/   ({city['cases']} cases)\n")
    for staff_no, password in city["sign_ins"].items():
        print(f"  {staff_no:14} {password:14} {city['posts'][staff_no]}")
    print("\n  A code for another phone: .venv/bin/python manage.py enrolment_code 1-e1")
    print("\n  Ctrl-C ends it.", flush=True)
    processes = send_out(env, address, city["officers"], folder, rounds=1000)
    try:
        for second in itertools.count():
            if second % TIP_OFF_SECONDS == 0:
                send_team(address, city)
            if all(process.poll() is not None for process in processes):
                break
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.terminate()


if __name__ == "__main__":
    main()
