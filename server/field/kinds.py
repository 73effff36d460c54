"""The kinds of on-site action: the data file of this release as the document that devices receive.

The file is written for people; the document is what interpreters read. Required fields and shots become plain rules, so
that an interpreter knows nothing but field types and rules (docs/reference/kinds.md).
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from server.cases.located_yaml import SafeLoader
from server.common.hashing import canonical_json, sha256_hex

CURRENT = "onsite@2026.11-2"
FILES = Path(__file__).parent / "kinds"

Document = Mapping[str, Any]

NOT_DONE = {"one_of": {"path": "/fields.result", "values": ["FAILED", "NOT_FOUND"]}}


def kinds_document(overrides: Mapping[str, str] | None = None, catalogue: str = CURRENT) -> dict[str, Any]:
    """The document of a catalogue, JSON-able. `sha256` covers all of it but itself and a court's `overrides`."""
    document = _document(catalogue)
    return document if overrides is None else {**document, "overrides": dict(overrides)}


def kind_of(document: Document, key: str) -> Mapping[str, Any] | None:
    return next((kind for kind in document["kinds"] if kind["key"] == key), None)


def message_of(document: Document, rule: str, language: str = "zh") -> str:
    """What a finding's rule says to people, in Chinese or English."""
    rules = [*document["rules"], document["shape"], *(rule for kind in document["kinds"] for rule in kind["rules"])]
    said = next((known for known in rules if known["rule"] == rule), document["messages"].get(rule, {}))
    return str(said.get("en" if language.startswith("en") else "zh", rule))


@cache
def _document(catalogue: str) -> dict[str, Any]:
    document = compile_kinds(yaml.load((FILES / f"{catalogue}.yaml").read_text(encoding="utf-8"), SafeLoader))
    return {**document, "sha256": sha256_hex(canonical_json(document))}


def compile_kinds(file: Mapping[str, Any]) -> dict[str, Any]:
    """From the file's content, which kinds_check has found faultless."""
    messages = file["messages"]
    nested = {name: _required(fields, messages) for name, fields in file["types"].items()}
    return {
        **{key: file[key] for key in ("catalogue", "version", "language", "findings_per_rule", "messages")},
        "shape": {"rule": "common.shape", **file["shape"]},
        "code_lists": {name: _names(codes) for name, codes in file["code_lists"].items()},
        "shots": _names(file["code_lists"]["shot_code"]),
        "types": {name: _fields(fields) for name, fields in file["types"].items()},
        "fields": _fields(file["fields"]),
        "rules": [*_field_rules("common", file["fields"], nested, messages), *_rules("common", file["rules"])],
        "kinds": [_kind(key, kind, file, nested) for key, kind in file["kinds"].items()],
    }


def _kind(key: str, kind: Mapping[str, Any], file: Mapping[str, Any], nested: Mapping[str, Any]) -> dict[str, Any]:
    shots = [_shot(shot, file) for shot in kind["shots"]]
    facts = {name: _of_a_kind(fact) for name, fact in kind["facts"].items()}
    return {
        "key": key,
        "zh": kind["zh"],
        "en": kind["en"],
        "papers": _names(kind["papers"]),
        "facts": _fields(kind["facts"]),
        "shots": [{"code": rule["code"], "any": shot["any"], "count": shot.get("count", 1)} for rule, shot in shots],
        "levels": kind.get("levels", {}),
        "rules": [
            *_field_rules(key, facts, nested, file["messages"]),
            *_rules(key, kind.get("rules", [])),
            *_rules(key, [rule for rule, _ in shots]),
        ],
        "events": kind["events"],
        "alarms": kind.get("alarms", []),
    }


def _of_a_kind(fact: Mapping[str, Any]) -> dict[str, Any]:
    """What a kind asks for is not asked of an attempt that came to nothing, unless it says so."""
    return {**fact, "required": {"if_done": True, **fact["required"]}} if "required" in fact else dict(fact)


def _names(codes: Mapping[str, list[str]]) -> list[dict[str, str]]:
    return [{"key": key, "zh": zh, "en": en} for key, (zh, en) in codes.items()]


def _fields(fields: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, **{key: field[key] for key in ("type", "zh", "en")}} for name, field in fields.items()]


def _rules(scope: str, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"rule": f"{scope}.{rule['code']}", **_waived_if_not_done(rule)} for rule in rules]


def _waived_if_not_done(rule: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in rule.items() if key not in ("if_done", "proof")}
    if not rule.get("if_done"):
        return plain
    done = {"not": NOT_DONE}
    return {**plain, "when": {"all": [done, rule["when"]]} if "when" in rule else done}


def _field_rules(
    scope: str, fields: Mapping[str, Any], nested: Mapping[str, Any], messages: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One rule for each required field, and for each required field of the elements of a list."""
    rules = _required(fields, messages)
    for name, field in fields.items():
        element = field["type"].removeprefix("list:")
        if field["type"].startswith("list:") and element in nested:
            inner = ({**rule, "each": name, "code": _inside(name, rule["code"])} for rule in nested[element])
            rules.extend(inner)
    return _rules(scope, rules)


def _inside(name: str, code: str) -> str:
    return f"field:{name}.{code.removeprefix('field:')}"


def _required(fields: Mapping[str, Any], messages: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "code": f"field:{name}",
            "at": name,
            "needs": {"present": name},
            **field["required"],
            **_said(messages["field"], field),
        }
        for name, field in fields.items()
        if "required" in field
    ]


def _shot(shot: Mapping[str, Any], file: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any]]:
    count = shot.get("count", 1)
    names = [file["code_lists"]["shot_code"][code] for code in shot["any"]]
    label = {"zh": "或".join(zh for zh, _ in names), "en": " or ".join(en for _, en in names), "count": count}
    rule = {
        "code": f"shot:{shot['any'][0]}" + (f":{count}" if count > 1 else ""),
        "level": "warn",
        "conf": "C",
        "basis": "ours",
        "if_done": True,
        "at": "/evidence",
        "needs": {
            "count": {
                "of": "/evidence",
                "where": {"one_of": {"path": "shot_code", "values": shot["any"]}},
                "at_least": count,
            }
        },
        **{key: value for key, value in shot.items() if key not in ("any", "count")},
        **_said(file["messages"]["shots" if count > 1 else "shot"], label),
    }
    return rule, shot


def _said(message: Mapping[str, str], label: Mapping[str, Any]) -> dict[str, str]:
    return {language: message[language].format(**label) for language in ("zh", "en")}
