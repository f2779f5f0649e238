"""Reads SSM parameters when they are needed: a published version's environment may be old."""

from typing import Any

from vending.aws.services.client import translate_errors


def string_list(client: Any, name: str) -> frozenset[str]:
    """The values of the parameter ``name``, a list of strings.

    Raises:
        Unavailable: SSM failed.
    """
    with translate_errors():
        answer = client.get_parameter(Name=name)
    return frozenset(answer["Parameter"]["Value"].split(","))


def text(client: Any, name: str) -> str:
    """The value of the parameter ``name``; raises as ``string_list``."""
    with translate_errors():
        return str(client.get_parameter(Name=name)["Parameter"]["Value"])
