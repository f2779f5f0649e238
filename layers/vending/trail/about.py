"""What a search asks of records beside equal members: a target, and the name of a caller."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vending.audit.record import session_parts
from vending.grants.keys import Keys


@dataclass(frozen=True, slots=True)
class About:
    """A target that records are about, and the name of their caller; None: any."""

    target: Keys | None = None
    caller_name: str | None = None  # of a role or user, or a subject

    @property
    def words(self) -> tuple[str, ...]:
        """Words that each of these records contains."""
        bucket = self.target and self.target.bucket
        return tuple(word for word in (bucket, self.caller_name) if word)

    def fits(self, record: Mapping[str, object]) -> bool:
        """Whether the record is about the target, and its caller has the name."""
        # A batch that failed names its first targets, and those of the sessions that it reached.
        target, parts = self.target, (record, *session_parts(record))
        return (target is None or any(_is_about(part, target) for part in parts)) and (
            self.caller_name is None or self.caller_name in _names(record)
        )


ANYTHING = About()


def _names(record: Mapping[str, object]) -> tuple[object, str]:
    return record.get("subject"), str(record.get("caller", "")).rpartition("/")[2]


def _is_about(record: Mapping[str, object], target: Keys) -> bool:
    """Whether a target of the record has a key in common with ``target``.

    A record lists its first targets. If it has more, one of the others may be meant, so all that
    is known is the bucket.
    """
    listed = list(_targets(record))
    if any(one.covers(target) or target.covers(one) for one in listed):
        return True
    count = record.get("targetCount")
    return isinstance(count, int) and count > len(listed) and target.bucket in _buckets(listed)


def _buckets(targets: list[Keys]) -> set[str]:
    return {one.bucket for one in targets}


def _targets(record: Mapping[str, object]) -> Iterator[Keys]:
    targets = record.get("targets")
    for one in targets if isinstance(targets, list) else ():
        try:
            yield Keys(one["bucket"], one["key"]) if isinstance(one, dict) else Keys.parse(str(one))
        except (KeyError, TypeError, ValueError):  # refused, and not a target of ours
            continue
