"""What is said of safety: the part of `messages.py` about check-ins, calls for help and orders."""

SAFETY_TEXTS: dict[str, tuple[str, str]] = {
    "alarm_check_in_soon": ("再过五分钟应当签到。", "A check-in is due in five minutes."),
    "alarm_check_in_due": (
        "应当签到,逾时指挥中心将收到告警。",
        "A check-in is due; without it the command centre is alarmed.",
    ),
    "cli_on_site": ("在现场,应于 {due} 前签到。", "On site; a check-in is due by {due}."),
    "cli_not_on_site": ("不在现场。", "Not on site."),
    "cli_sos_unsent": ("求助尚未送达。", "The call for help has not arrived yet."),
    "cli_sos_received": ("法院已收到求助,尚无人确认。", "The court has the call; nobody has acknowledged it yet."),
    "cli_sos_seen": ("{by} 于 {at} 已看到求助:{said}", "{by} saw the call at {at}: {said}"),
    "cli_order": ("{state} {place}:{text}", "{state} {place}: {text}"),
}
