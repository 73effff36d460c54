"""Papers that are hard to set: long names, sixty things, refusals, nothing filled in, what nobody should type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from client_sdk import ink, strokes
from client_sdk.sheets import kind_in, paper_code, terms_of, titles_of
from server.common.hashing import sha256_hex
from server.field.kinds import kinds_document
from tests.pictures import jpeg
from tests.strokes import drawn

LONG_NAME = "阿卜杜热合曼·买买提江·吐尔逊"
COMPANY = "寿宁县鳌阳镇兴隆建材贸易有限责任公司（曾用名：寿宁县兴隆五金交电批发部）"
RARE = "王𡵓"
"""The second sign is in no font here."""
HASHES = ("ab" * 32, "cd" * 32)
HOSTILE = '#panic("x") $x^2$ *粗* _斜_ @ref <l> \\ #import "x.typ" ]] /* 左 */ // `原样` ~ --- \u202e反 {{7*7}}'


@dataclass(frozen=True)
class Example:
    kind: str
    key: str
    fields: Mapping[str, Any]
    state: str = "signed"
    missing: tuple[str, ...] = ()
    files: tuple[Mapping[str, Any], ...] = ()
    correction: Mapping[str, Any] | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def sheet(self) -> dict[str, Any]:
        kind = kind_in(kinds_document(), self.kind)
        title = titles_of(kind, is_corrected=self.correction is not None)[self.key]
        return {
            "made_by": "court",
            "state": self.state,
            "court": "福建省寿宁县人民法院",
            "case": CASE,
            "kind": self.kind,
            "action": "01999999-0000-7000-8000-000000000001",
            "has_inventory": any(paper["key"] == "INVENTORY" for paper in kind["papers"]),
            "missing": list(self.missing),
            "records": self._records,
            "paper": {"key": self.key, "title": title},
            "code": self.code,
        }

    @property
    def _records(self) -> list[dict[str, Any]]:
        first = _record(HASHES[0], "2026-11-30T03:05:00.000Z", self.fields, files=list(self.files))
        if self.correction is None:
            return [first]
        return [first, _record(HASHES[1], "2026-12-01T03:05:00.000Z", self.correction, corrects=HASHES[0])]

    @cached_property
    def code(self) -> str:
        return paper_code(self.key, [HASHES[0]] if self.correction is None else list(HASHES))

    @property
    def terms(self) -> dict[str, Any]:
        return terms_of(kinds_document(), kind_in(kinds_document(), self.kind))


CASE = {
    "case_no": "（2026）闽0924执123号",
    "cause": "买卖合同纠纷",
    "parties": [{"role": "applicant", "name": COMPANY}, {"role": "debtor", "name": LONG_NAME}],
}


def _record(
    hash_: str, at: str, fields: Mapping[str, Any], *, corrects: str = "", files: list[Any] | None = None
) -> dict[str, Any]:
    return {
        "operation": hash_,
        "officer": "林岚",
        "recorded_at": at,
        "corrects": corrects,
        "contributes": "contributes_to" in fields,
        "fields": dict(fields),
        "files": files or [],
    }


def item(number: int, **changes: Any) -> dict[str, Any]:
    names = ("三星65英寸液晶电视机", "红木雕花太师椅（成套）", "联想ThinkPad笔记本电脑", "格力柜式空调")
    return {
        "seq": number,
        "name": f"{names[number % 4]}第{number:03}号",
        "kind": "MOVABLE",
        "brand_model": "QA65Q70AAJXXZ",
        "serial_no": f"SN-2026-{number:06}-ABCDEFGHJKLMN",
        "quantity": 1 + number % 3,
        "unit": "台",
        "condition": "八成新，外壳有划痕",
        "estimated_value": f"{1200 + number * 37}.50",
        "location": "一层客厅",
        "photos": ["p"],
        "seal_no": f"F{number:03}",
        "custodian": {"kind": "DEBTOR", "name": LONG_NAME},
        "exempt_check": "NOT_EXEMPT",
        **changes,
    }


REFUSAL = {
    "name": LONG_NAME,
    "role": "DEBTOR",
    "state": "REFUSED",
    "reason": "称对查封电视机有异议，拒绝在笔录及清单上签名，执行人员已当场释明，拒签过程全程录像",
    "witnessed_by": "刘𬭎",
    "at": "2026-11-30T11:01:00+08:00",
}
COMMON: dict[str, Any] = {
    "started_at": "2026-11-30T01:30:00Z",
    "finished_at": "2026-11-30T11:05:00+08:00",
    "place": {
        "address": "福建省宁德市寿宁县鳌阳镇解放街128号三单元502室",
        "kind": "HOME",
        "lat": 27.4548,
        "lon": 119.5142,
    },
    "officers": [
        {"name": "林岚", "role": "EXECUTOR", "credential_shown": True},
        {"name": "陈默", "role": "BAILIFF", "credential_shown": True},
    ],
    "recorder": "周宁",
    "attendees": [
        {
            "role": "DEBTOR",
            "name": LONG_NAME,
            "attendance": "ATTENDED",
            "id_masked": "3509**********1234",
            "statement": "对查封有异议，称电视机系其母亲所有。",
        },
        {"role": "GRASSROOTS_REP", "name": "刘𬭎", "attendance": "ATTENDED"},
        {"role": "WITNESS", "name": RARE, "attendance": "ATTENDED"},
    ],
    "notifications": [
        {
            "role": "ADULT_FAMILY",
            "name": "古丽巴哈尔·热合曼",
            "at": "2026-11-29T09:00:00+08:00",
            "how": "PHONE",
            "outcome": "表示知道，未到场",
        }
    ],
    "rights_told": True,
    "narrative": "执行人员到达现场后，首先出示工作证和执行公务证，宣读执行裁定书，责令其立即履行。" * 30
    + "\n经清点，现场共有物品六十件。",
    "authority_docs": [
        {
            "kind": "RULING",
            "doc_no": "（2026）闽0924执123号之一",
            "issued_on": "2026-11-20",
            "signer_role": "JUDGE",
            "signer_name": "黄正",
        }
    ],
    "documents_left": [{"kind": "INVENTORY", "copies": 1, "receiver": LONG_NAME}],
    "signatures": [
        {"name": "林岚", "role": "OFFICER", "state": "SIGNED", "at": "2026-11-30T11:00:00+08:00"},
        REFUSAL,
        {"name": "刘𬭎", "role": "GRASSROOTS_REP", "state": "FINGERPRINT", "at": "2026-11-30T11:02:00+08:00"},
    ],
    "recordings": [
        {
            "kind": "BODY_CAMERA",
            "device_serial": "DSJ-T8-20260001",
            "from": "2026-11-30T01:28:00Z",
            "to": "2026-11-30T03:06:00Z",
        }
    ],
    "result": "PARTIAL",
    "result_reason": "部分物品被案外人主张权属，暂未控制。",
}
SEALED: dict[str, Any] = {
    **COMMON,
    "property_class": "MOVABLE",
    "effective_on": "2026-11-30",
    "expires_on": "2028-11-29",
    "term_months": 24,
    "priority_order": "FIRST",
    "seals": [{"seal_no": "F001", "position": "客厅门"}, {"seal_no": "F002", "position": "卧室门"}],
    "items": [item(number) for number in range(1, 61)],
    "custodian": {"kind": "DEBTOR", "name": LONG_NAME, "may_use": True},
    "copy_given_to": LONG_NAME,
    "copy_given_at": "2026-11-30T11:00:00+08:00",
}
FEW = {**SEALED, "items": SEALED["items"][:3]}
EXEMPT = item(4, exempt_check="EXEMPT_LEFT", exempt_ground="被扶养人义务教育所必需")
GRACE = {"measure": "GRACE", "taken": False, "reason": "此前两次宽限均未履行"}
MILD = {**FEW, "items": [*FEW["items"], EXEMPT], "alternatives": [{"measure": "LIVE_SEAL", "taken": True}, GRACE]}
SHOTS = tuple(jpeg(seed=number) for number in range(14))
FILES = tuple(
    {
        "sha256": sha256_hex(shot),
        "shot_code": ("PANORAMA", "SEAL_CLOSEUP", "ITEM", "SIGNING")[number % 4],
        "origin": "CAMERA",
        "media_type": "image/jpeg",
        "recorded_at": f"2026-11-30T02:{number:02}:00Z",
    }
    for number, shot in enumerate(SHOTS)
)
SIGNED = [{**COMMON["signatures"][0], "image_sha256": FILES[3]["sha256"]}, *COMMON["signatures"][1:]]
SHOWN = {file["sha256"]: shot for file, shot in zip(FILES, SHOTS, strict=True)}
INK = [ink.draw(strokes.checked(drawn(seed))) for seed in range(2)]
DRAWN = [
    {**SIGNED[0], "image_sha256": sha256_hex(INK[0]), "strokes_sha256": "a1" * 32},
    {**COMMON["signatures"][0], "name": "陈默", "image_sha256": sha256_hex(INK[1]), "strokes_sha256": "b2" * 32},
    {**REFUSAL, "name": RARE, "role": "WITNESS", "state": "ON_PAPER", "image_sha256": FILES[7]["sha256"]},
    *COMMON["signatures"][1:],
]
INK_FILES = tuple(
    {**FILES[0], "sha256": sha256, "shot_code": "SIGNATURE", "media_type": media_type}
    for signature in DRAWN[:2]
    for sha256, media_type in ((signature["image_sha256"], "image/png"), (signature["strokes_sha256"], "text/plain"))
)
PERSON = {
    "person_name": LONG_NAME,
    "arrived_at": "2026-11-30T09:30:00+08:00",
    "released_at": "2026-11-30T15:10:00+08:00",
}
MISSHAPEN: dict[str, Any] = {
    "officers": "林岚、陈默",
    "attendees": [None, "某人", 7, {"name": ["甲", "乙"], "role": "QUEEN"}],
    "items": [None, "一箱书", {"name": None, "quantity": "许多", "estimated_value": 12, "custodian": "本人"}],
    "place": ["屋内"],
    "started_at": "2026-02-30T25:00:00Z",
    "finished_at": 12,
    "signatures": {"name": "甲"},
    "statements": [{"question": 1, "answer": None}],
    "authority_docs": "裁定书",
    "narrative": {"一": [1, 2.5, True, None]},
    "result": "MAYBE",
    "seals": "三张",
    "areas_searched": "全屋",
    "things_found": HOSTILE,
    HOSTILE: HOSTILE,
    "长": "Z" * 300,
}
EXAMPLES: dict[str, Example] = {
    "seal": Example("SEAL", "SEAL_RECORD", {**SEALED, "signatures": SIGNED}, files=FILES, pictures=SHOWN),
    "signed": Example(
        "SEAL",
        "SEAL_RECORD",
        {**FEW, "signatures": DRAWN},
        files=(*FILES, *INK_FILES),
        pictures=SHOWN | {sha256_hex(picture): picture for picture in INK},
        correction={
            "correction_reason": "周宁补签",
            "signatures": [{"name": "周宁", "role": "RECORDER", "state": "SIGNED", "at": "2026-11-30T11:20:00+08:00"}],
        },
    ),
    "sixty": Example("SEAL", "INVENTORY", SEALED),
    "draft": Example("SEAL", "SEAL_RECORD", FEW, state="draft", missing=("缺少照片：封条近景", "保管人未签名")),
    "annulled": Example("SEAL", "INVENTORY", FEW, state="annulled"),
    "mild": Example("SEAL", "INVENTORY", MILD),
    "helped": Example("SEAL", "SEAL_RECORD", FEW, correction={"contributes_to": {}, "lease": "邻居称已出租"}),
    "seal_service": Example("SEAL", "SERVICE_RECEIPT", FEW),
    "seal_notice": Example("SEAL", "SEAL_NOTICE", FEW),
    "seal_strip": Example("SEAL", "SEAL_STRIP", FEW),
    "seizure": Example("SEIZE", "SEIZE_RECORD", {**FEW, "taken_from": LONG_NAME}),
    "seized": Example("SEIZE", "INVENTORY", FEW),
    "stored": Example(
        "SEIZE", "STORE_RECEIPT", {**FEW, "taken_from": LONG_NAME, "store_place": "本院仓库A3货位", "keys_count": 2}
    ),
    "frozen": Example(
        "FREEZE_COUNTER",
        "RECEIPT",
        {
            **COMMON,
            "narrative": "已办理冻结。",
            "measure": "FREEZE",
            "assisting_body": "中国农业银行股份有限公司寿宁县支行",
            "account_masked": "6228****1234",
            "amount_asked": "1234567.8",
            "amount_effected": "100020.05",
            "expires_on": "2027-11-29",
        },
    ),
    "search": Example(
        "SEARCH",
        "SEARCH_RECORD",
        {
            **COMMON,
            "warrant_shown": True,
            "areas_searched": ["客厅", "卧室"],
            "forced_opening": True,
            "opening_order_refused": "责令打开保险柜，拒绝",
            "things_found": "现金、账册",
        },
    ),
    "service": Example(
        "SERVE",
        "SERVICE_RECEIPT",
        {
            **COMMON,
            "mode": "LEFT",
            "receiver_name": LONG_NAME,
            "refusal_reason": "称文书与其无关，拒绝签收",
            "served_at": "2026-11-30T11:05:00+08:00",
            "documents_left": [
                {"kind": "EXECUTION_NOTICE", "doc_no": "（2026）闽0924执123号", "copies": 1},
                {"kind": "REPORT_ORDER", "copies": 1},
            ],
        },
    ),
    "survey": Example(
        "SITE_SURVEY", "SURVEY_RECORD", {**COMMON, "surveyor": "林岚", "findings": "房屋为三层砖混结构。" * 20}
    ),
    "investigation": Example(
        "LOCATE",
        "INVESTIGATION_RECORD",
        {
            **COMMON,
            "target": "PERSON",
            "read_back": True,
            "statements": [{"person": "邻居", "question": "见过他吗？", "answer": "没有。"}],
        },
    ),
    "vacated": Example(
        "VACATE",
        "ENFORCEMENT_RECORD",
        {**COMMON, "leave_by": "2026-11-15", "special_needs": "无", "locks_changed": True},
    ),
    "belongings": Example("VACATE", "INVENTORY", FEW),
    "handover": Example(
        "VACATE",
        "HANDOVER_RECORD",
        {**FEW, "moved_to": "鳌阳镇仓库", "belongings_handed_to": "其妻", "premises_handed_to": COMPANY},
    ),
    "compelled": Example(
        "COMPEL",
        "COMPEL_RECEIPT",
        {**COMMON, **PERSON, "prior_summons": "两次传票传唤，无正当理由拒不到庭", "was_questioned": True},
    ),
    "questioned": Example(
        "COMPEL",
        "INTERVIEW_RECORD",
        {
            **COMMON,
            **PERSON,
            "narrative": "",
            "statements": [{"person": LONG_NAME, "question": "为什么没有履行？", "answer": "目前没有收入。" * 40}] * 12,
        },
    ),
    "decision": Example(
        "DETAIN",
        "DETENTION_DECISION",
        {**COMMON, "narrative": "当庭撕毁笔录。", "person_name": LONG_NAME, "ground": "RESISTS", "term_days": 15},
    ),
    "custody": Example(
        "DETAIN",
        "CUSTODY_RECEIPT",
        {
            **COMMON,
            "person_name": LONG_NAME,
            "ground": "RESISTS",
            "term_days": 15,
            "custody_receipt_no": "寿公拘收〔2026〕88号",
        },
    ),
    "posted": Example("POST_NOTICE", "POSTING_RECORD", {**COMMON, "positions": ["门口", "村委会公告栏"], "copies": 2}),
    "delivered": Example(
        "DELIVER",
        "DELIVERY_RECORD",
        {**COMMON, "delivered_property": "闽J·12345号小型轿车一辆", "receiver_name": COMPANY},
    ),
    "receipt": Example(
        "DELIVER", "RECEIPT", {**COMMON, "delivered_property": "闽J·12345号小型轿车一辆", "receiver_name": COMPANY}
    ),
    "interview": Example("INTERVIEW", "INTERVIEW_RECORD", {**COMMON, "interviewee_name": LONG_NAME, "read_back": True}),
    "released": Example("RELEASE", "RELEASE_RECORD", {**COMMON, "measure_released": "查封", "seal_removed": True}),
    "onsite": Example("LOCATE", "ONSITE_RECORD", COMMON),
    "empty": Example("SEARCH", "SEARCH_RECORD", {}),
    "hostile": Example("SEARCH", "SEARCH_RECORD", MISSHAPEN),
    "hostile_list": Example("SEAL", "INVENTORY", MISSHAPEN),
    "hostile_strips": Example("SEAL", "SEAL_STRIP", MISSHAPEN),
    "corrected": Example(
        "SEAL",
        "CORRECTION_RECORD",
        FEW,
        correction={
            "correction_reason": "原笔录将结束时间误写为十一时零五分",
            "finished_at": "2026-11-30T03:15:00Z",
            "lease": "无租赁",
        },
    ),
    "beside": Example(
        "SEAL",
        "SEAL_RECORD",
        FEW,
        correction={"correction_reason": "漏记租赁情况", "lease": "无租赁", "result": "DONE"},
    ),
}
