"""Each scene ends well, and with its fault planted it is found, by the invariant meant for it."""

import pytest

from tests.simulation.findings import Violation
from tests.simulation.plants import PLANTS
from tests.simulation.scenes import Scene

SCENES = [name for name, planted in PLANTS.items() if planted.scene]

pytestmark = pytest.mark.django_db(transaction=True)


def scene_of(name: str) -> Scene:
    scene = PLANTS[name].scene
    assert scene
    return scene


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_ends_well(name: str) -> None:
    scene_of(name)()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.on_postgres] * PLANTS[name].needs_postgres) for name in SCENES]
)
def test_a_fault_planted_in_it_is_found(name: str) -> None:
    with PLANTS[name].plant(), pytest.raises(Violation) as found:
        scene_of(name)()
    assert found.value.kind in PLANTS[name].kinds
