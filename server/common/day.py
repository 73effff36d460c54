"""A day that somebody names over HTTP: within the years to and from which any limit here may be counted."""

from datetime import date
from typing import Annotated

from pydantic import Field

FIRST, LAST = date(1949, 10, 1), date(2199, 12, 31)
Day = Annotated[date, Field(ge=FIRST, le=LAST)]
