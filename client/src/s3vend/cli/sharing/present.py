"""Whether there is what a link is for: the key of a new link may be misspelt."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from s3vend.cli.terminal.command import HURRY
from s3vend.cli.terminal.ending import say

if TYPE_CHECKING:
    from s3vend.service.connect import Service


def say_if_absent(service: "Service", target: str) -> None:
    """Say that there is no such object, or none below the prefix; silent where nobody can tell.

    It asks once and waits shortly: a link can be made before its file is there.
    """
    from s3vend.errors import S3VendError
    from s3vend.http.limits import limits
    from s3vend.listing.head import is_listed
    from s3vend.listing.objects import first_object
    from s3vend.service.connect import Service

    limited = limits(0, HURRY, os.environ)
    quick = Service(service.settings, service.identity, limited.wire(), limited.patience())
    with suppress(S3VendError):
        if target.endswith("/*"):
            if first_object(target, quick) is None:
                say(f"there is no object below {target} now")
        elif is_listed(target, quick) is False:
            say(f"{target} does not exist now; until it does, the link leads to nothing")
