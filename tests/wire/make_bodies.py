"""Bodies an operation may have and may not, with the reason. stdlib alone."""

import json
from typing import Any

from tests.wire.making import b64, identity

LIMIT = 262_144
START, END = b'{"v":1,"id":"0199-a","kind":"SEAL","fields":{"x":', b"}}"
FULL = {
    "v": 1,
    "id": str(identity("operation")),
    "action_id": str(identity("action")),
    "kind": "SEAL",
    "subjects": [
        {"type": "case", "id": str(identity("case")), "assignment_no": 3, "node_id": str(identity("node"))},
        {"type": "case_no", "id": "(2026)闽0924执123号", "assignment_no": None, "node_id": None},
    ],
    "catalogue": "1",
    "officer_id": str(identity("officer")),
    "recorded_at": "2026-11-22T10:00:00.000+08:00",
    "zone": "Asia/Shanghai",
    "boot_ms": 123_456,
    "boot_id": "b-1",
    "last_statement": "a" * 64,
    "position": {"lat": 26.45, "lon": 119.5, "accuracy": 8.0, "crs": "WGS84"},
    "seen": {},
    "fields": {"place": "东屿县城关镇解放路12号"},
    "evidence": [
        {
            "id": str(identity("photo")),
            "sha256": "b" * 64,
            "size": 417_283,
            "media_type": "image/jpeg",
            "origin": "CAMERA",
            "shot_code": "SEAL_CLOSEUP",
            "recorded_at": "2026-11-22T10:00:00.000+08:00",
            "thumbnail_sha256": None,
        }
    ],
    "corrects": None,
    "salt": b64(bytes(range(16))),
}

Parts = list[tuple[bytes, int]]


def bodies() -> dict[str, Any]:
    return {
        "about": "A body is the bytes of `parts`, each repeated as often as it says.",
        "good": [{"name": name, "parts": _written(parts)} for name, parts in _good().items()],
        "bad": [{"name": name, "reason": reason, "parts": _written(parts)} for name, (reason, parts) in _bad().items()],
        "shapes": _shapes(),
    }


def _written(parts: Parts | bytes) -> list[list[Any]]:
    whole = [(parts, 1)] if isinstance(parts, bytes) else parts
    return [[b64(raw), times] for raw, times in whole]


def _with(value: bytes) -> bytes:
    return START + value + END


def _nested(opening: bytes, closing: bytes, times: int) -> Parts:
    """The value of `x`, `times` deep; it stands two deep already."""
    return [(START, 1), (opening, times), (b"1", 1), (closing, times), (END, 1)]


def _filled(size: int) -> Parts:
    frame = START + b'""' + END
    return [(START + b'"', 1), (b"a", size - len(frame)), (b'"' + END, 1)]


