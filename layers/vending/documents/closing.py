"""Judges whether a changed entry still allows whatever it allowed before, member by member.

``RULES`` names the members whose change may take nothing away, and when that is so. A member
without a rule takes something away whenever it changes, so a new one is safe until it has a rule.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from vending.callers.issuer import Issuer
from vending.grants.grant import Grant
from vending.grants.location import Location
from vending.sessions.durations import LONGEST

type _Entry = Grant | Issuer | Location
# Takes the entry before and after, and the service's own role: whether the member takes nothing.
type Rule = Callable[[Any, Any, str], bool]

ANY_ADDRESS = ("0.0.0.0/0", "::/0")


def allows_all(before: _Entry, after: _Entry, own_role: str = "") -> bool:
    """Whether ``after`` allows whatever ``before`` allowed; False in doubt.

    ``own_role`` is the ARN of the service's own role, which only matters for locations.
    """
    rules = RULES[type(before)]
    changed = [
        one.name
        for one in fields(before)
        if getattr(before, one.name) != getattr(after, one.name, None)
    ]
    return type(before) is type(after) and all(
        name in rules and rules[name](before, after, own_role) for name in changed
    )


def ends_nothing(before: _Entry, after: _Entry, own_role: str = "") -> bool:
    """Whether sessions and URLs from before may do no more than new ones; False in doubt.

    As ``allows_all``, without rate limits, which limit how much is vended and not what it may do,
    and without shares, each use of which is decided anew.
    """
    if isinstance(before, Grant) and isinstance(after, Grant):
        return allows_all(before, _as_vended(before, after))
    return allows_all(before, after, own_role)


def _as_vended(before: Grant, after: Grant) -> Grant:
    members = {one.name: getattr(after, one.name) for one in fields(after)}
    return Grant(**members | {"rate_limit": before.rate_limit, "sharing": before.sharing})


def _no_limit(member: str) -> Rule:
    """The member is a condition or a limit, and the change removes it."""
    return lambda _, after, __: getattr(after, member) is None


def _new(member: str) -> Rule:
    """The member gives something, and had no value before."""
    return lambda before, _, __: getattr(before, member) is None


def _at_least(member: str) -> Rule:
    """The member is a limit, and the new one is higher, or none."""

    def rule(before: Any, after: Any, _: str) -> bool:
        old, new = getattr(before, member), getattr(after, member)
        return new is None or (old is not None and old <= new)

    return rule


def _more(member: str) -> Rule:
    """The member is a list of what is accepted, and everything in it stays."""
    return lambda before, after, _: set(getattr(before, member)) <= set(getattr(after, member))


def _includes(before: Grant, after: Grant, member: str) -> bool:
    return bool(getattr(after, member).includes(getattr(before, member)))


def _lasts(before: Grant, after: Grant, _: str) -> bool:
    old, new = (min(LONGEST, one.max_duration or LONGEST) for one in (before, after))
    return old <= new


def _addresses(before: Grant, after: Grant, _: str) -> bool:
    if after.source_ip is None or before.source_ip is None or after.source_ip == "caller":
        return after.source_ip is None
    old = ANY_ADDRESS if before.source_ip == "caller" else before.source_ip
    allowed = _networks(after.source_ip)
    return all(any(_within(network, one) for one in allowed) for network in _networks(old))


def _networks(blocks: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    networks = [ip_network(block) for block in blocks]
    v4 = collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    v6 = collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
    return [*v4, *v6]


def _within(network: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]


def _types(before: Grant, after: Grant, _: str) -> bool:
    kinds = set(after.content_types)
    covered = (
        not kinds.isdisjoint({one, f"{one.partition('/')[0]}/*"}) for one in before.content_types
    )
    return not kinds or (bool(before.content_types) and all(covered))


def _allows_nothing(_: _Entry, __: _Entry, ___: str) -> bool:
    """The member is for people, or only decides which grants an administrator may write."""
    return True


def _keys(before: Issuer, after: Issuer, _: str) -> bool:
    """Pinned keys stay pinned; which keys an issuer publishes is not known."""
    if before.jwks is None or after.jwks is None:
        return False
    old, new = (
        {json.dumps(key, sort_keys=True) for key in json.loads(one)["keys"]}
        for one in (before.jwks, after.jwks)
    )
    return old <= new


_DESCRIBED: Mapping[str, Rule] = {"owner": _allows_nothing, "description": _allows_nothing}
RULES: Mapping[type, Mapping[str, Rule]] = {
    Grant: {
        **_DESCRIBED,
        "grantee": lambda before, after, _: _includes(before, after, "grantee"),
        "scope": lambda before, after, _: after.scope.covers(before.scope),
        "permission": lambda before, after, _: _includes(before, after, "permission"),
        "max_duration": _lasts,
        "expires": _at_least("expires"),
        "source_ip": _addresses,
        "vpc_endpoint": _no_limit("vpc_endpoint"),
        "max_object_size": _at_least("max_object_size"),
        "content_types": _types,
        "active_content": lambda _, after, __: bool(after.active_content),
        "versions": lambda _, after, __: bool(after.versions),
        "tagging": lambda _, after, __: bool(after.tagging),
        "object_headers": _more("object_headers"),
        "storage_classes": _more("storage_classes"),
        "redirects": _more("redirects"),
        "sharing": lambda before, after, _: (
            before.sharing is None
            or (after.sharing is not None and before.sharing.gives_no_more(after.sharing))
        ),
        "rate_limit": lambda before, after, _: (
            after.rate_limit is None
            or (before.rate_limit is not None and before.rate_limit.gives_no_more(after.rate_limit))
        ),
    },
    Location: {
        **_DESCRIBED,
        "region": _new("kms_key"),  # a policy names the region only for a key
        "account": lambda before, after, own: (
            before.owning_account(own) == after.owning_account(own)
        ),
        "kms_key": _new("kms_key"),
        "role": lambda before, after, own: before.role_arn(own) == after.role_arn(own),
        "vpc_endpoint": _no_limit("vpc_endpoint"),
    },
    Issuer: {
        **_DESCRIBED,
        "audience": _more("audience"),
        "claims": _more("claims"),
        "algorithms": _more("algorithms"),
        "max_token_lifetime": _at_least("max_token_lifetime"),
        "jwks": _keys,
        "caller_claims": lambda before, after, _: (
            set(after.caller_claims) <= set(before.caller_claims)
        ),
        "tenant_claims": _allows_nothing,
        "tenancy": _allows_nothing,
    },
}
