"""The page of what is to be carried back: a clerk reads it by case, marks, downloads, ticks off by a list."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from server.backfill.models import FilledBack
from server.cases.models import Case
from tests.actors import Cast, browser_of
from tests.backfill.conftest import case, cast, recorded
from tests.centre.reading import Page, seen_by

__all__ = ["case", "cast", "recorded"]
pytestmark = pytest.mark.django_db
PAGE = "/centre/backfill"


def values(page: Page) -> list[str]:
    return [str(box.attributes["value"]) for box in page.all("input") if box.attributes.get("name") == "row"]


def waiting(cast: Cast) -> list[str]:
    return values(seen_by(cast.duty, PAGE))


def test_rows_stand_by_their_case_and_the_file_is_a_link_away(recorded: Case, cast: Cast) -> None:
    page = seen_by(cast.duty, f"{PAGE}?kind=act")
    (row,) = [line for body in page.all("tbody") for line in body.all("tr")]
    assert "查人找物" in row.text
    assert "林岚、陈默" in row.text
    assert page.all("h2")[0].one("a").text == recorded.case_no
    (link,) = [one for one in page.all("a") if one.text == "下载 CSV"]
    answer = browser_of(cast.duty).get(str(link.attributes["href"]))
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode("utf-8-sig").splitlines()[0].startswith("案号,类别,事项,节点,日期")
    assert len(answer.content.decode().strip().splitlines()) == 2


def test_chosen_rows_are_marked_and_said_so(recorded: Case, cast: Cast) -> None:
    first, *others = waiting(cast)
    answer = browser_of(cast.duty).post(f"{PAGE}/mark", {"row": [first], "q": recorded.case_no})
    assert answer.status_code == 302
    page = seen_by(cast.duty, str(answer["Location"]))
    assert "已标记 1 / 1 行" in page.one("main").text
    assert values(page) == others
    (mark,) = FilledBack.objects.all()
    back = browser_of(cast.duty).post(f"{PAGE}/mark", {"row": [first], "state": "filled"})
    assert back.status_code == 302
    mark.refresh_from_db()
    assert mark.undone_by == cast.duty
    assert waiting(cast) == [first, *others]


def test_one_tap_marks_what_was_shown_of_a_case(recorded: Case, cast: Cast) -> None:
    shown = waiting(cast)
    browser_of(cast.duty).post(f"{PAGE}/mark", {"shown": shown[1:], "case": str(recorded.pk)})
    assert waiting(cast) == shown[:1]


def test_a_list_is_tried_and_then_ticked_off(recorded: Case, cast: Cast) -> None:
    file = SimpleUploadedFile("list.csv", f"案号\n{recorded.case_no}\n乱写\n".encode("gb18030"), "text/csv")
    answer = browser_of(cast.duty).post(f"{PAGE}/list", {"file": file, "try": "1"})
    assert "试运行：未作任何改动" in answer.content.decode()
    assert "乱写" in answer.content.decode()
    assert waiting(cast)
    answer = browser_of(cast.duty).post(f"{PAGE}/list", {"text": recorded.case_no})
    assert "已按名单勾销" in answer.content.decode()
    assert not waiting(cast)


def test_who_only_reads_has_nothing_to_mark(recorded: Case, cast: Cast) -> None:
    page = seen_by(cast.inspector, PAGE)
    assert recorded.case_no in page.one("main").text
    assert not values(page)
    assert "本系统记录的事项均已回填。" in seen_by(cast.stranger, PAGE).one("main").text


def test_a_form_that_names_nothing_marks_nothing(recorded: Case, cast: Cast) -> None:
    browser = browser_of(cast.duty)
    for body in ({}, {"row": "乱写"}, {"row": "x/act:1"}, {"case": str(recorded.pk)}):
        answer = browser.post(f"{PAGE}/mark", body)
        assert answer.status_code == 302
        assert answer["Location"].endswith("done=0&of=0"), "back to the list, which says that nothing was marked"
    assert not FilledBack.objects.exists()
