"""The fourteen kinds of act as the demonstration's officers do them: which photographs, and what is written of each."""

from collections.abc import Callable
from datetime import timedelta

from demo.records import Fields, Scene, attendee, authority, common_record, left

SHOTS = {
    "SERVE": ("DOOR_NO", "DOCUMENT_SHOWN"),
    "SITE_SURVEY": ("PANORAMA",),
    "LOCATE": ("PANORAMA",),
    "SEARCH": ("DOCUMENT_SHOWN", "BEFORE", "AFTER"),
    "SEAL": ("SEAL_CLOSEUP", "PANORAMA", "DOOR_NO", "ITEM", "SIGNING"),
    "SEIZE": ("ITEM", "BEFORE", "HANDOVER", "STORE_PLACE"),
    "FREEZE_COUNTER": ("RECEIPT",),
    "INTERVIEW": ("SIGNING",),
    "COMPEL": ("PERSON_PRESENT", "PERSON_PRESENT"),
    "DETAIN": ("DOCUMENT_SHOWN", "HANDOVER"),
    "VACATE": ("AFTER", "BEFORE", "KEYS", "ITEM"),
    "POST_NOTICE": ("NOTICE_POSTED", "NOTICE_POSTED"),
    "DELIVER": ("HANDOVER", "SIGNING"),
    "RELEASE": ("BEFORE", "AFTER"),
}
"""Photographs of an act; a hurry forgets the first, which is the one that proves it where one does."""
DETAINED_DAYS = 10


def record_of(scene: Scene) -> Fields:
    """`fields` of this act in full: no rule that blocks finds anything missing."""
    return common_record(scene, _OWN[scene.kind](scene))


def _debtor_kind(scene: Scene) -> str:
    return "ENTITY" if scene.is_entity else "PERSON"


def _serve(scene: Scene) -> Fields:
    papers = {"EXECUTION_NOTICE": "执行通知书", "REPORT_ORDER": "报告财产令"}
    if scene.event == "price_report_served":
        papers = {"PRICE_REPORT": "评估报告"}
    return {
        "mode": "DIRECT",
        "receiver_name": scene.present,
        "served_at": scene.at(10),
        "documents_left": [left(scene, kind, title) for kind, title in papers.items()],
        "narrative": "当面送达，受送达人在送达回证上签名。",
    }


def _site_survey(scene: Scene) -> Fields:
    facts = {
        "debtor_kind": _debtor_kind(scene),
        "purpose": "INVESTIGATION",
        "surveyor": scene.officers[0],
        "findings": "房屋一处，被执行人自住，无出租，未见其他可供执行财产。",
    }
    if scene.event != "due_diligence_done":
        return facts
    disposal = {
        "occupancy": "被执行人占有使用",
        "lease": "无租赁",
        "defects": "外墙渗水一处",
        "fees_owed": "欠物业费三个月",
    }
    return {**facts, **disposal, "purpose": "DISPOSAL", "meters": "水 1204，电 35671"}


def _locate(scene: Scene) -> Fields:
    neighbour = "邻居王某"
    return {
        "target": "PERSON",
        "attendees": [attendee("GRASSROOTS_REP", "网格员吴某")],
        "statements": [{"person": neighbour, "question": "近期是否见过此人", "answer": "周末常回，平时在外做工"}],
        "read_back": True,
        "trace_found": "门口停有其名下车辆",
        "narrative": "敲门无人应答，走访邻居和网格员。",
    }


def _search(scene: Scene) -> Fields:
    return {
        "debtor_kind": _debtor_kind(scene),
        "authority_docs": [authority(scene, "SEARCH_WARRANT", "搜查令", by_president=True)],
        "warrant_shown": True,
        "areas_searched": ["客厅", "卧室", "车库"],
        "risk_plan": _risk_plan(scene),
        "recordings": _recordings(scene),
        "narrative": "出示搜查令后依次搜查，未发现隐匿财物。",
    }