def _good() -> dict[str, Parts | bytes]:
    return {
        "all members": json.dumps(FULL, ensure_ascii=False, indent=1).encode(),
        "four members": _with(b"1"),
        "white space wherever it may be": b'\n\t {\r "v" : 1 , "id":"0199-a","kind" : "SEAL","fields":{ } }\n',
        "Chinese": _with("\"执行 '现场' 、。\"".encode()),
        "a character beyond the basic plane": _with('"\U00020bb7\U0001f600"'.encode()),
        "the same escaped, with both halves": _with(b'"\\ud842\\udfb7\\ud83d\\ude00"'),
        "a backslash before u0000": _with(b'"\\\\u0000"'),
        "a backslash before ud83d": _with(b'"\\\\ud83d"'),
        "replacement character": _with('"\ufffd"'.encode()),
        "line separators and DEL": _with('"\u2028\u2029\x7f"'.encode()),
        "escapes": _with(b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"'),
        "the largest numbers": _with(
            b"[9007199254740991, -9007199254740991, 9007199254740991.0, 9.007199254740991e15]"
        ),
        "small numbers": _with(b"[0, -0, 0.5, -0.0, 1e3, 1E-400, 0.12345678901234567890123]"),
        "an empty name": _with(b'{"": 1}'),
        "one name in different objects": _with(b'[{"a":1},{"a":{"a":2}}]'),
        "names that differ by case": _with(b'{"a":1,"A":2}'),
        "brackets in a text": [(START + b'"', 1), (b"[{", 40), (b'"' + END, 1)],
        "arrays 32 deep": _nested(b"[", b"]", 30),
        "objects 32 deep": _nested(b'{"x":', b"}", 30),
        "many arrays, none deep": [(START + b"[", 1), (b"[],", 100), (b"[]]" + END, 1)],
        "exactly the largest": _filled(LIMIT),
    }


def _bad() -> dict[str, tuple[str, Parts | bytes]]:
    return {
        **_bad_bytes(),
        **_bad_texts(),
        "a byte too many": ("too_large", _filled(LIMIT + 1)),
        "arrays 33 deep": ("too_deep", _nested(b"[", b"]", 31)),
        "objects 33 deep": ("too_deep", _nested(b'{"x":', b"}", 31)),
        "arrays 64 deep": ("too_deep", _nested(b"[", b"]", 62)),
        "arrays 50,000 deep": ("too_deep", _nested(b"[", b"]", 50_000)),
        "a list": ("not_object", b"[1]"),
        "a text": ("not_object", b'"a"'),
        "a number": ("not_object", b"1"),
        "null": ("not_object", b"null"),
        "2^53": ("number_range", _with(b"9007199254740992")),
        "-2^53": ("number_range", _with(b"-9007199254740992")),
        "2^53 as a real": ("number_range", _with(b"9007199254740992.0")),
        "1e300": ("number_range", _with(b"1e300")),
        "1e400, infinite in a double": ("number_range", _with(b"-1e400")),
        "5,000 digits": ("number_range", [(START, 1), (b"7", 5_000), (END, 1)]),
        "NaN": ("number_not_finite", _with(b"NaN")),
        "Infinity": ("number_not_finite", _with(b"Infinity")),
        "-Infinity": ("number_not_finite", _with(b"[-Infinity]")),
    }


def _bad_bytes() -> dict[str, tuple[str, Parts | bytes]]:
    return {
        "nothing": ("empty", b""),
        "only white space": ("syntax", b" \n"),
        "a byte order mark": ("bom", b"\xef\xbb\xbf" + _with(b"1")),
        "UTF-16": ("encoding", _with(b"1").decode().encode("utf-16")),
        "Latin-1": ("encoding", _with(b'"caf\xe9"')),
        "GBK": ("encoding", _with('"执行"'.encode("gbk"))),
        "a surrogate in UTF-8": ("encoding", _with(b'"\xed\xa0\x80"')),
        "an overlong NUL": ("encoding", _with(b'"\xc0\x80"')),
        "cut inside a character": ("encoding", _with('"执'.encode())[: len(START) + 3]),
        "no JSON at all": ("encoding", b"no JSON at all \xff\xfe"),
    }


def _bad_texts() -> dict[str, tuple[str, Parts | bytes]]:
    return {
        "words": ("syntax", b"no JSON at all"),
        "cut short": ("syntax", _with(b"1")[:-1]),
        "something after the end": ("syntax", _with(b"1") + b"{}"),
        "a comma too many": ("syntax", _with(b"[1,]")),
        "single quotes": ("syntax", b"{'v':1}"),
        "a name without quotes": ("syntax", b"{v:1}"),
        "a comment": ("syntax", _with(b"1/*one*/")),
        "a leading zero": ("syntax", _with(b"01")),
        "hexadecimal": ("syntax", _with(b"0x10")),
        "True": ("syntax", _with(b"True")),
        "a raw NUL in a text": ("syntax", _with(b'"\0"')),
        "a raw line feed in a text": ("syntax", _with(b'"\n"')),
        "an unknown escape": ("syntax", _with(b'"\\x41"')),
        "half an escape": ("syntax", _with(b'"\\u00"')),
        "one name twice": ("duplicate_member", b'{"v":1,"v":1}'),
        "one name twice, deep down": ("duplicate_member", _with(b'[{"a":1,"b":2,"a":1}]')),
        "one name twice, once escaped": ("duplicate_member", _with(b'{"a":1,"\\u0061":1}')),
        "an escaped NUL": ("nul", _with(b'"\\u0000"')),
        "an escaped NUL in a name": ("nul", _with(b'{"\\u0000":1}')),
        "a first half alone": ("surrogate", _with(b'"\\ud83d"')),
        "a second half alone": ("surrogate", _with(b'["\\ude00"]')),
        "halves in the wrong order": ("surrogate", _with(b'"\\ude00\\ud83d"')),
        "half a pair in a name": ("surrogate", _with(b'{"\\uD83D":1}')),
        "U+FFFF": ("noncharacter", _with('"\uffff"'.encode())),
        "U+FDD0, escaped": ("noncharacter", _with(b'"\\ufdd0"')),
        "U+10FFFE": ("noncharacter", _with('"\U0010fffe"'.encode())),
    }


def _shapes() -> dict[str, Any]:
    """Strict JSON all of it; does it have the outer shape of a body?"""
    four = {"v": 1, "id": "0199-a", "kind": "SEAL", "fields": {}}

    def bad(reason: str, where: str, **changed: Any) -> dict[str, Any]:
        return {"reason": reason, "where": where, "body": {**four, **changed}}

    missing = [
        {"reason": "member_missing", "where": f"/{name}", "body": {k: v for k, v in four.items() if k != name}}
        for name in four
    ]
    subject = {"type": "case", "id": str(identity("case"))}
    return {
        "good": [four, FULL, {**four, "subjects": []}, {**four, "unknown": [1]}, {**four, "position": None}],
        "bad": [
            *missing,
            bad("member_invalid", "/v", v="1"),
            bad("member_invalid", "/v", v=True),
            bad("member_invalid", "/id", id=""),
            bad("member_invalid", "/id", id="x" * 65),
            bad("member_invalid", "/kind", kind=["SEAL"]),
            bad("member_invalid", "/fields", fields=[]),
            bad("member_invalid", "/action_id", action_id="action"),
            bad("member_invalid", "/officer_id", officer_id=str(identity("officer")).upper()),
            bad("member_invalid", "/recorded_at", recorded_at="2026-11-22T10:00:00"),
            bad("member_invalid", "/boot_ms", boot_ms=1.5),
            bad("member_invalid", "/last_statement", last_statement="A" * 64),
            bad("member_invalid", "/subjects", subjects={}),
            bad("member_invalid", "/subjects/1", subjects=[subject, "case"]),
            bad("member_invalid", "/subjects/0/type", subjects=[{**subject, "type": "person"}]),
            bad("member_invalid", "/subjects/0/assignment_no", subjects=[{**subject, "assignment_no": -1}]),
            bad("member_missing", "/evidence/0/sha256", evidence=[{"size": 1}]),
            bad("member_invalid", "/evidence/0/size", evidence=[{"sha256": "b" * 64, "size": "1"}]),
            bad("member_invalid", "/corrects", corrects="h_7"),
        ],
    }
