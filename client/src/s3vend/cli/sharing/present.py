"""Whether there is what a link is for: the key of a new link may be misspelt."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from s3vend.cli.terminal.command import HURRY

if TYPE_CHECKING:
    from s3vend.service.connect import Service

PATTERN = frozenset("*?[")  # with which `ls` and `cp` match


def absence(service: "Service", target: str) -> "str | None":
    """Return a remark that there is no such object, or none below the prefix; None: nobody knows.

    It waits shortly and tries nothing again: a link can be made before its file is there.
    """
    from s3vend.errors import S3VendError
    from s3vend.http.limits import limits
    from s3vend.listing.head import is_listed
    from s3vend.listing.objects import first_object
    from s3vend.service.connect import Service

    limited = limits(0, HURRY, os.environ)
    quick = Service(service.settings, service.identity, limited.wire(), limited.patience())
    remark: str | None = None
    with suppress(S3VendError):
        if target.endswith("/*"):
            if first_object(target, quick) is None:
                remark = f"there is no object below {target} now"
        elif is_listed(target, quick) is False:
            remark = f"{target} does not exist now; until it does, the link leads to nothing"
            if PATTERN & set(target):
                return f"{remark}; a link takes no pattern"
            if first_object(f"{target}/", quick):
                return f"{remark}; {target}/* shares the files below it"
    return remark