def _seal(scene: Scene) -> Fields:
    papers = [authority(scene, "RULING", "执行裁定书"), authority(scene, "ASSIST_NOTICE", "协助执行通知书")]
    return {
        "debtor_kind": _debtor_kind(scene),
        "property_class": "REAL_ESTATE",
        "authority_docs": papers,
        "seals": [{"seal_no": f"封{scene.ended:%m%d%H}", "position": "入户门"}],
        "registry_entry": "MADE",
        "occupant": scene.present,
        "term_months": 36,
        "effective_on": scene.day(),
        "expires_on": scene.day(3 * 365),
        "priority_order": "FIRST",
        "items": [_item("住宅一套", "REAL_ESTATE", "套", location=scene.address)],
        "custodian": {"kind": "DEBTOR", "name": scene.present, "may_use": True},
        "copy_given_to": scene.present,
        "copy_given_at": scene.at(20),
        "documents_left": [left(scene, "INVENTORY", "查封清单"), left(scene, "SEAL_NOTICE", "查封公告")],
        "narrative": "张贴封条和公告，制作清单并交付一份。",
    }


def _seize(scene: Scene) -> Fields:
    number = scene.ended.day * 100 + scene.ended.month
    # No plate has the letter I, so it meets nobody's car.
    car = {
        "brand_model": "小型轿车",
        "plate_no": f"闽I·D{number:04}",
        "vin": f"DEMO{number:013}",
        "is_registered": True,
    }
    return {
        "debtor_kind": _debtor_kind(scene),
        "authority_docs": [authority(scene, "RULING", "执行裁定书")],
        "taken_from": scene.present,
        "store_place": "法院涉案车辆停车场",
        "mileage_km": 40_000 + number,
        "keys_count": 1,
        "effective_on": scene.day(),
        "expires_on": scene.day(2 * 365),
        "priority_order": "FIRST",
        "items": [_item("小型轿车", "MOTOR_VEHICLE", "辆", **car)],
        "custodian": {"kind": "COURT", "name": "法院涉案车辆停车场"},
        "copy_given_to": scene.present,
        "copy_given_at": scene.at(20),
        "documents_left": [left(scene, "INVENTORY", "扣押清单")],
        "narrative": "扣押车辆并拖至指定停车场，钥匙随车封存。",
    }


def _freeze(scene: Scene) -> Fields:
    bank = "澜宁农商银行城关支行"
    papers = [authority(scene, "RULING", "执行裁定书"), authority(scene, "ASSIST_NOTICE", "协助冻结存款通知书")]
    return {
        "measure": "FREEZE",
        "assisting_body": bank,
        "account_masked": "****0098",
        "amount_asked": str(scene.claim),
        "amount_effected": str((scene.claim / 3).quantize(scene.claim)),
        "debt_amount": str(scene.claim),
        "priority_order": "FIRST",
        "effective_on": scene.day(),
        "expires_on": scene.day(365),
        "receipt_no": f"HZ{scene.ended:%Y%m%d%H%M}",
        "authority_docs": papers,
        "attendees": [attendee("REGISTRY_STAFF", "柜员郑某")],
        "narrative": "向银行送达裁定书和协助冻结存款通知书，当场办理。",
    }


def _interview(scene: Scene) -> Fields:
    return {
        "interviewee_name": scene.present,
        "interviewee_role": scene.side,
        "identity_checked": True,
        "read_back": True,
        "pages_signed": True,
        "authority_docs": [authority(scene, "SUMMONS", "传票")],
        "statements": [{"person": scene.present, "question": "何时履行", "answer": "年底前先付一半"}],
        "narrative": "核对身份后询问财产和履行计划，笔录经校阅签名。",
    }


def _compel(scene: Scene) -> Fields:
    return {
        "person_name": scene.present,
        "arrived_at": scene.at(20),
        "released_at": scene.at(35),
        "prior_summons": "经传票传唤两次未到庭",
        "was_questioned": True,
        "authority_docs": [authority(scene, "COMPEL_WARRANT", "拘传票", by_president=True)],
        "narrative": "出示拘传票，带至法院询问后离开。",
    }


