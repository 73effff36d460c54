"""What an operator may set, typed. Every name is an environment variable; `.env` is not read on purpose."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.custody.odd import thresholds

ROOT = Path(__file__).resolve().parents[2]


class Environment(BaseSettings):
    """Embedded defaults need nothing set; a province sets DATABASE_URL, REDIS_URL, S3_ENDPOINT_URL and SECRET_KEY."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    data_dir: Path = ROOT / "var"
    database_url: str = ""
    prepared_statements: bool = True
    """Kept by PostgreSQL for each connection; off behind a pooler that gives every transaction another one."""
    redis_url: str = ""
    s3_endpoint_url: str = ""
    s3_bucket: str = "zhixing"
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_region: str = "us-east-1"
    secret_key: str = ""
    identity_key: str = ""
    """Hashes the identity numbers of parties; empty, it is made of SECRET_KEY."""
    debug: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    web_threads: int = Field(default=8, ge=1, le=64)
    """Requests answered at once by one web process; each thread keeps a database connection."""
    web_queue: int = Field(default=256, ge=0)
    """Requests that may wait for a thread; more are sent away with 503. 0: without end."""
    allowed_hosts: str = "127.0.0.1,localhost,[::1]"
    public_origins: str = ""
    """Origins with scheme that browsers use, comma separated; behind a proxy such as `https://zhixing.court.example`."""
    trusted_proxies: int = Field(default=0, ge=0)
    """Proxies of our own in front; the client's address stands that many from the right of X-Forwarded-For."""
    secure_cookies: bool = False
    evidence_replica_dir: Path | None = None
    """A folder on another machine, mounted here, in which each verified file is kept a second time."""
    safe_policy: Literal["commit", "backup", "standby"] = "commit"
    device_retention_days: int = Field(default=7, ge=0)
    """How long a device keeps what is safe here."""
    scrub_days: int = Field(default=30, ge=0)
    """Every stored file is read and hashed again once in so many days; 0 never."""
    timestamp_url: str = ""
    """Of an authority that stamps each ledger once a day (RFC 3161); empty: none, and bundles say so."""
    timestamp_ca_file: Path | None = None
    """Certificates (PEM) to which its answers must lead."""
    late_upload_hours: int = Field(default=24, ge=1)
    """After so many hours from an act its arrival is late."""
    map_outline_file: Path | None = None
    """GeoJSON of the land the maps are drawn on; empty: an invented city."""
    map_tiles: str = ""
    """Address of tiles under it, with `{z}`, `{x}` and `{y}`: of our own host, or of a server the court trusts."""
    map_system: Literal["WGS-84", "GCJ-02", "BD-09"] = "WGS-84"
    """Reference system of outline and tiles."""
    odd_readings: str = ""
    """Numbers of the rules for odd readings that differ from ours: `many_cases=60,at_night=0`; 0 switches one off."""
    notice_days: int = Field(default=365, ge=30)
    """How long what was read, or taken by its receiver, is kept."""
    sealed_budget_bytes: int = Field(default=512 * 1024 * 1024, ge=0)
    """How much a revoked device may still leave in the sealed quarantine."""
    parcel_budget_bytes: int = Field(default=4 * 1024 * 1024 * 1024, ge=0)
    """How much one carrier may have handed in that is not taken yet."""
    device_pushes_per_minute: int = Field(default=600, ge=0)
    """Budgets of each device in each web process; 0: without limit."""
    device_operations_per_minute: int = Field(default=60_000, ge=0)
    device_push_bytes_per_minute: int = Field(default=512 * 1024 * 1024, ge=0)
    device_pulls_per_minute: int = Field(default=600, ge=0)
    device_pieces_per_minute: int = Field(default=6_000, ge=0)
    device_upload_bytes_per_minute: int = Field(default=4 * 1024 * 1024 * 1024, ge=0)
    read_lease_days: int = Field(default=14, ge=1)
    """How long a device shows what it holds without hearing from us."""
    upload_bearer_seconds: int = Field(default=3600, ge=60)
    enrolment_code_hours: int = Field(default=72, ge=1)
    webhook_networks: str = ""
    """Where receivers of notices stand, such as `10.8.0.0/16`, comma separated; by default anywhere but here."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("odd_readings")
    @classmethod
    def require_rules(cls, text: str) -> str:
        thresholds(text)
        return text

    @field_validator("webhook_networks")
    @classmethod
    def require_networks(cls, text: str) -> str:
        for network in filter(None, map(str.strip, text.split(","))):
            ip_network(network)
        return text

    @field_validator("timestamp_url")
    @classmethod
    def require_http(cls, text: str) -> str:
        if text and not text.startswith(("http://", "https://")):
            raise ValueError("an address with http:// or https://")
        return text

    @field_validator("timestamp_ca_file")
    @classmethod
    def require_certificates(cls, path: Path | None) -> Path | None:
        if path and not path.is_file():
            raise ValueError(f"{path} is no file")
        return path

    @field_validator("data_dir")
    @classmethod
    def make_absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @property
    def hosts(self) -> list[str]:
        return [host.strip() for host in self.allowed_hosts.split(",") if host.strip()]

    @property
    def tile_origin(self) -> str:
        """With a space before it, for the policy of pages; "" where tiles are our own host's, or none."""
        parts = urlsplit(self.map_tiles)
        return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def origins(self) -> list[str]:
        return [origin.strip() for origin in self.public_origins.split(",") if origin.strip()]

    @property
    def networks(self) -> list[str]:
        return [network.strip() for network in self.webhook_networks.split(",") if network.strip()]

    @property
    def is_embedded(self) -> bool:
        return not self.database_url or self.database_url.startswith("sqlite")


def read_environment() -> Environment:
    """Raises ImproperlyConfigured, naming each variable, or the folder that cannot be made."""
    try:
        environment = Environment()
        environment.data_dir.mkdir(parents=True, exist_ok=True)
    except ValidationError as fault:
        named = (f"{'.'.join(map(str, error['loc'])).upper()}: {error['msg']}" for error in fault.errors())
        raise ImproperlyConfigured("\n".join(named)) from None
    except OSError as fault:
        raise ImproperlyConfigured(f"DATA_DIR: {fault}") from None
    return environment


def secret_key(environment: Environment) -> str:
    """The configured key, or one made once and kept in DATA_DIR (mode 0600) for the embedded default."""
    if environment.secret_key:
        return environment.secret_key
    path = environment.data_dir / "secret_key"
    if not path.exists():
        _write_new_key(path)
    return path.read_text(encoding="ascii").strip()


def _write_new_key(path: Path) -> None:
    import os
    import secrets

    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # atomic, and the first process wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    # What is sealed with it may be committed a moment later: its name must not go with the power.
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
