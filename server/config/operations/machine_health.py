"""The machine and how it is set up: disk, settings, channel layer."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils.translation import gettext as _

from server.config.operations.findings import Finding, fault, fine, note
from server.config.operations.key import is_kept_in_data_dir
from server.config.operations.manifest import KEY_FILE
from server.config.operations.speaking import size_in_words

ENOUGH_BYTES = 1024**3
COMFORTABLE_BYTES = 10 * ENOUGH_BYTES
LAYER_SECONDS = 5
KEY_CHARACTERS = 32
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def machine_findings() -> Iterator[Finding]:
    yield from _folder()
    yield from _settings()
    yield from _key()
    if settings.ENVIRONMENT.redis_url:
        yield _layer()


def _folder() -> Iterator[Finding]:
    folder = settings.DATA_DIR
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
            probe.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        says = _("DATA_DIR cannot be written: %s") % error
        yield fault("data_dir", says, _("Give the server's user the right to write there, or free the disk."))
        return
    figures = {"folder": folder, "free": size_in_words(free)}
    says = _("%(folder)s can be written; %(free)s are free.") % figures
    if free < ENOUGH_BYTES:
        yield fault("disk_full", says, _("Make room now: when the disk is full, devices keep everything and wait."))
    elif free < COMFORTABLE_BYTES:
        yield note("disk_filling", says, _("Plan for more room: a day on site brings gigabytes of photos."))
    else:
        yield fine("data_dir", says)


def _settings() -> Iterator[Finding]:
    if settings.DEBUG:
        yield fault("debug", _("DEBUG is on: faults show secrets to whoever causes them."), _("Unset DEBUG."))
    if "*" in settings.ALLOWED_HOSTS:
        says = _("ALLOWED_HOSTS lets any name in.")
        yield fault("hosts_open", says, _("Name the hosts that people and devices really use."))
    is_public = bool(set(settings.ALLOWED_HOSTS) - LOOPBACK)
    if is_public and not settings.SESSION_COOKIE_SECURE:
        says = _("The server is reachable from elsewhere, but passwords and sessions may travel without TLS.")
        yield fault("cookies_insecure", says, _("Put a proxy with TLS in front and set SECURE_COOKIES=true."))
    if settings.SESSION_COOKIE_SECURE and not settings.CSRF_TRUSTED_ORIGINS:
        says = _("PUBLIC_ORIGINS is empty: browsers behind the proxy cannot sign in.")
        yield fault("origins_missing", says, _("Set PUBLIC_ORIGINS to the address people type, with https://."))


def _key() -> Iterator[Finding]:
    if len(settings.SECRET_KEY) < KEY_CHARACTERS or len(set(settings.SECRET_KEY)) < 8:
        says = _("SECRET_KEY is short or simple, and seals the keys of your courts.")
        yield fault(
            "secret_key_weak", says, _("Take 48 random bytes. Courts made under the old key must be made anew.")
        )
    path = settings.DATA_DIR / KEY_FILE
    if is_kept_in_data_dir() and path.exists() and path.stat().st_mode & 0o077:
        yield fault("secret_key_open", _("Others on this machine can read %s.") % path, f"chmod 600 {path}")


def _layer() -> Finding:
    try:
        async_to_sync(_echo)()
    except Exception as error:  # whatever a client library raises, it means the same here
        says = _("The channel layer does not answer: %s") % (str(error) or type(error).__name__)
        do = _("Is Valkey or Redis running, and does REDIS_URL name it? Until then watchers hear a second late.")
        return fault("channel_layer", says, do)
    return fine("channel_layer", _("The channel layer carries messages."))


async def _echo() -> None:
    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    async with asyncio.timeout(LAYER_SECONDS):
        await layer.send(channel, {"type": "doctor"})
        await layer.receive(channel)
