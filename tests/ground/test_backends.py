"""The servers the suite stands on are real ones, keep to their folder, and end with the run."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import boto3
import psycopg
import pytest
import redis

from tests.backends import Bucket
from tests.backends.folders import temporary_folder
from tests.backends.processes import NotReady, running


def test_postgres_is_a_current_one_and_not_run_by_root(postgres: str) -> None:
    with psycopg.connect(postgres) as connection:
        assert connection.info.server_version >= 160000
        row = connection.execute("SELECT pg_read_file('/proc/self/status')").fetchone()
    assert row is not None
    assert "Uid:\t0\t" not in row[0]


def test_valkey_keeps_what_it_is_told(valkey: str) -> None:
    with closing(redis.Redis.from_url(valkey)) as client:
        client.set("ground", "stands")
        assert client.get("ground") == b"stands"


def test_s3_gives_back_the_same_bytes(s3: Bucket) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=s3.endpoint_url,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
        region_name="us-east-1",
    )
    with closing(client):
        client.put_object(Bucket=s3.bucket, Key="ground", Body=b"\x00\xff" * 1000)
        assert client.get_object(Bucket=s3.bucket, Key="ground")["Body"].read() == b"\x00\xff" * 1000


@contextmanager
def started_by_hand(*names: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    command = [sys.executable, "-m", "tests.backends", *names]
    inherited = {key: text for key, text in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=inherited) as process:
        try:
            assert process.stdout is not None
            yield process, dict(process.stdout.readline().strip().split("=", 1) for _ in names)
        finally:
            process.terminate()


def is_reachable(url: str) -> bool:
    host, _, port = url.split("@")[-1].removeprefix("redis://").split("/")[0].partition(":")
    with closing(socket.socket()) as client:
        return client.connect_ex((host, int(port))) == 0


def wait_until_gone(url: str) -> None:
    deadline = time.monotonic() + 10
    while is_reachable(url):
        assert time.monotonic() < deadline, f"{url} still answers"
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_servers_end_even_when_their_starter_is_killed() -> None:
    with started_by_hand("postgres", "valkey") as (process, urls):
        assert is_reachable(urls["DATABASE_URL"])
        assert is_reachable(urls["REDIS_URL"])
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until_gone(urls["DATABASE_URL"])
        wait_until_gone(urls["REDIS_URL"])


def test_a_command_sees_the_servers_and_its_exit_code_comes_back() -> None:
    probe = "import os, sys; sys.exit(7 if os.environ['REDIS_URL'].startswith('redis://127.0.0.1:') else 1)"
    command = [sys.executable, "-m", "tests.backends", "valkey", "--", sys.executable, "-c", probe]
    assert subprocess.run(command, check=False).returncode == 7


def test_a_server_that_ends_early_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such cluster'); raise SystemExit(3)"]
    complaint = pytest.raises(NotReady, match=r"ended with 3\nno such cluster")
    with complaint, running(command, folder=tmp_path, is_ready=lambda: False):
        pytest.fail("it was taken for ready")


def test_folders_of_killed_runs_are_swept() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ours = temporary_folder("ground")
    left = ours.with_name(f"zhixing-test-{ended.pid}-ground-left")
    left.mkdir()
    temporary_folder("ground")
    assert not left.exists()
    assert ours.exists()
