"""Calendars: which days are worked, for due dates that move to a working day."""

from __future__ import annotations

import re
from typing import Annotated

from billcli.model.types import Day, Entity, FromText, Id
from billcli.model.values import COUNTRIES, BadValue, quoted

_REGION = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,8})?\Z", re.ASCII)


def parse_region(text: str) -> str:
    """A country, or a part of it, as ISO 3166 has them: ``DE``, ``DE-BE``."""
    match = _REGION.match(text)
    if not match or match[1] not in COUNTRIES:
        raise BadValue(
            "E217", f"{quoted(text)} is not a country", "use the ISO 3166 code of a country or a part of it, such as DE or DE-BE"
        )
    return text


Region = Annotated[str, FromText(parse_region, str, {"type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]+)?$"})]


class Calendar(Entity):
    """What ``holidays`` and ``workdays`` say of a day goes before the country's own; without a country only Saturday and Sunday are off."""

    name: Id
    country: Region | None = None
    holidays: tuple[Day, ...] = ()
    workdays: tuple[Day, ...] = ()
