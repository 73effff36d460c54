"""Files more cases than one page of the list holds, in a process with the server's environment."""

import sys
from datetime import date

import django


def main() -> None:
    django.setup()
    from server.cases.services import file_case
    from server.people.models import Court

    court = Court.objects.get(code="闽0924")
    for number in range(int(sys.argv[1])):
        file_case(
            court=court,
            case_no=f"(2026)闽0924执恢{number + 1}号",
            cause="买卖合同纠纷",
            filed_on=date(2026, 11, 2),
            parties=[],
            claim_amount=1,
        )


if __name__ == "__main__":
    main()
