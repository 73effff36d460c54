"""What a person at the court must look at, or has decided, in words an officer reads without a network. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from client_sdk.clock import from_wire
from client_sdk.messages import language
from client_sdk.views import Review

OPEN, RATIFIED, ANNULLED, REPLAYED = "open", "ratified", "annulled", "replayed"

CAUSES: dict[str, tuple[str, str]] = {
    "not_assigned": ("行为时案件已改派", "the case had been reassigned"),
    "subject_unknown": ("案件不在承办之列", "the case is not one of the officer's"),
    "grant_ended": ("办理权限已到期", "the right to the case had ended"),
    "case_closed": ("案件已结", "the case had been closed"),
    "officer_suspended": ("人员停职期间", "the officer was suspended"),
    "officer_mismatch": ("记录人与设备登记人不符", "recorded under another officer's name"),
    "correction_unfounded": ("补正所指的不是本人的记录", "it corrects a record that is not the officer's own"),
    "parallel": ("同一节点已由他人办理", "another officer had done the same"),
    "body_invalid": ("记录无法读取", "the record cannot be read"),
    "id_reuse": ("记录编号重复", "its id had been used before"),
    "kind_unknown": ("服务器不认识这种行为", "the server does not know this kind of act"),
    "handler_fault": ("服务器处理出错,并非您的过失", "a fault of the server, none of yours"),
    "act_annulled": ("所补充的行为已不予采信", "its act had been annulled"),
    "node_unknown": ("案件没有这个节点", "the case has no such node"),
    "node_ending_unclear": ("未写明节点如何办结,请重新记录", "how the node ended is not said; record it anew"),
    "node_by_deed": ("该节点随实际办理而结束", "the node ends when the thing itself is done"),
    "node_not_started": ("节点尚未启动", "the node had not begun"),
    "node_of_another": ("节点由他人办结", "the node is another's to end"),
    "node_needs_act": ("节点需以现场行为办结", "the node wants an act on site"),
    "property_held": ("案外人异议审查期间,该财产不得处分", "a third party's claim to the property is being examined"),
    "node_too_early": ("早于该节点可办结之日", "before the node's earliest day"),
    "handover_decided": ("移交此前已有决定", "the handover had been decided before"),
    "not_receiver": ("移交对象不是本人", "the handover was offered to others"),
    "reason_missing": ("退回移交未写明理由", "it was sent back without a reason"),
    "task_moved": ("任务此前已另有处理", "the task had been moved before"),
    "task_of_another": ("任务交办给他人", "the task was given to another"),
    "urge_answered": ("催办此前已有答复", "the urge had been answered before"),
    "request_unclear": ("请示未写明事项或措施", "the request does not say what or why"),
    "reply_missing": ("答复没有内容", "the reply says nothing"),
    "found_void": ("生效后查明不实", "found void after it had counted"),
    "log_forked": ("设备记录出现两个版本", "the device's log has two versions"),
}
STANDINGS: dict[str, tuple[str, str]] = {
    OPEN: ("待审", "waits for review"),
    "asked": ("待审,请补充", "waits for review; more is wanted"),
    RATIFIED: ("已追认", "ratified"),
    ANNULLED: ("不予采信,记录保留", "does not count; the record is kept"),
    REPLAYED: ("服务器修复后已生效", "counts, now that the server is mended"),
}
_WHOSE = (("{officer}的行为", "An act of {officer}"), ("您的行为", "Your act"))


def review_of(members: Mapping[str, Any], wanted: str | None = None) -> Review:
    """As a pull told it; `wanted` is the language of its text ("zh", "en"; None: the one chosen)."""
    state = str(members.get("state", OPEN))
    seq = members.get("seq")
    review = Review(
        id=str(members.get("id")),
        cause=str(members.get("cause") or members.get("code") or ""),
        state=state if state in STANDINGS else OPEN,
        status=str(members.get("status", "")),
        is_own=members.get("own") is not False,
        seq=seq if isinstance(seq, int) else None,
        case_id=_text(members.get("case")),
        action_id=_text(members.get("action")),
        officer=str(members.get("officer") or ""),
        note=str(members.get("note") or ""),
        opened_at=_time(members.get("opened_at")),
        asked_at=_time(members.get("asked_at")),
        decided_at=_time(members.get("decided_at")),
        raw=members,
    )
    return Review(**{**vars(review), "text": text_of(review, wanted)})


def text_of(review: Review, wanted: str | None = None) -> str:
    """ "您的行为待审:行为时案件已改派。请补带日期的近景" or the same in English."""
    number = 1 if (wanted or language()) == "en" else 0
    standing = "asked" if review.state == OPEN and review.asked_at else review.state
    whose = _WHOSE[review.is_own][number].format(officer=review.officer)
    cause = CAUSES.get(review.cause, (review.cause, review.cause))[number]
    said = f"{whose} {STANDINGS[standing][number]}" if number else f"{whose}{STANDINGS[standing][number]}"
    ends = (": ", ". ", ".") if number else (":", "。", "。")
    return f"{said}{ends[0]}{cause}{ends[1]}{review.note}" if review.note else f"{said}{ends[0]}{cause}{ends[2]}"


def status_told(review: Review) -> str:
    """What the court's later word makes of the act; "" while it says nothing new."""
    if review.state == ANNULLED:
        return "annulled"
    return review.status if review.state in (RATIFIED, REPLAYED) else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _time(text: Any) -> datetime | None:
    try:
        return from_wire(text) if isinstance(text, str) else None
    except ValueError:
        return None
