"""What the stack keeps in SSM, read when it is needed: a version's environment would be old."""

from typing import Any

from vending.aws.services.client import translated


def assumable_roles(client: Any, name: str) -> frozenset[str]:
    """The ARNs of the roles that the functions may assume.

    Raises:
        Unavailable: SSM failed.
    """
    with translated():
        answer = client.get_parameter(Name=name)
    return frozenset(answer["Parameter"]["Value"].split(","))
