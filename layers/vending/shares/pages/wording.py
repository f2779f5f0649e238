"""Writes texts, counts, sizes and times in the language of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from math import ceil

from vending.shares.pages.english import TEXTS as ENGLISH
from vending.shares.pages.japanese import TEXTS as JAPANESE
from vending.shares.pages.language import Language
from vending.shares.pages.markup import Html, element, filled, named
from vending.times import iso

LANGUAGES: Mapping[Language, Mapping[str, str]] = {"en": ENGLISH, "ja": JAPANESE}
_UNITS = ("kB", "MB", "GB", "TB")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_JAPAN = timezone(timedelta(hours=9))


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language."""

    language: Language

    def say(self, key: str, **values: str) -> Html:
        """A text with its values; each is escaped unless it is markup."""
        return filled(LANGUAGES[self.language][key], values)

    def count(self, key: str, number: int) -> Html:
        """A text about so many, in the singular where there is one."""
        return self.say(f"{key}_one") if number == 1 else self.say(key, count=f"{number:,}")

    def size(self, number: int) -> Html:
        """So many bytes, with up to three digits and rounded down: a limit never says too much."""
        if number < 1000:
            return self.count("bytes", number)
        power = min((len(str(number)) - 1) // 3, len(_UNITS))
        whole = str(number // 1000**power)
        digits = max(0, 3 - len(whole))
        rest = str(number % 1000**power).zfill(3 * power)[:digits].rstrip("0")
        shown = f"{int(whole):,}" + (f".{rest}" if rest else "")
        return Html(f"{shown} {_UNITS[power - 1]}")

    def moment(self, time: datetime) -> Html:
        """A time that the page's script can write for the reader's own clock."""
        return element("time", self._written(time), datetime=iso(time))

    def duration(self, seconds: int) -> Html:
        """How long to wait, rounded up."""
        if seconds < 60:
            return self.count("seconds", max(1, seconds))
        return self.count("minutes", ceil(seconds / 60))

    def listed(self, items: tuple[str, ...]) -> Html:
        """Several names as one text."""
        return Html(self.say("and").join(named(one) for one in items))

    def texts(self, prefix: str) -> dict[str, str]:
        """The texts whose keys begin like this, for a script."""
        return {
            key.removeprefix(prefix): text
            for key, text in LANGUAGES[self.language].items()
            if key.startswith(prefix)
        }

    def _written(self, time: datetime) -> str:
        if self.language == "ja":
            there = time.astimezone(_JAPAN)
            return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}（日本時間）"
        utc = time.astimezone(UTC)
        return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M} UTC"
