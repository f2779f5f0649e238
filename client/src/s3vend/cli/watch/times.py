"""Points in time as people type them: `2h`, `yesterday`, `2026-11-28`, RFC 3339."""

import re
from datetime import date, datetime, time, timedelta, timezone

from s3vend.cli.terminal.refusal import Refusal

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
DAYS = {"today": 0, "yesterday": 1}  # days ago
_AGE = re.compile("".join(rf"(?:([0-9]{{1,6}}){unit})?" for unit in UNITS))
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    rf"{_DATE.pattern}[Tt ]([0-9]{{2}}):([0-9]{{2}})(?::([0-9]{{2}})(?:[.,][0-9]+)?)?"
    r"(Z|z|[+-][0-9]{2}:?[0-9]{2})?"
)
_WHAT = "yesterday, 2026-11-28, 2026-11-28T10:00, 2h, 90m or 1d12h"


def moment(
    text: str | None, option: str, *, ends: bool = False, now: datetime | None = None
) -> str | None:
    """Return the point in time in UTC, as the service reads it; None if there is no text.

    A time without a zone is in this machine's zone. With ``ends``, a day means its end.

    Raises:
        Refusal: the text is not in one of these forms, or no calendar has such a day.
    """
    if text is None:
        return None
    here = (now or datetime.now(timezone.utc)).astimezone()
    try:
        found = _moment(text.strip(), here, ends=ends)
    except (ValueError, OverflowError, OSError):  # the last one by Windows, for early years
        found = None
    if found is None:
        raise Refusal(
            f"{option}: {text!r} is not a time; use {_WHAT}. Without a zone it is in this "
            f"machine's, {here.strftime('UTC%z')}"
        )
    return found.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _moment(text: str, now: datetime, *, ends: bool) -> datetime | None:
    if text == "now":
        return now
    if text and (match := _AGE.fullmatch(text.replace(" ", ""))):
        age = {name: int(match[n] or 0) for n, name in enumerate(UNITS.values(), start=1)}
        return now - timedelta(**age)
    if text.lower() in DAYS:
        return _midnight(now.date() - timedelta(days=DAYS[text.lower()]), ends=ends)
    if match := _DATE.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _midnight(date(year, month, day), ends=ends)
    if match := _TIME.fullmatch(text):
        numbers = [int(part or 0) for part in match.groups()[:6]]
        return _in_zone(datetime(*numbers), match[7])  # type: ignore[arg-type]  # noqa: DTZ001 - likewise
    return None


def _midnight(day: date, *, ends: bool) -> datetime:
    return _in_zone(datetime.combine(day + timedelta(days=1 if ends else 0), time()), None)


def _in_zone(naive: datetime, zone: str | None) -> datetime:
    if zone is None:
        return naive.astimezone()  # this machine's, with the offset of that day
    if zone in "Zz":
        return naive.replace(tzinfo=timezone.utc)
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return naive.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))
