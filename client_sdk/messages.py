"""What the SDK says to people: one catalogue, Chinese first, English beside it.

The language is the argument, else `ZHIXING_LANG` ("zh", "en"), else Chinese.
"""

import os
from typing import Any

from client_sdk.parcel_texts import PARCEL_TEXTS
from client_sdk.proof_texts import PROOF_TEXTS
from client_sdk.safety_texts import SAFETY_TEXTS

DEFAULT_LANGUAGE = "zh"


def language() -> str:
    """The language of texts for which none was asked."""
    wanted = os.environ.get("ZHIXING_LANG", DEFAULT_LANGUAGE).lower()
    return "en" if wanted.startswith("en") else "zh"


def text(code: str, wanted: str | None = None, /, **details: Any) -> str:
    """The text of `code`, filled with `details`. Never raises: an unknown code is shown as it is."""
    pair = CATALOGUE.get(code)
    if pair is None:
        note = details.get("note")
        return f"{code}: {note}" if note else code
    spoken = pair[1] if (wanted or language()) == "en" else pair[0]
    return spoken.format_map(_Known(details))


class _Known(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


CATALOGUE: dict[str, tuple[str, str]] = {
    "field_error": ("出错。", "Something went wrong."),
    # not sent: try again
    "not_sent": (
        "未能送达,本机内容不变,请稍后再试。{note}",
        "Not sent. Nothing changed on this device; try again later. {note}",
    ),
    "unreachable": (
        "连接不上法院服务器,本机内容不变。请检查网络和服务器地址,稍后再试。{note}",
        "The court's server cannot be reached; nothing changed on this device. Check the network and the "
        "server's address, then try again. {note}",
    ),
    "server_busy": (
        "服务器繁忙,已录内容全部保留,请{wait}再试。",
        "The server is busy; everything recorded is kept. Try again {wait}.",
    ),
    "wait_some": ("稍后", "later"),
    "wait_seconds": ("约 {seconds} 秒后", "in about {seconds} s"),
    "server_fault": (
        "服务器暂时出错({status}),本机内容不变,请稍后再试。",
        "The server has a fault ({status}); nothing changed on this device. Try again later.",
    ),
    "answer_unproven": (
        "收到的答复不是法院服务器签名的(可能要先登录无线网络,或地址不对),本机内容不变。请换网络或核对地址后再试。",
        "The answer was not signed by the court's server (a network sign-in page, perhaps, or another "
        "address). Nothing changed on this device; try another network, or check the address.",
    ),
    # held back: nothing is wrong
    "held_back_metered": (
        "网络按流量计费,{files} 个文件({megabytes} MB)留在本机,等待无线网络;记录和缩略图已照常发送。",
        "The network is metered: {files} files ({megabytes} MB) wait here for Wi-Fi. Records and previews go as ever.",
    ),
    "held_back_battery": (
        "电量低,{files} 个文件({megabytes} MB)留在本机,等待充电;记录和缩略图已照常发送。",
        "The battery is low: {files} files ({megabytes} MB) wait here for a charger. Records and previews go as ever.",
    ),
    "space_low": (
        "本机空间不足,约还能拍 {photos} 张。请尽快同步,或清理空间。",
        "Little room is left on this device, for some {photos} photographs. Sync soon, or make room.",
    ),
    "space_gone": (
        "本机空间已满,不能再拍照,记录仍可继续。请同步并清理空间。",
        "There is no room for another photograph; acts are still recorded. Sync, and make room.",
    ),
    # rejected: a person must look
    "rejected": ("服务器没有接受:{note}", "The server did not accept this: {note}"),
    "enrolment_code_invalid": (
        "登记码无效、已用过或已过期,请向管理员索取新的登记码。",
        "The enrolment code is wrong, used or expired. Ask for a new one.",
    ),
    "enrolment_code_unreadable": (
        "登记码应为 42 个字母和数字,请核对后重新输入。",
        "An enrolment code has 42 letters and digits. Check it and type it again.",
    ),
    "server_address_invalid": (
        "服务器地址“{server}”不对,应以 https:// 开头,例如 https://court.example。",
        '"{server}" is no address of a server; it begins with https://, as in https://court.example.',
    ),
    "court_not_proven": (
        "这台服务器不能证明自己属于发出登记码的法院。请核对登记码和服务器地址,再登记一次。",
        "This server cannot prove that it belongs to the court that issued the code. Check the code and the "
        "address, and enrol again.",
    ),
    "device_id_taken": (
        "这台设备的编号已被占用,已换成新的编号。请用同一个登记码再登记一次。",
        "This device's id is taken; it has a new one now. Enrol again with the same code.",
    ),
    "too_many_attempts": ("尝试次数过多,请稍后再试。", "Too many attempts. Try again later."),
    "device_revoked": (
        "这台设备已被停用。已录内容全部保留,请联系管理员。",
        "This device was revoked. Everything recorded is kept; speak to your administrator.",
    ),
    "certificate_invalid": (
        "服务器不认可这台设备的证书。已录内容全部保留,请联系管理员。",
        "The server does not accept this device's certificate. Everything is kept; speak to your administrator.",
    ),
    "request_signature_invalid": (
        "服务器不认可这台设备的签名。已录内容全部保留,请联系管理员。",
        "The server does not accept this device's signature. Everything recorded is kept; speak to your administrator.",
    ),
    "envelope_invalid": (
        "服务器读不懂这次请求({note})。已录内容全部保留,请更新应用或联系管理员。",
        "The server cannot read this request ({note}). Everything recorded is kept; update the app or speak to your "
        "administrator.",
    ),
    "log_forked": (
        "服务器已收到本设备编号相同而内容不同的记录(可能存在克隆的设备)。本机内容全部保留并已送达,请领取新的登记码后续用。",
        "The server holds other records under this device's numbers (a cloned device, perhaps). Everything here is "
        "kept and has arrived; get a fresh code and renew this device.",
    ),
    "chain_invalid": (
        "服务器不认可本设备的记录链。本机内容全部保留,请联系管理员。",
        "The server finds this device's chain of records broken. Everything here is kept; speak to your administrator.",
    ),
    "log_disagrees": (
        "服务器上本设备的记录与本机不一致(可能存在克隆的设备)。本机内容全部保留,请领取新的登记码后续用。",
        "The server's log of this device differs from ours (a cloned device, perhaps). Everything here is kept; get a "
        "fresh code and renew this device.",
    ),
    "log_behind": (
        "服务器上有本机缺少的记录(本机可能由旧备份恢复)。本机内容全部保留,请领取新的登记码后续用。",
        "The server holds records this device lacks (it may have been restored from an old image). Everything here is "
        "kept; get a fresh code and renew this device.",
    ),
    "parcel_damaged": (
        "离线包已损坏或被改动,法院没有接收。请在原设备上重新导出。",
        "The parcel is damaged or was changed; the court did not take it. Export it again on its author's device.",
    ),
    "parcel_of_another_court": (
        "这个离线包属于另一家法院,请交给该法院的人员提交。",
        "This parcel is for another court. Have it handed in there.",
    ),
    "upload_refused": (
        "服务器没有接受文件 {sha256}:{note}",
        "The server did not accept the file {sha256}: {note}",
    ),
    "paper_missing": (
        "文书 {sha256} 未能下载:{note}。下次同步时再试。",
        "The paper {sha256} could not be fetched: {note}. The next sync tries again.",
    ),
    "papers_ambiguous": (
        "有几份文书与 {what} 相符,请多写几位校验值。",
        "Several match {what}; write more of its hash.",
    ),
    "protocol_too_old": (
        "应用版本过旧,服务器要求协议 {minimum} 至 {maximum}。已录内容全部保留,请更新应用。",
        "This app is too old: the server speaks protocol {minimum} to {maximum}. Everything recorded is kept; update "
        "the app.",
    ),
    # this device
    "storage_full": (
        "存储空间不足或已到配额(剩余 {free} MB),没有存下。请先清理空间,再继续。",
        "Not enough room on this device, or a quota reached ({free} MB left); nothing was stored. Make room "
        "before you go on.",
    ),
    "cannot_write": (
        "无法读写 {what}:{note}。没有存下任何内容。请检查权限、磁盘,或换一个位置。",
        "{what} cannot be read or written: {note}. Nothing was stored. Check rights and disk, or choose another place.",
    ),
    "store_occupied": (
        "{what} 已经存在,而且不是可用的本地库。请换一个路径,或先移走它。",
        "{what} is there already and is no usable store. Choose another path, or move it away first.",
    ),
    "store_closed": (
        "本地库 {store} 已关闭,请重新打开。",
        "The store {store} was closed; open it again.",
    ),
    "store_lost": (
        "本地库文件 {store} 不见了,照片仍在 {store}.vault。请把它放回原处,或保留本机并联系管理员。",
        "The file {store} is gone; its photographs are still in {store}.vault. Put it back, or keep this "
        "device and speak to your administrator.",
    ),
    "passphrase_empty": (
        "口令不能为空,请设一个口令。",
        "The passphrase is empty. Choose one.",
    ),
    "passphrase_unreadable": (
        "读不到口令文件 {what}:{note}。请核对路径和权限。",
        "The passphrase file {what} cannot be read: {note}. Check path and rights.",
    ),
    "invalid_record": (
        "无法记录 {place}:{reason}{note}",
        "Cannot be recorded, at {place}: {reason} {note}",
    ),
    "papers_unavailable": (
        "本程序未安装文书排版组件,不能生成笔录和清单。请安装 zhixing-client-sdk[papers] 后再试;记录不受影响。",
        "This program lacks what sets papers. Install zhixing-client-sdk[papers]; records are as they were.",
    ),
    "paper_kind_unknown": (
        "这一行为没有这种文书({what}),可选:{known}。",
        "Acts of this kind have no such paper ({what}). There are: {known}.",
    ),
    "paper_not_set": (
        "文书未能生成,记录和照片不受影响。{note}",
        "The paper could not be set; record and photographs are as they were. {note}",
    ),
    "act_let_go": (
        "法院已安全保存这一行为,本机不再留存其内容。请在指挥中心页面打印。",
        "The court holds this act safely, and this device no longer has its words. Print it from the command centre.",
    ),
    "case_let_go": (
        "案件已不在本机(已改派或收回),文书缺案号。请在指挥中心页面打印。",
        "The case is no longer on this device, and a paper needs its number. Print it from the command centre.",
    ),
    "paper_not_here": (
        "文书 {what} 尚未下载到本机,请联网同步。",
        "The paper {what} is not on this device yet. Sync to fetch it.",
    ),
    "reading_ended": (
        "本机已停止显示案件内容(设备被停用,或太久没有与法院联网)。录入照常;联网同步后恢复,停用的请联系管理员。",
        "This device shows no cases any more (revoked, or too long without the court). Recording goes on; a sync "
        "brings them back, unless it was revoked.",
    ),
    "not_found": (
        "本机没有:{what}。请核对编号,或联网同步后再试。",
        "Not on this device: {what}. Check the id, or sync and try again.",
    ),
    "store_locked": (
        "本地库 {store} 已被另一个程序打开,请先关闭它。",
        "The store {store} is open in another process. Close that one first.",
    ),
    "store_missing": (
        "找不到本地库 {store}。请核对路径,或先登记这台设备。",
        "There is no store at {store}. Check the path, or enrol this device first.",
    ),
    "wrong_passphrase": (
        "口令不对,本地库未打开。请核对后再试;忘记口令请联系管理员。",
        "Wrong passphrase; the store stays closed. Try again; if it is lost, speak to your administrator.",
    ),
    "keystore_unavailable": (
        "本机没有可用的系统密钥库,请提供口令。",
        "There is no usable system keystore here; give a passphrase.",
    ),
    "store_damaged": (
        "本地库中的内容已损坏:{what}。请保留本机并联系管理员。",
        "Something in the store is damaged: {what}. Keep this device and speak to your administrator.",
    ),
    "store_too_new": (
        "本地库由更新版本的应用写成(版本 {version}),请更新应用。",
        "The store was written by a newer app (version {version}). Update this app.",
    ),
    "sqlcipher_missing": (
        "这个本地库需要 sqlcipher3,请安装后再打开。",
        "This store needs sqlcipher3; install it and open again.",
    ),
    "already_enrolled": (
        "本地库 {store} 已登记过。请直接打开它(FieldClient.open),或换一个路径登记。",
        "The store {store} is enrolled already. Open it (FieldClient.open), or enrol at another path.",
    ),
    "not_enrolled": (
        "本地库 {store} 的登记没有完成,请重新登记。",
        "The enrolment of {store} was not finished; enrol again.",
    ),
    "unsafe_to_wipe": (
        "还有 {operations} 条记录、{files} 个文件法院尚未可靠收到,没有清除。请先同步;确要放弃才用 force。",
        "{operations} operations and {files} files are not safely with the court yet; nothing was wiped. "
        "Sync first; use force only to give them up.",
    ),
    # command line
    "cli_enrolled": ("已登记:{name}({court})", "Enrolled: {name} ({court})"),
    "cli_recorded": ("已录入 {kind},编号 {id}", "Recorded {kind}, id {id}"),
    "cli_missing": ("尚缺:{what}", "Still missing: {what}"),
    "cli_unenrolled": ("已注销并清除本地库 {store}", "Unenrolled; the store {store} was wiped"),
    "cli_passphrase": ("口令", "Passphrase"),
    "cli_synced": (
        "上报 {operations} 条,下载 {units} 项、文书 {papers} 份,上传 {files} 个文件({bytes} 字节)。",
        "{operations} operations sent, {units} units and {papers} papers received, {files} files sent ({bytes} bytes).",
    ),
    "cli_looked_at": (
        "其中 {count} 条待人工处理,原因见 zhixing-field today --json。",
        "{count} of them wait for a person; zhixing-field today --json says why.",
    ),
    "cli_saved": ("已将《{title}》存为 {file}", "Saved {title} as {file}"),
    "cli_title": ("文书", "Paper"),
    "cli_document_no": ("文号", "Number"),
    "cli_issued": ("签发日期", "Issued"),
    "cli_size": ("大小", "Size"),
    "cli_here": ("已在本机", "Here"),
    "cli_sha256": ("校验值", "SHA-256"),
    "cli_yes": ("是", "yes"),
    "cli_no": ("否", "no"),
    "cli_all_sent": ("全部送达。", "Everything is sent."),
    "cli_not_all_sent": ("还有内容未送达,请再次同步。", "Something is still unsent; sync again."),
    "cli_today": (
        "督办 {orders},待复核 {reviews},未送达 {unsent};数据截至 {as_of}",
        "orders {orders}, reviews {reviews}, unsent {unsent}; as of {as_of}",
    ),
    "cli_case_no": ("案号", "Case"),
    "cli_cause": ("案由", "Cause"),
    "cli_status": ("状态", "Status"),
    "cli_parties": ("当事人", "Parties"),
    "cli_id": ("编号", "Id"),
    "alarm_compel_6_hours": (
        "拘传到案已满六小时,询问不得超过八小时。",
        "Six hours since arrival; questioning may last eight.",
    ),
    "alarm_compel_7_hours_30": (
        "拘传到案已七个半小时,八小时将满。",
        "Seven and a half hours since arrival: eight end soon.",
    ),
    "alarm_compel_22_hours": (
        "拘传到案已二十二小时,二十四小时将满。",
        "Twenty-two hours since arrival: twenty-four end soon.",
    ),
    "alarm_detention_ends_24_hours": (
        "拘留将于二十四小时后届满。",
        "The detention ends in twenty-four hours.",
    ),
    "alarm_detention_ends_2_hours": (
        "拘留将于两小时后届满。",
        "The detention ends in two hours.",
    ),
    "alarm_detention_ends": (
        "拘留期限已届满,应当解除。",
        "The term of the detention is over: release.",
    ),
    "alarm_control_expires_30_days": (
        "查封、扣押、冻结将于三十日后届满,逾期未续即失效。",
        "A control expires in thirty days, and lapses if not renewed.",
    ),
    "alarm_control_expires_7_days": (
        "查封、扣押、冻结将于七日后届满。",
        "A control expires in seven days.",
    ),
    "alarm_control_expires_1_day": (
        "查封、扣押、冻结明日届满。",
        "A control expires tomorrow.",
    ),
    "alarm_control_expires": (
        "查封、扣押、冻结今日届满。",
        "A control expires today.",
    ),
    "cli_completed_here": ("(本机已记办结)", "(done, says this device)"),
    "cli_answered_here": ("(本机已答复)", "(answered, says this device)"),
    "cli_handover": ("待接收移交:{sender}", "To be taken over from {sender}"),
    "cli_urge": ("催办:{text}", "Urged: {text}"),
    "cli_related": ("同一被执行人的案件", "Same debtor in"),
    "cli_related_more": ("另有 {count} 件,请到法院查询", "{count} more: ask at the desk"),
    "cli_court": ("法院", "Court"),
    "cli_seals": ("有效查封", "Seals in force"),
    "cli_resistance": ("抗拒记录", "Resistance"),
    "cli_rings": ("响铃时刻", "Rings"),
    "cli_minutes": ("分钟后", "In minutes"),
    "cli_kind": ("行为", "Act"),
    "cli_due": ("期限", "Due"),
    "cli_days": ("剩余天数", "Days left"),
    "cli_node": ("节点", "Node"),
    "cli_what": ("项目", "What"),
    "cli_value": ("内容", "Value"),
    "cli_officer": ("执行人员", "Officer"),
    "cli_unsent": ("未送达(记录+文件)", "Unsent (operations + files)"),
    "cli_renewed": ("已以新的登记码续用,请同步。", "Renewed under a fresh code; now sync."),
    "cli_unsafe": ("尚未可靠保存(记录+文件)", "Not yet safe (operations + files)"),
    "cli_contact": ("最近联系", "Last contact"),
    "cli_clock": ("时钟", "Clock"),
    "cli_free": ("剩余空间", "Free space"),
    "cli_recovered": ("找回/损坏的照片", "Photos recovered / broken"),
    **PARCEL_TEXTS,
    **PROOF_TEXTS,
    **SAFETY_TEXTS,
    "phase_push": ("上报", "push"),
    "phase_pull": ("下载", "pull"),
    "phase_upload": ("上传照片", "upload"),
    "phase_papers": ("下载文书", "papers"),
}
