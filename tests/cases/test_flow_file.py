import re

import pytest

from server.cases.flow import CASE_CLOCK, NodeDefinition, Stage
from server.cases.flow_file import FLOWS, flow_definition, read_flow
from server.cases.located_yaml import DataFileError

FLOW = flow_definition("enforcement_implementation", "2026.11-1")
TEXT = (FLOWS / "enforcement_implementation@2026.11-1.yaml").read_text(encoding="utf-8")


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(DataFileError) as refused:
        read_flow(text)
    return [str(mistake) for mistake in refused.value.mistakes]


def test_the_flow_has_its_stages_and_nodes() -> None:
    assert FLOW.id == "enforcement_implementation@2026.11-1"
    assert len(FLOW.nodes) == 45
    assert sum(node.is_core for node in FLOW.nodes.values()) == 37
    assert [stage.zh for stage in FLOW.stages][:3] == ["立案分案", "启动告知", "财产查控"]
    assert [clock.stage for clock in FLOW.case_clocks] == [CASE_CLOCK] * 4


def test_every_stage_and_node_has_both_names() -> None:
    everything: list[Stage | NodeDefinition] = [*FLOW.stages, *FLOW.tracked.values()]
    for named in everything:
        assert re.search("[\u4e00-\u9fff]", named.zh)
        assert re.fullmatch(r"[A-Z][A-Za-z',-]+( [A-Za-z',-]+)*", named.en)
    assert FLOW.nodes["control_measure"].name("en") == "Seal, seize or freeze"
    assert FLOW.nodes["control_measure"].name("zh-hans") == "采取查封扣押冻结"


def test_events_find_the_nodes_they_start_and_stop() -> None:
    assert [n.key for n in FLOW.started_by("control_effective")] == ["handover_to_disposal", "reference_price_start"]
    assert [n.key for n in FLOW.stopped_by("control_effective")] == ["control_measure"]
    assert "close_case" in [n.key for n in FLOW.stopped_by("case_closed")]
    assert {"interview_done", "debtor_untraceable_recorded"} <= FLOW.events


def test_what_a_limit_says_is_carried_even_where_it_is_not_computed_yet() -> None:
    nodes = FLOW.nodes
    assert nodes["execution_notice"].outer_limit is not None
    assert nodes["execution_notice"].outer_limit.start == "application_received"
    assert nodes["half_year_check"].limit.recurs_for is not None
    assert nodes["first_auction"].minimum["movable"].n == 15
    assert nodes["final_round_review"].minimum[""].start == "case_filed"
    extension = nodes["reference_price_result"].variants["APPRAISAL"].extension
    assert extension is not None
    assert (extension.n, extension.times) == (15, 2)
    assert (nodes["control_renewal"].rolls, nodes["control_renewal"].is_pausable) == (False, False)
    assert nodes["price_objection_window"].limit.is_wait
    assert nodes["detention_term"].limit.is_maximum
    assert nodes["reference_price_result"].pause == ("STAYED", "STAYED_BY_SUPERIOR", "SUSPENDED")
    assert nodes["clue_verification"].repeat == "clue"


def test_names_for_devices_cover_every_node() -> None:
    names = FLOW.names()
    assert names["nodes"]["notice_service"] == {
        "zh": "执行法律文书送达",
        "en": "Service of enforcement papers",
        "stage": "initiation",
        "ends": ["notice_served"],
    }
    assert {node["stage"] for node in names["nodes"].values()} - {CASE_CLOCK} <= set(names["stages"])


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "limit: {n: 7, unit: d}, start: application_received",
            "limit: {n: seven, unit: d}, start: x",
            "limit.n: must be",
        ),
        ("unit: wd}, start: delete", "unit: w}, start: delete", "limit.unit: 'w' is none of h, d, wd, m, y"),
        ("stop: track_set", 'stop: "Track Set"', "stop: 'Track Set' is no event"),
        ("owner: command_centre, limit: {n: 1", "owner: the_boss, limit: {n: 1", "owner: 'the_boss' is none of"),
        (
            'when: "track == FAST"',
            'when: "track == QUICK"',
            "when: the fact track has no value QUICK; it has",
        ),
        ('when: "conceals_property"', 'when: "__import__(1)"', "when: '__import__' at column 1 is not understood"),
        ("zh: 繁简分流, ", "", "zh: is missing"),
        ("key: triage,", "key: file_review,", "key: 'file_review' is used by another node"),
        ("core: true, zh: 搜查", "core: yes please, zh: 搜查", "core: must be true or false"),
        ("kind: internal, basis: default", "kind: grave, basis: default", "kind: 'grave' is none of"),
        ("evidence: [triage_form]", "evidense: [triage_form]", "evidense: is not known here"),
        ("repeat: per_clue", "repeat: per_moon", "repeat: 'per_moon' is none of"),
        ("en: Triage by difficulty", "en: Triage by difficulty, en: Twice", "en: stands twice"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(right: str, wrong: str, said: str) -> None:
    assert right in TEXT
    line = TEXT[: TEXT.index(right)].count("\n") + 1
    (mistake,) = mistakes_of(TEXT.replace(right, wrong, 1))[:1]
    assert mistake.startswith(f"line {line}, ")
    assert said in mistake


def test_ten_mistakes_give_ten_messages() -> None:
    text = TEXT.replace("conf: B", "conf: surely", 10)
    assert len(mistakes_of(text)) == 10


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "flow: x", "a: &a [*a]", "stages: 5", "stages: [5]", "\x00", "? {}\n: 1"]
)
def test_what_is_no_flow_is_refused_in_words(text: str) -> None:
    assert mistakes_of(text)
