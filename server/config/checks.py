"""What an operator set that cannot work, said in words before anything is served."""

import os
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.translation import gettext as _

from server.centre.outline import OutlineError, outline
from server.config.environment import Environment

_DATABASES = ("postgres", "postgresql", "sqlite")
_REDIS = ("redis", "rediss", "unix")


@register()
def check_environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return list(faults_of(settings.ENVIRONMENT))


def faults_of(environment: Environment) -> Iterable[CheckMessage]:
    """Every fault of these settings, with an id that stays."""
    yield from _secrets(environment)
    yield from _folder(environment)
    yield from _addresses(environment)
    yield from _services(environment)
    yield from _maps(environment)


def _secrets(environment: Environment) -> Iterable[CheckMessage]:
    if not environment.is_embedded and not environment.secret_key:
        yield Error(
            _("DATABASE_URL names a database server, and SECRET_KEY is not set."),
            hint=_("Set SECRET_KEY, the same for every process, and keep it: the courts' keys are sealed under it."),
            id="zhixing.E001",
        )
    if environment.debug and (not environment.is_embedded or environment.secure_cookies):
        yield Error(
            _("DEBUG is on in production."),
            hint=_("Unset DEBUG: its pages show settings and data to anybody."),
            id="zhixing.E002",
        )
    if environment.secret_key and len(environment.secret_key) < 32:
        yield Error(
            _("SECRET_KEY is shorter than 32 characters."),
            hint=_("Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"),
            id="zhixing.E003",
        )


def _folder(environment: Environment) -> Iterable[CheckMessage]:
    if not os.access(environment.data_dir, os.W_OK | os.X_OK):
        yield Error(
            _("DATA_DIR %(folder)s cannot be written.") % {"folder": environment.data_dir},
            hint=_("Give it to the user this runs as, or set DATA_DIR to another folder."),
            id="zhixing.E004",
        )


def _addresses(environment: Environment) -> Iterable[CheckMessage]:
    for origin in environment.origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
            yield Error(
                _("PUBLIC_ORIGINS: %(origin)s is not an origin.") % {"origin": origin},
                hint=_("Write scheme and host, such as https://zhixing.court.example."),
                id="zhixing.E005",
            )
        elif environment.secure_cookies and parts.scheme == "http":
            yield Error(
                _("SECURE_COOKIES is on, and %(origin)s is not https.") % {"origin": origin},
                hint=_("Browsers would never send the session back: serve by https, or turn SECURE_COOKIES off."),
                id="zhixing.E006",
            )
    if "*" in environment.hosts:
        yield Warning(
            _("ALLOWED_HOSTS takes any host."), hint=_("Name the hosts that browsers use."), id="zhixing.W001"
        )


def _services(environment: Environment) -> Iterable[CheckMessage]:
    if environment.database_url and urlsplit(environment.database_url).scheme not in _DATABASES:
        yield Error(
            _("DATABASE_URL is neither PostgreSQL nor SQLite."),
            hint=_("Write postgresql://user:password@host/name, or leave it out for the embedded SQLite."),
            id="zhixing.E007",
        )
    if environment.redis_url and urlsplit(environment.redis_url).scheme not in _REDIS:
        yield Error(_("REDIS_URL is not a Redis address."), hint=_("Write redis://host:6379/0."), id="zhixing.E008")
    if environment.s3_endpoint_url and not (environment.s3_access_key and environment.s3_secret_key):
        yield Error(
            _("S3_ENDPOINT_URL is set without S3_ACCESS_KEY and S3_SECRET_KEY."),
            hint=_("Set both, or leave S3_ENDPOINT_URL out to keep files in DATA_DIR."),
            id="zhixing.E009",
        )
    has_second_copy = bool(environment.s3_endpoint_url or environment.evidence_replica_dir)
    if environment.safe_policy == "standby" and (environment.is_embedded or not has_second_copy):
        yield Error(
            _("SAFE_POLICY=standby without PostgreSQL, or without S3 or EVIDENCE_REPLICA_DIR."),
            hint=_("A standby holds no files of DATA_DIR: devices would let go of photos that one disk holds."),
            id="zhixing.E010",
        )


def _maps(environment: Environment) -> Iterable[CheckMessage]:
    if environment.map_outline_file:
        try:
            outline(environment.map_outline_file)
        except OutlineError as fault:
            yield Error(
                _("MAP_OUTLINE_FILE cannot be drawn: %(fault)s") % {"fault": fault},
                hint=_("Give GeoJSON: a FeatureCollection of polygons, longitude first."),
                id="zhixing.E011",
            )
    if environment.map_tiles and not _is_template(environment.map_tiles):
        yield Error(
            _("MAP_TILES is no address of tiles."),
            hint=_("Write an https address, or a path of this host, with {z}, {x} and {y}."),
            id="zhixing.E012",
        )


def _is_template(address: str) -> bool:
    parts = urlsplit(address)
    is_address = (parts.scheme == "https" and parts.netloc) or (not parts.scheme and address.startswith("/"))
    is_plain = not any(letter.isspace() or letter in ";,'\"" for letter in address)
    return bool(is_address) and is_plain and all(name in address for name in ("{z}", "{x}", "{y}"))
