"""Reads the stack's lists from SSM when a request needs them.

The environment of a published version may be old, and a list is too long for its description,
which would publish another version.
"""

from vending.aws.environment.runtime import Settings
from vending.aws.services.client import client
from vending.aws.services.ssm import string_list


def assumable_roles(settings: Settings) -> frozenset[str]:
    """The ARNs of the roles that the functions may assume; raises ``Unavailable``."""
    return string_list(client("ssm", settings.region), settings.assumable_roles_parameter)


def never_lent(settings: Settings) -> frozenset[str]:
    """The patterns of buckets that are never lent, beside those in the code.

    Raises ``Unavailable``.
    """
    return string_list(client("ssm", settings.region), settings.never_lent_parameter)
