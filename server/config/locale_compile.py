"""`python -m server.config.locale_compile`: .po to .mo where stale, without msgfmt (a bare machine has none)."""

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parents[1] / "locale"


def compile_stale_catalogues() -> list[Path]:
    """Compile what is older than its source and return it; raises babel's PoFileError on a broken catalogue."""
    stale = [source for source in sorted(LOCALES.rglob("*.po")) if _is_stale(source)]
    for source in stale:
        _compile(source)
    return stale


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parents[1].name, abort_invalid=True)
    draft, name = tempfile.mkstemp(dir=source.parent, suffix=".draft")
    with os.fdopen(draft, "wb") as file:
        write_mo(file, catalogue)
    os.chmod(name, 0o644)
    os.replace(name, source.with_suffix(".mo"))  # whole or not at all: several test workers may compile at once


if __name__ == "__main__":
    for compiled in compile_stale_catalogues():
        print(f"compiled {compiled.relative_to(LOCALES)}")
