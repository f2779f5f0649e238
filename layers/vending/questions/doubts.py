"""Doubts about an answer of "nobody": it may be about a bucket or a caller that no entry names."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from vending.callers.principal import Principal
from vending.grants.keys import Keys
from vending.grants.never_lent import why_never_lent
from vending.nearly import did_you_mean
from vending.questions.caller import CallerBody
from vending.questions.standing import Standing, in_bucket

# Of a grant's text as ``encode`` writes it. In a description, the quotes would be escaped.
_PRINCIPAL = re.compile(r'"iam":"(arn:[^"]+)"')
_ACCOUNT = re.compile(r'"iam":"(?:arn:[^"]*::)?([0-9]{12})[":]')


class Doubt(NamedTuple):
    """One reason why nobody reaches anything. ``pointer`` is as in ``Fault``."""

    code: str
    pointer: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """Return it as an answer has it."""
        return self._asdict()


def doubts(
    targets: Mapping[str, Keys],
    asked: CallerBody | None,
    standing: Standing,
    never_lent: Collection[str],
) -> list[dict[str, str]]:
    """What to doubt about a question to which nobody is the answer; ``targets`` are by pointer."""
    of_buckets = (
        one
        for pointer, keys in targets.items()
        for one in _of_bucket(pointer, keys.bucket, standing, never_lent)
    )
    found = (*of_buckets, *(_of_caller(asked, standing) if asked else ()))
    return [one.as_json() for one in found]


def _of_bucket(
    pointer: str, bucket: str, standing: Standing, never_lent: Collection[str]
) -> Iterator[Doubt]:
    if why := why_never_lent(bucket, never_lent):
        yield Doubt("NeverLent", pointer, f"the bucket {bucket!r} is never lent: {why}")
    elif bucket not in standing.texts["location"]:
        if standing.names(in_bucket(bucket)):
            detail = f"no location has the bucket {bucket!r}, so its grants open nothing"
        else:
            meant = did_you_mean(bucket, standing.texts["location"])
            detail = f"no location and no grant has the bucket {bucket!r}{meant}"
        yield Doubt("UnknownBucket", pointer, detail)


def _of_caller(asked: CallerBody, standing: Standing) -> Iterator[Doubt]:
    """Callers in IAM whom no grant names; whoever has a token is matched by its claims."""
    if asked.iam is None or standing.names(*asked.in_grants()):
        return
    if isinstance(asked.iam, Principal):
        arn, account = asked.iam.arn, asked.iam.account
        meant = did_you_mean(arn, _named(standing, _PRINCIPAL))
        detail = f"no grant names {arn} or its account {account}{meant}"
    else:
        meant = did_you_mean(asked.iam, _named(standing, _ACCOUNT))
        detail = f"no grant names the account {asked.iam}, or a role or user of it{meant}"
    yield Doubt("UnknownCaller", "/as/iam", detail)


def _named(standing: Standing, pattern: re.Pattern[str]) -> Iterable[str]:
    found = (pattern.search(text) for text in standing.texts["grant"].values())
    return dict.fromkeys(match[1] for match in found if match)
