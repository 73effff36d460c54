"""Django's settings, all derived from `environment.Environment`."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.translation import gettext_lazy as _

from server.config.environment import ROOT, read_environment, secret_key
from server.custody.odd import thresholds

ENVIRONMENT = read_environment()
DATA_DIR: Path = ENVIRONMENT.data_dir

SECRET_KEY = secret_key(ENVIRONMENT)
IDENTITY_KEY = ENVIRONMENT.identity_key
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.origins
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies

INSTALLED_APPS = [
    "daphne",
    "server.centre",
    "server.realtime",
    "server.bundle",
    "server.duty",
    "server.sync",
    "server.safety",
    "server.supervision",
    "server.delegation",
    "server.exchange",
    "server.matters",
    "server.teamwork",
    "server.backfill",
    "server.field",
    "server.evidence",
    "server.cases",
    "server.notices",
    "server.custody",
    "server.people",
    "server.ledger",
    "server.config",
    "server.config.admin_apps.ReadOnlyAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "ninja",  # its own files for /api/docs, so that no network is needed
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "server.config.middleware.request_ids",
    "server.config.middleware.client_address",
    "server.config.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "server.config.middleware.ApiProblems",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "server.centre.wall_door.walls_see_walls_only",
    "server.centre.nul_door.nul_is_refused",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
WEB_THREADS = ENVIRONMENT.web_threads
WEB_QUEUE = ENVIRONMENT.web_queue
ROOT_URLCONF = "server.config.urls"
ASGI_APPLICATION = "server.config.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    if ENVIRONMENT.is_embedded:
        path = ENVIRONMENT.database_url.removeprefix("sqlite:///") or str(DATA_DIR / "zhixing.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # a write lock from the first statement: positions are in commit order
                "timeout": 20,
                # FULL: an acknowledged act survives a power cut
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
            },
        }
    parsed: dict[str, Any] = dict(dj_database_url.parse(ENVIRONMENT.database_url))
    parsed["OPTIONS"] = {
        **parsed.get("OPTIONS", {}),
        "server_side_binding": True,
        # Planned once for a connection: a third of PostgreSQL's CPU in a push or an upload.
        "prepare_threshold": 3 if ENVIRONMENT.prepared_statements else None,
        "pool": {"min_size": 1, "max_size": ENVIRONMENT.web_threads + 8, "timeout": 20},
    }
    parsed["DISABLE_SERVER_SIDE_CURSORS"] = not ENVIRONMENT.prepared_statements  # kept by a connection, too
    return parsed


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Officer"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "server.people.auth.OfficerBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "staff_no"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # Retry-After keeps its word
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
LOGIN_URL = "/centre/sign-in"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure_cookies
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP_HEADER = (
    f"default-src 'self'; img-src 'self' blob:{ENVIRONMENT.tile_origin}; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
if ENVIRONMENT.secure_cookies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "server" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns about a missing one, though it serves from the apps
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024  # the largest push; uploads arrive in chunks of 1 MiB

EVIDENCE_DIR = DATA_DIR / "evidence"
EVIDENCE_STORE = {
    "endpoint_url": ENVIRONMENT.s3_endpoint_url,
    "bucket": ENVIRONMENT.s3_bucket,
    "access_key": ENVIRONMENT.s3_access_key,
    "secret_key": ENVIRONMENT.s3_secret_key,
    "region": ENVIRONMENT.s3_region,
}
EVIDENCE_REPLICA_DIR = ENVIRONMENT.evidence_replica_dir
SAFE_POLICY = ENVIRONMENT.safe_policy
DEVICE_RETENTION_DAYS = ENVIRONMENT.device_retention_days
SCRUB_DAYS = ENVIRONMENT.scrub_days
TIMESTAMP_URL = ENVIRONMENT.timestamp_url
TIMESTAMP_CA_FILE = ENVIRONMENT.timestamp_ca_file
LATE_UPLOAD_HOURS = ENVIRONMENT.late_upload_hours
NOTICE_DAYS = ENVIRONMENT.notice_days
MAP_OUTLINE_FILE = ENVIRONMENT.map_outline_file
MAP_TILES, MAP_SYSTEM = ENVIRONMENT.map_tiles, ENVIRONMENT.map_system
ODD_READINGS = thresholds(ENVIRONMENT.odd_readings)
SEALED_BUDGET_BYTES = ENVIRONMENT.sealed_budget_bytes
PARCEL_BUDGET_BYTES = ENVIRONMENT.parcel_budget_bytes
DEVICE_BUDGETS = {  # of each device, each minute, in each web process
    "pushes": ENVIRONMENT.device_pushes_per_minute,
    "operations": ENVIRONMENT.device_operations_per_minute,
    "push_bytes": ENVIRONMENT.device_push_bytes_per_minute,
    "pulls": ENVIRONMENT.device_pulls_per_minute,
    "pieces": ENVIRONMENT.device_pieces_per_minute,
    "upload_bytes": ENVIRONMENT.device_upload_bytes_per_minute,
}
READ_LEASE_DAYS = ENVIRONMENT.read_lease_days
UPLOAD_BEARER_SECONDS = ENVIRONMENT.upload_bearer_seconds
ENROLMENT_CODE_HOURS = ENVIRONMENT.enrolment_code_hours
WEBHOOK_NETWORKS = ENVIRONMENT.networks

if ENVIRONMENT.redis_url:
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [{"address": ENVIRONMENT.redis_url}]},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "server.config.request_id.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    "loggers": {"daphne": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
