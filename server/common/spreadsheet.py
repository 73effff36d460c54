"""Files that people save from spreadsheets: their encodings, and what is said of a line that cannot be taken."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

DAMAGE = "\ufffd"
_DAMAGED = 0.5  # of a GB18030 text read as UTF-8, far more than half of the characters are no UTF-8


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be imported; `field` is empty when the whole line or file is meant."""

    line: int
    field: str
    reason: str
    value: str = ""


class RowFault(ValueError):
    """Raised for one cell of one row."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def decoded(raw: bytes) -> str:
    """UTF-8 with or without BOM, or GB18030. Raises RowFault for a file that is neither, or is damaged."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault_line = raw[: error.start].count(b"\n") + 1
    if _is_damaged_utf8(raw):
        raise RowFault("", _("Line %(line)d is damaged: it is not UTF-8.") % {"line": fault_line})
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        raise RowFault("", _("The file is neither UTF-8 nor GB18030. Save it as CSV in UTF-8.")) from None


def decoded_with_damage(raw: bytes) -> str:
    """The same, but broken bytes of a UTF-8 file stand as DAMAGE, so that only their lines need be refused."""
    return raw.decode("utf-8-sig", "replace") if _is_damaged_utf8(raw) else decoded(raw)


def _is_damaged_utf8(raw: bytes) -> bool:
    # One broken byte in a UTF-8 file would read as GB18030 without a murmur, every name turned into other characters.
    foreign = [letter for letter in raw.decode("utf-8", "replace") if letter > "\x7f"]
    return 0 < foreign.count(DAMAGE) < _DAMAGED * len(foreign)
