"""Lists of cases as the national system gives them. `python -m tests.cases.case_lists 10000` prints one."""

import sys

HEADER = (
    *("case_no", "cause", "filed_on", "received_on", "claim_amount", "basis", "claim_kind", "applicant_1_name"),
    *("debtor_1_name", "debtor_1_kind", "debtor_1_id_no", "debtor_1_phone", "handler", "group"),
)
BAD: list[tuple[str, str]] = [
    ("case_no", ""),
    ("case_no", "闽0924执七号"),
    ("case_no", "（2026）闽0924执1号"),  # stands in the first line
    ("case_no", "（2026）闽0999执8号"),  # names a court nobody knows
    ("cause", ""),
    ("cause", "纠" * 101),
    ("filed_on", ""),
    ("filed_on", "2026-02-30"),
    ("filed_on", "next week"),
    ("filed_on", "2999-01-01"),
    ("received_on", "2026-11-03"),  # after the day of filing
    ("claim_amount", "-5"),
    ("claim_amount", "12.345"),
    ("claim_amount", "十万"),
    ("basis", "RUMOUR"),
    ("claim_kind", ""),
    ("debtor_1_name", ""),
    ("debtor_1_name", "名\x07字"),
    ("debtor_1_kind", "GHOST"),
    ("debtor_1_id_no", "号码?"),
    ("debtor_1_phone", "ring me"),
    ("handler", "999999"),
    ("handler", "250101"),  # of another court
    ("group", "没有的组"),
    ("group", "执行一组"),  # beside a handler
]


def cells_of(number: int, **changes: str) -> dict[str, str]:
    given = {
        "case_no": f"（2026）闽0924执{number}号",
        "cause": "买卖合同纠纷",
        "filed_on": "2026-11-02",
        "received_on": "2026-10-30",
        "claim_amount": "120000.50",
        "basis": "JUDGMENT",
        "claim_kind": "MONEY",
        "applicant_1_name": f"申请人{number}",
        "debtor_1_name": f"被执行人{number}",
        "debtor_1_kind": "ENTITY",
        "debtor_1_id_no": "913509007869",
        "debtor_1_phone": "0593-5550101",
        "handler": "240101",
        "group": "",
    }
    return given | changes


def as_csv(*lines: dict[str, str]) -> str:
    rows = [HEADER, *([line[column] for column in HEADER] for line in lines)]
    return "".join(",".join(row) + "\n" for row in rows)


def with_bad_lines(count: int) -> tuple[list[dict[str, str]], list[tuple[int, str, str]]]:
    """So many lines, 50 of them bad in one cell each; and line, field and value of these."""
    lines = [cells_of(number) for number in range(1, count + 1)]
    apart = count // 55
    for place, (field, value) in enumerate(BAD * 2, 2):
        lines[place * apart][field] = value
    return lines, [(place * apart + 2, field, value[:80]) for place, (field, value) in enumerate(BAD * 2, 2)]


if __name__ == "__main__":
    sys.stdout.write(as_csv(*with_bad_lines(int(sys.argv[1]))[0]))
