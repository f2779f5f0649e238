"""The conditions of a session's statements: those of its grant and of its location."""

from datetime import datetime
from ipaddress import ip_network

from vending.callers.caller import Caller
from vending.errors import AccessDenied
from vending.grants.grant import Grant
from vending.grants.location import Location
from vending.times import iso

type Conditions = dict[str, dict[str, str | list[str]]]  # by operator and condition key


def grant_conditions(grant: Grant, caller: Caller, ends: datetime) -> Conditions:
    """The grant's own conditions for a session that ends at ``ends``.

    Raises:
        AccessDenied: the grant is bound to the caller's IP address, which is not known.
    """
    conditions: Conditions = {}
    if grant.source_ip is not None:
        try:
            networks = (caller.source_ip,) if grant.source_ip == "caller" else grant.source_ip
            blocks = [str(ip_network(network)) for network in networks]
        except ValueError:
            raise AccessDenied(
                "None of your grants allows this from your IP address.", reason="NoSourceIp"
            ) from None
        conditions["IpAddress"] = {"aws:SourceIp": single(blocks)}
    if grant.vpc_endpoint:
        conditions["StringEquals"] = {"aws:SourceVpce": grant.vpc_endpoint}
    if grant.expires and grant.expires < ends:
        conditions["DateLessThan"] = {"aws:CurrentTime": iso(grant.expires)}
    return conditions


def check_endpoint(grant: Grant, location: Location) -> None:
    """Raise ``AccessDenied`` where the grant and the location require different VPC endpoints.

    Both would be the same condition key, and the policy could have only one of them.
    """
    if grant.vpc_endpoint and location.vpc_endpoint not in (None, grant.vpc_endpoint):
        raise AccessDenied("None of your grants allows this.", reason="VpcEndpoint")


def location_conditions(location: Location, role_arn: str) -> Conditions:
    """The location's conditions for every session; ``check_endpoint`` refuses others."""
    equal: dict[str, str | list[str]] = {"aws:ResourceAccount": location.owning_account(role_arn)}
    if location.vpc_endpoint:
        equal["aws:SourceVpce"] = location.vpc_endpoint
    return {"StringEquals": equal}


def merge(*parts: Conditions) -> Conditions:
    """All conditions in one; no two parts have the same key under the same operator."""
    whole: Conditions = {}
    for part in parts:
        for operator, keys in part.items():
            whole[operator] = whole.get(operator, {}) | keys
    return whole


def single(values: list[str]) -> str | list[str]:
    """Return a single value without its list, which saves characters of the policy."""
    return values[0] if len(values) == 1 else values
