"""Refuses query parameters that a route does not have, or has only once."""

from collections.abc import Collection, Mapping, Sequence

from vending.errors import InvalidRequest


def check_query(
    parameters: Mapping[str, Sequence[str]], allowed: Collection[str], repeated: Collection[str]
) -> None:
    """Check the values of each parameter by name.

    Raises:
        InvalidRequest: a parameter is neither ``allowed`` nor ``repeated``, or is given more than
            once and not ``repeated``.
    """
    for name, values in parameters.items():
        if name not in allowed and name not in repeated:
            raise InvalidRequest(f"Unknown query parameter {name!r}.")
        if len(values) != 1 and name not in repeated:
            raise InvalidRequest(f"The query parameter {name!r} is given more than once.")
