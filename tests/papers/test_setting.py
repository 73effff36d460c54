"""Papers a clerk would file: read back from real PDFs, each hard example set by the server's own template."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import client_sdk.set_paper
import server.field.set_paper
from server.field.kinds import kinds_document
from server.field.paper_codes import as_printed, paper_code
from tests.papers.examples import EXAMPLES, FILES, HASHES, INK_FILES, LONG_NAME, SEALED, Example
from tests.papers.reading import pages_of, sizes_of
from tests.papers.setting import inputs_of

pytestmark = pytest.mark.database_free
SERVER, DEVICE = (
    Path(module.__file__ or "").parent / "typeset" for module in (server.field.set_paper, client_sdk.set_paper)
)


@cache
def pdf_of(name: str) -> bytes:
    return server.field.set_paper.set_paper(*inputs_of(EXAMPLES[name]))


@cache
def pages(name: str) -> list[str]:
    return pages_of(pdf_of(name))


def words(name: str) -> str:
    return "".join(pages(name))


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_page_has_its_number_the_code_and_the_hash_of_the_record(name: str) -> None:
    count = len(pages(name))
    assert count < 20
    for number, page in enumerate(pages(name), start=1):
        assert f"第{number}页共{count}页" in page
        assert f"核验码{EXAMPLES[name].code}" in page
        assert f"记录哈希（SHA-256）{HASHES[0]}" in page


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_a4_for_the_archive_with_its_fonts_inside(name: str) -> None:
    pdf = pdf_of(name)
    assert sizes_of(pdf) == {(210, 297)}
    assert b"NotoSerifSC-Regular" in pdf
    assert b"/FontFile3" in pdf
    assert b"pdfaid:part" in pdf
    assert len(pdf) < 1_000_000


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_title_court_and_case_are_on_the_first_page(name: str) -> None:
    sheet = EXAMPLES[name].sheet
    for said in (sheet["paper"]["title"], sheet["court"], sheet["case"]["case_no"]):
        assert said in pages(name)[0]


def test_every_paper_of_every_kind_is_among_the_examples() -> None:
    known = {(kind["key"], paper["key"]) for kind in kinds_document()["kinds"] for paper in kind["papers"]}
    shown = {(example.kind, example.key) for example in EXAMPLES.values()}
    assert known - shown == {("SITE_SURVEY", "INVESTIGATION_RECORD")}  # as that of LOCATE
    assert {"ONSITE_RECORD", "CORRECTION_RECORD"} <= {key for _kind, key in shown}


@pytest.mark.parametrize("name", ["seal", "sixty", "hostile", "empty"])
def test_the_same_is_the_same_byte_for_byte_on_either_side(name: str) -> None:
    example = EXAMPLES[name]
    again = server.field.set_paper.set_paper(*inputs_of(example))
    on_the_device = client_sdk.set_paper.set_paper(example.sheet, example.terms, example.pictures)
    assert pdf_of(name) == again == on_the_device


def test_server_and_device_have_the_same_template() -> None:
    shipped = {path.name: path.read_bytes() for path in SERVER.iterdir()}
    assert {"paper.typ", "words.typ", "glyphs.txt"} <= shipped.keys()
    assert shipped == {path.name: path.read_bytes() for path in DEVICE.iterdir()}


def test_sixty_things_stand_once_each_under_a_head_on_every_page() -> None:
    found = words("sixty")
    for item in SEALED["items"]:
        assert found.count(item["name"]) == 1
        assert found.count(item["serial_no"]) == 1
    listing = [page for page in pages("sixty") if "第0" in page]
    assert len(listing) > 3
    for page in listing:
        assert page.count("名称及种类") == page.count("规格型号、编号") == 1
    assert found.count("（以下空白）") == 1


def test_the_sum_is_in_figures_and_capitals() -> None:
    assert "共60项；其中60项有估值，合计139,740.00元（人民币壹拾叁万玖仟柒佰肆拾元整）" in words("sixty")


@pytest.mark.parametrize(
    ("sum_", "said"),
    [
        ("0", "0.00元（人民币零元整）"),
        ("0.05", "0.05元（人民币伍分）"),
        ("10.5", "10.50元（人民币壹拾元伍角整）"),
        ("1001.01", "1,001.01元（人民币壹仟零壹元零壹分）"),
        ("100020.05", "100,020.05元（人民币壹拾万零贰拾元零伍分）"),
        ("1234567.8", "1,234,567.80元（人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角整）"),
        ("100000000", "100,000,000.00元（人民币壹亿元整）"),
        ("1000200030004", "1,000,200,030,004.00元（人民币壹万零贰亿零叁万零肆元整）"),
        (
            "999999999999999.99",
            "999,999,999,999,999.99元（人民币玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分）",
        ),
        ("一百", "一百"),
    ],
)
def test_sums_are_written_as_on_a_bill(sum_: str, said: str) -> None:
    frozen = Example("FREEZE_COUNTER", "RECEIPT", {"amount_asked": sum_})
    assert f"要求金额{said}" in "".join(pages_of(server.field.set_paper.set_paper(*inputs_of(frozen))))


def test_dates_and_hours_are_china_s() -> None:
    assert "2026年11月30日09时30分至2026年11月30日11时05分" in words("seal")
    assert "届满日期2028年11月29日" in words("seal")


def test_it_says_no_more_than_was_recorded() -> None:
    assert "执行人员已告知在场人员依法享有的权利，并告知本次执行全程录音录像。" in words("seal")
    for said in ("已告知", "已出示证件", "录音录像"):
        assert said not in words("empty")


def test_sentences_end_once() -> None:
    for name in EXAMPLES:
        assert "。。" not in words(name)


def test_a_refusal_is_noted_where_the_signature_would_stand() -> None:
    refusal = "拒绝签名：称对查封电视机有异议，拒绝在笔录及清单上签名，执行人员已当场释明，拒签过程全程录像见证人：刘𬭎"
    for name in ("seal", "sixty", "service"):
        assert refusal in words(name)


def test_who_was_there_and_has_not_signed_has_a_line_to_sign() -> None:
    last = words("seal").split("签名、捺印或盖章")[-1]
    assert "执行人员陈默年月日" in last
    assert "记录人周宁年月日" in last
    assert last.count("林岚") == 2  # signed already: his row, and the electronic record


def test_a_sign_that_no_font_has_is_named_by_its_number() -> None:
    assert "王〔U+21D53〕" in words("seal")
    assert "刘𬭎" in words("seal")


def test_thousands_of_such_signs_are_no_reason_for_no_paper() -> None:
    many = Example("LOCATE", "ONSITE_RECORD", {"narrative": "执😀行" * 3000})
    assert "".join(pages_of(server.field.set_paper.set_paper(*inputs_of(many)))).count("〔U+1F600〕") == 3000


def test_a_draft_says_on_every_page_that_it_is_one_and_what_it_lacks() -> None:
    assert all("【草稿】" in page for page in pages("draft"))
    assert "缺少照片：封条近景；保管人未签名。" in pages("draft")[0]
    assert all("【已撤销】" in page for page in pages("annulled"))
    assert "【" not in words("seal")


def test_photographs_follow_with_what_they_show_and_their_hash() -> None:
    assert "附：现场照片及资料（共14件）" in words("seal")
    for file in EXAMPLES["seal"].files:
        assert words("seal").count(file["sha256"][:16]) == 1
    assert pdf_of("seal").count(b"/Subtype/Image") >= 14


def test_nothing_filled_in_is_a_form_to_fill_in() -> None:
    assert len(pages("empty")) == 1
    assert "签名、捺印或盖章" in words("empty")


def test_what_a_device_says_is_never_obeyed_and_never_lost() -> None:
    found = words("hostile")
    assert '#panic("x")$x^2$*粗*_斜_@ref<l>\\#import"x.typ"]]/*左*///`原样`~---反{{7*7}}' in found
    assert "Z" * 300 in found
    for said in ("林岚、陈默", "QUEEN", "2026-02-30T25:00:00Z", "MAYBE", "一：1、2.5、是、"):
        assert said in found
    assert "一箱书" in words("hostile_list")
    assert "\u202e" not in found


def test_a_correction_stands_beside_what_it_corrects() -> None:
    assert "理由：原笔录将结束时间误写为十一时零五分" in words("corrected")
    assert "结束时间2026年11月30日11时15分" in words("corrected")
    assert f"原记录哈希{HASHES[0]}" in words("corrected")
    assert "补正与" not in words("corrected")
    assert "补充与补正" in words("beside")
    assert "执行结果：部分完成" in words("beside")  # what was signed stands
    assert "结果完成" in words("beside")


def test_a_long_name_and_a_long_company_are_whole() -> None:
    for name in ("seal", "receipt", "service"):
        assert LONG_NAME in words(name)


def test_a_code_is_of_this_paper_and_these_records_and_reads_back_as_it_was_typed() -> None:
    code = paper_code("SEAL_RECORD", HASHES[:1])
    assert code == EXAMPLES["seal"].code
    assert len({code, paper_code("INVENTORY", HASHES[:1]), paper_code("SEAL_RECORD", HASHES)}) == 3
    assert as_printed(code.lower().replace("-", " ").replace("0", "o")) == code


def test_what_was_drawn_stands_in_its_signatures_place_and_not_among_the_photographs() -> None:
    found = words("signed")
    assert f"附：现场照片及资料（共{len(FILES)}件）" in found
    assert "笔迹a1a1a1a1a1a1a1a1" in found
    assert "笔迹b2b2b2b2b2b2b2b2" in found
    assert "签名图样" not in found
    assert "拒绝签名：称对查封电视机有异议" in found


def test_who_signed_later_stands_with_those_who_signed_first() -> None:
    assert "记录人周宁签名2026年11月30日11时20分" in words("signed")


def test_a_signature_is_drawn_however_many_photographs_there_are() -> None:
    photo = {**FILES[0], "sha256": "f" * 64}
    example = replace(EXAMPLES["signed"], files=(*[photo] * 95, *INK_FILES))
    pdf = server.field.set_paper.set_paper(*inputs_of(example))
    assert pdf.count(b"/Subtype/Image") >= 2


def test_whoever_signed_gets_no_second_line_even_with_a_sign_no_font_draws() -> None:
    found = words("signed")
    assert found.count("王〔U+21D53〕") == 2, "among those present, and with the signature"
    assert found.count("王〔U+21D53〕纸面签名") == 1


def test_an_inventory_says_what_was_exempt_and_why_and_which_milder_measures_were_thought_of() -> None:
    found = words("mild")
    assert "属豁免未控制" in found
    assert "豁免理由：被扶养人义务教育所必需" in found
    assert "活封" in found
    assert "此前两次宽限均未履行" in found


def test_what_a_second_device_brought_stands_beside_the_act_under_its_officers_name() -> None:
    assert "协助记录（另一台设备，0件资料）：林岚" in words("helped")
    assert "邻居称已出租" in words("helped")
