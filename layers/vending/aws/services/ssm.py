"""Reads SSM parameters when they are needed: a published version's environment may be old."""

from typing import Any

from vending.aws.services.client import translate_errors


def assumable_roles(client: Any, name: str) -> frozenset[str]:
    """The ARNs of the roles that the functions may assume, from the parameter ``name``.

    Raises:
        Unavailable: SSM failed.
    """
    with translate_errors():
        answer = client.get_parameter(Name=name)
    return frozenset(answer["Parameter"]["Value"].split(","))
