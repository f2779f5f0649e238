"""Answers to questions about reach, as sentences."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from s3vend.cli.terminal.ending import say

_CLAIM = "claim."


def sentence(reached: Mapping[str, Any], permission: str | None) -> str:
    """Return an answer in words; without a ``permission``, with that of its grants."""
    grants, example = reached["grants"], target_text(reached["example"]["target"])
    allowed = permission or grants[0]["permission"]
    most = "" if reached["exact"] else "at most "
    keys = str(reached["keys"])
    parts = [f"{who(grants, reached['filled'])} can {allowed} {most}{keys}"]
    if example != keys:
        parts.append(f"for example {example}")
    parts.append(_under(grants))
    parts += _terms(grants)
    return ", ".join(parts)


def say_doubts(warnings: Iterable[Mapping[str, Any]]) -> None:
    """Say what no entry of the service names, so that "nobody" may be about a mistyped name."""
    for warning in warnings:
        say(f"warning: {warning['detail']} [{warning['code']}]")


def target_text(target: object) -> str:
    """Return a key as `s3://` text, also one that ends in `*`."""
    if isinstance(target, dict):
        return f"s3://{target.get('bucket')}/{target.get('key')}"
    return str(target)


def who(grants: list[Mapping[str, Any]], filled: Mapping[str, str]) -> str:
    """Return the callers in words: whoever is all of the grantees, with these values."""
    grantees = [grant["grantee"] for grant in grants]
    first = grantees[0]
    if "iam" in first:
        return _of_iam(grantees, filled)
    values = {name.removeprefix(_CLAIM): value for name, value in filled.items()}
    claims = {name: value for one in grantees for name, value in one.get("claims", {}).items()}
    subjects = [one["subject"] for one in grantees if "subject" in one]
    named = [f"{name} {_value(value)}" for name, value in {**claims, **values}.items()]
    subject = f"the subject {subjects[0]}" if subjects else "whoever"
    having = f" with {' and '.join(named)}" if named else ""
    return f"{subject}{having} at {first['issuer']}"


def _of_iam(grantees: list[Mapping[str, Any]], filled: Mapping[str, str]) -> str:
    arns = [str(one["iam"]) for one in grantees if str(one["iam"]).startswith("arn:")]
    if arns:
        account, _, name = arns[0].split(":", 4)[4].partition(":")
        kind, _, last = name.partition("/")
        return f"{kind} {last.rpartition('/')[2]} of account {account}"
    kind = filled.get("caller.kind", "role or user")
    name = f" {filled['caller.name']}" if "caller.name" in filled else ""
    return f"{'' if name else 'every '}{kind}{name} of account {grantees[0]['iam']}"


def _under(grants: list[Mapping[str, Any]]) -> str:
    if len(grants) == 1:
        return f"under the grant {_grant(grants[0])}"
    named = [f"{_grant(one)} for {one['permission']}" for one in grants]
    return f"under the grants {' and '.join(named)}"


def _grant(grant: Mapping[str, Any]) -> str:
    about = [str(grant[name]) for name in ("owner", "description") if grant.get(name)]
    return f"{grant['id']} ({': '.join(about)})" if about else str(grant["id"])


def _terms(grants: list[Mapping[str, Any]]) -> Iterator[str]:
    for grant in grants:
        source = grant.get("sourceIp")
        if source:
            where = "its own address" if source == "caller" else " or ".join(map(str, source))
            yield f"only from {where}"
        if endpoint := grant.get("vpcEndpoint"):
            yield f"only through {endpoint}"
        if end := grant.get("expires"):
            yield f"until {end}"


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
