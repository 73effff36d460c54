"""Why something cannot be recorded, and what to do, by the `reason` of InvalidRecord: Chinese first, then English."""

from client_sdk import messages


def said(code: str, wanted: str | None = None) -> str:
    """Why something cannot be recorded, and what to do; an unknown code as it is."""
    pair = REASONS.get(code, (code, code))
    return pair[1] if (wanted or messages.language()) == "en" else pair[0]


REASONS: dict[str, tuple[str, str]] = {
    "empty": ("内容为空,请填写。", "It is empty; fill it in."),
    "too_large": ("内容过长,请缩短或分成几次记录。", "Too much; shorten it, or record it as several acts."),
    "bom": ("开头有字节序标记,请去掉。", "It begins with a byte order mark; take it out."),
    "encoding": ("不是 UTF-8 文字,请改用 UTF-8。", "It is not UTF-8; write it as UTF-8."),
    "syntax": (
        "不是 JSON 能表示的值;时间请写成文字,金额请写成数字。",
        "No value JSON can carry; write times as text and amounts as numbers.",
    ),
    "not_object": ("应为一个 JSON 对象。", "It must be a JSON object."),
    "duplicate_member": ("同一名称出现了两次,请留一个。", "One name stands twice; keep one."),
    "nul": ("含有空字符(NUL),请删去后重录。", "It holds a NUL character; delete it and record again."),
    "surrogate": (
        "含有不完整的字符(如半个表情符号),请删去后重录。",
        "It holds half a character (of an emoji, perhaps); delete it and record again.",
    ),
    "noncharacter": (
        "含有不允许的字符,请删去后重录。",
        "It holds a code point that is no character; delete it and record again.",
    ),
    "number_range": (
        "数字过大,请核对;长编号请写成文字。",
        "The number is too large; check it, and write long ids as text.",
    ),
    "number_not_finite": ("不是有效的数字,请核对。", "No finite number; check it."),
    "too_deep": ("嵌套过深(最多 32 层),请简化。", "Nested too deep (32 at most); make it simpler."),
    "too_many": ("数量超出上限,请分成几次记录。", "Too many; record them as several acts."),
    "member_invalid": ("格式不对,请核对后重填。", "Not of the right form; check it."),
    "reason_needed": (
        "请写明补正的理由。",
        "Say why it is corrected.",
    ),
    "not_correctable": (
        "对移交的答复不能补正,请与法院联系。",
        "An answer to a handover is not corrected; speak to the court.",
    ),
    "strokes_needed": ("没有笔迹,请在签名框内签名。", "Nothing was drawn; sign in the field."),
    "strokes_invalid": (
        "笔迹格式不对:每点是四个整数(横、纵坐标、毫秒、压力),时间从零起且不倒退。",
        "Strokes of another form: a point is four whole numbers (x, y, milliseconds, pressure), times begin at 0.",
    ),
    "not_an_invitation": (
        "这不是协作邀请码,请重新扫描对方屏幕上的二维码。",
        "This is no invitation; scan the code on the other screen again.",
    ),
    "already_recorded": (
        "这条记录已经保存,补充请用补正。",
        "It has been recorded; what comes later is a correction.",
    ),
    "template_unknown": ("没有这个模板,请核对名称和行为种类。", "There is no such template of this kind of act."),
    "picture_needed": (
        "纸面签名须附签名页照片。",
        "A signature on paper needs the photograph of its page.",
    ),
    "text_needed": ("请写明内容。", "Say it in words."),
    "subject_needed": (
        "请指明一个案件或委托事项:case_id、case_ids、case_no 或 matter_ids 只用一个。",
        "Name the case in one way: case_id, case_ids, case_no or matter_ids.",
    ),
    "empty_file": (
        "文件是空的,请重拍或换一个文件。",
        "The file is empty; take the picture again, or choose another file.",
    ),
    "not_a_parcel": ("这个文件不是离线包,请核对文件。", "This file is no parcel; check which one it is."),
    "unreadable_file": ("文件读不出来,请核对路径和权限。", "The file cannot be read; check path and rights."),
    "photo_taken": ("这张照片已用于另一条记录,请另拍一张。", "Another record has this photograph; take another."),
    "bytes_needed": (
        "应为照片的字节;文件请用 import_file。",
        "The bytes of the photograph are wanted; for a file use import_file.",
    ),
    "photos_needed": (
        "应为列表,每项是拍下的照片或文件路径。",
        "A list is wanted, each item a capture or the path of a file.",
    ),
    "position_invalid": (
        "应为度数:纬度 -90 至 90,经度 -180 至 180。",
        "Degrees are wanted: latitude -90 to 90, longitude -180 to 180.",
    ),
}
