"""What is said of parcels and escrow: the part of `messages.py` about handing over by file."""

PARCEL_TEXTS: dict[str, tuple[str, str]] = {
    "cli_parcel_made": (
        "已写出离线包 {file}:{operations} 条记录、{files} 个文件({bytes} 字节)。本机内容不变。",
        "Parcel written to {file}: {operations} operations, {files} files ({bytes} bytes). All of it stays here too.",
    ),
    "cli_parcel_taken": (
        "法院已接收设备 {device} 的第 {first} 至 {last} 条记录。",
        "The court has taken operations {first} to {last} of device {device}.",
    ),
    "cli_parcel_waiting": (
        "法院已收存设备 {device} 的第 {first} 至 {last} 条记录,等待之前的内容到齐。",
        "The court keeps operations {first} to {last} of device {device} until what comes before them has arrived.",
    ),
    "cli_parcel_sealed": (
        "设备 {device} 已被停用,第 {first} 至 {last} 条记录已封存。",
        "Device {device} was revoked; its operations {first} to {last} are kept sealed.",
    ),
    "cli_escrow_asked": (
        "申请已写入 {file},请交给法院;{file}.key 请留在本机。",
        "The request is in {file}: hand that to the court, and keep {file}.key here.",
    ),
    "cli_escrow_opened": (
        "本地库 {store} 已可用新口令打开。",
        "The store {store} opens with the new passphrase.",
    ),
}
