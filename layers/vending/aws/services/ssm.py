"""Reads the stack's SSM parameters when they are needed; a version's environment is older."""

from typing import Any

from vending.aws.services.client import translated


def assumable_roles(client: Any, name: str) -> frozenset[str]:
    """The ARNs of the roles that the functions may assume, from the parameter ``name``.

    Raises:
        Unavailable: SSM failed.
    """
    with translated():
        answer = client.get_parameter(Name=name)
    return frozenset(answer["Parameter"]["Value"].split(","))
