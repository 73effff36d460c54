"""The map: land from a file of the court, points as they were received, and the same as a list."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error

from server.cases.models import Case
from server.centre.coordinates import Place
from server.centre.outline import OURS, OutlineError, outline
from server.centre.projection import HEIGHT, WIDTH, Sheet
from server.config.checks import faults_of
from server.config.environment import Environment
from server.field.models import ActionRecord, FieldAction
from tests.actors import Cast
from tests.cases.conftest import file_one
from tests.centre.reading import Page, seen_by
from tests.sync.pushing import COMPLETE, hold, phone_of

PATH = "/centre/map"
HERE = {"lat": 26.6, "lon": 119.6, "accuracy": 12, "crs": "WGS84"}


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


def act(cast: Cast, case: Case, position: Any) -> FieldAction:
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    action = FieldAction.objects.latest("received_at")
    ActionRecord.objects.filter(action=action).update(position=position)
    return action


def circle(page: Page) -> tuple[float, float]:
    (halo,) = page.all("circle.halo")
    return float(halo["cx"]), float(halo["cy"])


@pytest.mark.django_db
def test_an_act_stands_on_the_map_and_in_the_list_as_its_device_stated_it(cast: Cast, case: Case) -> None:
    action = act(cast, case, HERE)
    page = seen_by(cast.duty, PATH)
    (pin,) = page.all("a.pin")
    assert pin["href"] == f"/centre/actions/{action.pk}"
    (row,) = page.one("tbody").all("tr")
    assert row.one("a")["href"] == pin["href"]
    assert "26.60000, 119.60000 ±12 m" in row.text
    assert "WGS-84" in row.text
    assert "style=" not in page.html


@pytest.mark.django_db
def test_a_position_is_converted_for_the_view_alone(cast: Cast, case: Case, settings: Any) -> None:
    act(cast, case, {**HERE, "crs": "GCJ-02"})
    shifted = circle(seen_by(cast.duty, PATH))
    ActionRecord.objects.update(position=HERE)
    assert circle(seen_by(cast.duty, PATH)) != shifted
    settings.MAP_SYSTEM = "GCJ-02"
    ActionRecord.objects.update(position={**HERE, "crs": "GCJ-02"})
    page = seen_by(cast.duty, PATH)
    ActionRecord.objects.update(position={"lat": 26.6, "lon": 119.6})
    unstated = seen_by(cast.duty, PATH)
    assert circle(page) == circle(unstated), "what states no system is drawn as it came"
    assert "未注明" in unstated.one("tbody").text
    assert ActionRecord.objects.get().position == {"lat": 26.6, "lon": 119.6}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "position",
    [None, {}, {"lat": "26"}, {"lat": 91, "lon": 0}, {"lat": 1, "lon": 999}, [26.6], {**HERE, "crs": 7}],
)
def test_what_is_no_position_is_no_point(cast: Cast, case: Case, position: Any) -> None:
    act(cast, case, position)
    page = seen_by(cast.duty, PATH)
    assert page.status == 200
    assert len(page.all("a.pin")) == (1 if isinstance(position, dict) and position.get("crs") else 0)


@pytest.mark.django_db
def test_tiles_of_the_court_lie_under_the_land(cast: Cast, case: Case, settings: Any) -> None:
    assert not seen_by(cast.duty, PATH).all("image")
    settings.MAP_TILES = "/tiles/{z}/{x}/{y}.png"
    tiles = seen_by(cast.duty, PATH).all("image")
    assert 0 < len(tiles) <= 64
    assert all(tile["href"].startswith("/tiles/") for tile in tiles)


@pytest.mark.django_db
def test_a_stranger_sees_no_point_and_who_watches_no_court_no_map(cast: Cast, case: Case) -> None:
    act(cast, case, HERE)
    assert seen_by(cast.holder, PATH).status == seen_by(cast.stranger, PATH).status == 404
    assert len(seen_by(cast.supervisor, PATH).all("a.pin")) == 1
    assert not seen_by(cast.supervisor, f"{PATH}?court={cast.other_court.code}").all("a.pin")


def test_the_land_fits_its_sheet_and_a_kilometre_is_one() -> None:
    places = [place for area in outline(OURS) for ring in area.rings for place in ring]
    sheet = Sheet.around(places)
    assert all(0 <= at.x <= WIDTH and 0 <= at.y <= HEIGHT for at in map(sheet.point, places))
    north, south = sheet.point(Place(26.65, 119.6)), sheet.point(Place(26.55, 119.6))
    assert abs((south.y - north.y) * sheet.km_per_unit - 11.1) < 0.1
    km, length = sheet.bar()
    assert abs(length * sheet.km_per_unit - km) < 0.01 * km


def test_tiles_cover_the_sheet_without_a_gap() -> None:
    sheet = Sheet.around([Place(26.3, 119.2), Place(26.9, 120.0)])
    tiles = sheet.tiles()
    assert min(tile.x for tile in tiles) <= 0
    assert min(tile.y for tile in tiles) <= 0
    assert max(tile.x + tile.size for tile in tiles) >= WIDTH
    assert max(tile.y + tile.size for tile in tiles) >= HEIGHT


def test_one_place_alone_is_in_the_middle() -> None:
    at = Sheet.around([Place(26.6, 119.6)]).point(Place(26.6, 119.6))
    assert (round(at.x), round(at.y)) == (WIDTH / 2, HEIGHT / 2)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "[]",
        '{"features": []}',
        '{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 200]]]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [["x"]]}}]}',
        '{"features": [7]}',
    ],
)
def test_an_outline_that_cannot_be_drawn_refuses_to_start(tmp_path: Path, written: str) -> None:
    path = tmp_path / "land.json"
    path.write_text(written)
    with pytest.raises(OutlineError):
        outline(path)
    assert "zhixing.E011" in [fault.id for fault in faults_of(Environment(map_outline_file=path))]


def test_an_outline_may_name_its_land_as_it_likes(tmp_path: Path) -> None:
    ring = [[119, 26], [120, 26], [120, 27], [119, 26]]
    features = [
        {"geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {"name": "某县"}},
        {"geometry": {"type": "MultiPolygon", "coordinates": [[ring], [ring]]}, "properties": None},
        {"geometry": None, "properties": {}},
    ]
    path = tmp_path / "land.json"
    path.write_text(json.dumps({"features": features}))
    one, two = outline(path)
    assert (one.name("en"), one.code, len(two.rings)) == ("某县", "", 2)


@pytest.mark.parametrize(
    ("template", "is_fault"),
    [
        ("", False),
        ("/tiles/{z}/{x}/{y}.png", False),
        ("https://tiles.court.example/{z}/{x}/{y}", False),
        ("https://tiles.court.example/{z}/{x}", True),
        ("http://tiles.court.example/{z}/{x}/{y}", True),
        ("tiles/{z}/{x}/{y}", True),
        ("https://a.example; script-src *//{z}/{x}/{y}", True),
    ],
)
def test_an_address_of_tiles_is_one_or_refuses_to_start(template: str, is_fault: bool) -> None:
    faults = [fault for fault in faults_of(Environment(map_tiles=template)) if isinstance(fault, Error)]
    assert [fault.id for fault in faults if fault.id == "zhixing.E012"] == (["zhixing.E012"] if is_fault else [])


def test_only_the_host_of_the_tiles_is_added_to_the_policy() -> None:
    assert Environment(map_tiles="https://t.court.example/{z}/{x}/{y}").tile_origin == " https://t.court.example"
    assert Environment(map_tiles="/tiles/{z}/{x}/{y}").tile_origin == ""
