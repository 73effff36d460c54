"""What is said of proofs: the part of `messages.py` about receipts in files."""

PROOF_TEXTS: dict[str, tuple[str, str]] = {
    "cli_proof_made": (
        "已写入 {file}。任何人可脱网核验:zhixing-field verify {file} --root {root}",
        "Written to {file}. Anybody verifies it, offline: zhixing-field verify {file} --root {root}",
    ),
    "cli_proof_clear": (
        "文件含该记录的全部内容,未加密,请只交给有权阅看的人。",
        "The act stands in it in clear: hand it only to those who may read the act.",
    ),
    "proof_holds": ("证明成立。", "The proof holds."),
    "proof_root_known": ("· 根密钥与所给指纹相符:{root}", "- The root key has the fingerprint given: {root}"),
    "proof_root_unknown": (
        "注意:根密钥只是文件自带的(指纹 {root}),整份文件仍可能是伪造的。请向法院索取根密钥指纹,再以 --root 核验。",
        "Beware: the root key is the file's own word (fingerprint {root}), and all of it may be made up. Ask the court "
        "for the fingerprint of its root key, and verify again with --root.",
    ),
    "proof_device": (
        "· 法院 {court} 以签名密钥 {kid} 认证:设备 {device}(第 {incarnation} 份日志)属执行人员 {officer}",
        "- Court {court} certified by its signing key {kid}: device {device} (log {incarnation}) is that of "
        "officer {officer}",
    ),
    "proof_keys": (
        "· 声明和回执由该法院密钥 {kids} 签名",
        "- Statement and receipts are signed by that court's key {kids}",
    ),
    "proof_statement": (
        "· 法院声明:至 {received_at} 已收到本设备第 1 至 {acked} 条记录,末条校验值 {hash};第 {safe} 条以前另有可靠副本",
        "- The court states: by {received_at} it had operations 1 to {acked} of this device, the last of hash {hash}; "
        "up to {safe} they are also in a safe copy",
    ),
    "proof_statement_empty": (
        "· 法院声明:至 {received_at} 尚未收到本设备的记录",
        "- The court states: by {received_at} it had no operation of this device",
    ),
    "proof_act": (
        "· 其中第 {seq} 条为 {kind},设备自记时间 {recorded_at},校验值 {hash},由该设备签名",
        "- Among them number {seq}: {kind}, recorded at {recorded_at} by the device's own clock, hash {hash}, signed "
        "by the device",
    ),
    "proof_receipt": (
        "· 法院回执:{received_at} 已从存储中重读第 {seq} 条记录的文件,{size} 字节,SHA-256 {sha256};"
        "见法院账本第 {position} 条",
        "- The court's receipt: at {received_at} it had read a file of operation {seq} again from its storage: {size} "
        "B, SHA-256 {sha256}; entry {position} of its ledger",
    ),
    "proof_file": (
        "· 所附文件与回执一致,法院于 {received_at} 已收到",
        "- The file at hand is that of the receipt; the court had it at {received_at}",
    ),
    "proof_wrong": ("证明不成立:{note}", "The proof does not hold: {note}"),
    "proof_unreadable": ("{file} 不是证明文件:{note}", "{file} is no proof: {note}"),
    "file_unreadable": ("{file} 无法读取:{note}", "{file} cannot be read: {note}"),
    "not_received": (
        "本机没有法院对 {what} 的回执:尚未送达,或属换码续用前的日志。请先同步。",
        "No word of the court about {what} is here: it has not arrived, or stands in a log from before a renewal. Sync "
        "first.",
    ),
    "proof_let_go": (
        "该记录或其后的记录已按保存期从本机清除,不能再出具;其照片的回执仍可按照片出具。",
        "This act, or one after it, was let go of after the retention time; the receipts of its photographs are still "
        "here, photograph by photograph.",
    ),
}