def _detain(scene: Scene) -> Fields:
    return {
        "person_name": scene.present,
        "ground": "REFUSES_TO_PERFORM",
        "term_days": DETAINED_DAYS,
        "detained_at": scene.at(0),
        "ends_on": scene.day(DETAINED_DAYS),
        "family_told_at": scene.at(30),
        "custody_receipt_no": f"收拘{scene.ended:%Y%m%d}号",
        "health_checked": True,
        "risk_plan": _risk_plan(scene),
        "authority_docs": [authority(scene, "DETENTION_DECISION", "拘留决定书", by_president=True)],
        "narrative": "宣读拘留决定书，体检后送拘留所执行。",
    }


def _vacate(scene: Scene) -> Fields:
    return {
        "debtor_kind": _debtor_kind(scene),
        "leave_by": scene.day(-3),
        "belongings_moved": True,
        "moved_to": "镇文化站仓库",
        "belongings_handed_to": scene.present,
        "special_needs": "无",
        "utilities": "水电气已关闭",
        "locks_changed": True,
        "items": [_item("家具一批", "LOT", "批")],
        "risk_plan": _risk_plan(scene),
        "recordings": _recordings(scene),
        "authority_docs": [authority(scene, "EVICTION_NOTICE", "责令迁出公告", by_president=True)],
        "narrative": "清点搬离物品，换锁后由法院保管钥匙，待交付买受人。",
    }


def _post_notice(scene: Scene) -> Fields:
    return {
        "positions": ["房屋入户门", "村（居）委会公告栏"],
        "copies": 2,
        "attendees": [attendee("GRASSROOTS_REP", "网格员吴某")],
        "documents_left": [left(scene, "AUCTION_NOTICE", "拍卖公告")],
        "narrative": "在房屋和公告栏张贴拍卖公告。",
    }


def _deliver(scene: Scene) -> Fields:
    return {
        "delivered_property": "权属证书及钥匙一套",
        "receiver_name": scene.applicant,
        "transferred_by_officer": True,
        "property_condition": "完好",
        "attendees": [attendee("APPLICANT", scene.applicant)],
        "authority_docs": [authority(scene, "SALE_RULING", "成交裁定书")],
        "narrative": "由执行员转交，接收人清点后签收。",
    }


def _release(scene: Scene) -> Fields:
    keeper = {"role": "CUSTODIAN", "name": scene.present, "at": scene.at(-60), "how": "PHONE", "outcome": "已告知"}
    return {
        "measure_released": "查封（房屋入户门封条）",
        "seal_removed": True,
        "handed_to": scene.present,
        "notifications": [keeper],
        "authority_docs": [authority(scene, "RULING", "解除查封裁定书")],
        "narrative": "揭除封条，财物交还。",
    }


def _risk_plan(scene: Scene) -> Fields:
    return {"level": "LOW", "approved_by_role": "BUREAU_DIRECTOR", "commander": scene.officers[0], "live_link": True}


def _recordings(scene: Scene) -> list[Fields]:
    ended = int((scene.ended - scene.begun) / timedelta(minutes=1))
    spans = {"from": scene.at(0), "to": scene.at(ended)}
    return [{"kind": "BODY_CAMERA", "device_serial": f"JLY-98{number:02}", **spans} for number in (1, 2)]


def _item(name: str, kind: str, unit: str, **more: object) -> Fields:
    return {"seq": 1, "name": name, "kind": kind, "quantity": 1, "unit": unit, "exempt_check": "NOT_EXEMPT", **more}


_OWN: dict[str, Callable[[Scene], Fields]] = {
    "SERVE": _serve,
    "SITE_SURVEY": _site_survey,
    "LOCATE": _locate,
    "SEARCH": _search,
    "SEAL": _seal,
    "SEIZE": _seize,
    "FREEZE_COUNTER": _freeze,
    "INTERVIEW": _interview,
    "COMPEL": _compel,
    "DETAIN": _detain,
    "VACATE": _vacate,
    "POST_NOTICE": _post_notice,
    "DELIVER": _deliver,
    "RELEASE": _release,
}
