"""Film and sound in the page of their act, played by ranges in a real Chromium, and taken away with a reason."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from client_sdk import FieldClient
from tests import films
from tests.browser.conftest import Complaints, Served
from tests.browser.test_desk import PATIENCE_MS, officer, sign_in

FORMATS = {"libx264": 'video/mp4; codecs="avc1.42E01E"', "libvpx-vp9": 'video/mp4; codecs="vp09.00.10.08"'}
MB = 1024 * 1024
PLAYED = """player => new Promise((done, fail) => {
  setTimeout(() => fail(new Error(`stands at ${player.currentTime}, ${player.error?.message}`)), PATIENCE);
  const look = () => player.currentTime > 0 ? done(player.duration) : setTimeout(look, 50);
  look();
})""".replace("PATIENCE", str(PATIENCE_MS))
SOUGHT = """(player, to) => new Promise((done, fail) => {
  setTimeout(() => fail(new Error(`stands at ${player.currentTime}, ${player.error?.message}`)), PATIENCE);
  player.addEventListener("seeked", () => done(player.currentTime), {once: true});
  player.currentTime = to;
})""".replace("PATIENCE", str(PATIENCE_MS))


def film_it_plays(page: Page) -> bytes:
    """Two seconds in a format this Chromium has, with the index behind eight megabytes of nothing, as a long film's."""
    can = "kind => document.createElement('video').canPlayType(kind)"
    codec = next(codec for codec, kind in FORMATS.items() if page.evaluate(can, kind))
    content = films.film(codec=codec, frames=50)
    index = content.rindex(b"moov") - 4
    return content[:index] + (8 * MB).to_bytes(4) + b"free" + bytes(8 * MB - 8) + content[index:]


def delivered(field: FieldClient, case_id: str, content: bytes) -> str:
    """The act with this file, arrived and verified."""
    captured = field.capture(content, shot_code="OTHER")
    act = field.record_action(case_id=case_id, kind="SEAL", fields={"narrative": "九时到场"}, photos=[captured])
    field.sync()
    return str(act.id)


def of_file(responses: list[Response], sha256: str) -> list[Response]:
    return [each for each in responses if each.url.endswith(f"/api/v1/evidence/{sha256}")]


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_it_plays_in_the_page_by_ranges_and_is_taken_away_with_a_reason(
    served: Served, page: Page, complaints: Complaints, tmp_path: Path, kind: str
) -> None:
    sign_in(page, served)
    content = film_it_plays(page) if kind == "video" else films.wav(900)
    sha256 = hashlib.sha256(content).hexdigest()
    with officer(served, tmp_path) as field:
        action_id = delivered(field, served.city["cases"][0], content)
    responses: list[Response] = []

    def hear(response: Response) -> None:
        responses.append(response)

    page.on("response", hear)
    page.goto(f"{served.url}/centre/actions/{action_id}")
    player: Any = page.locator(f"[data-sha256='{sha256}'] {kind}")
    expect(player).to_be_visible(timeout=PATIENCE_MS)
    assert of_file(responses, sha256) == [], "nothing is fetched before somebody plays it"
    player.press("Space")
    length = player.evaluate(PLAYED)
    assert length == pytest.approx(2 if kind == "video" else 900, abs=0.2)
    assert player.evaluate(SOUGHT, length * 0.9) >= length * 0.9 - 0.1
    answers = of_file(responses, sha256)
    starts = {int(each.headers["content-range"].split()[1].split("-")[0]) for each in answers}
    assert {each.status for each in answers} == {206}
    assert len(starts) > 1, "it goes to a later place without what lies before it"
    _take_away(page, sha256, content)
    assert complaints.heard == []


def _take_away(page: Page, sha256: str, content: bytes) -> None:
    page.locator(f"[data-sha256='{sha256}']").get_by_role("link", name="下载（须写明理由）").click()
    page.get_by_label("理由（与文件一并留痕）").fill("当庭播放")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载").click()
    assert Path(download.value.path()).read_bytes() == content
    page.reload()
    expect(page.locator("main")).to_contain_text("当庭播放")
