"""The bodies of ``POST /admin/reach`` and ``POST /admin/explanations``."""

from collections.abc import Iterator

from pydantic import Field

from vending.bodies.body import Body
from vending.bodies.fields import PermissionName, Target, Time
from vending.credentials.request import CredentialsRequest
from vending.errors import Fault
from vending.grants.keys import Keys
from vending.questions.caller import CallerBody


class ReachRequest(Body):
    """``POST /admin/reach``: who reaches ``target``, what ``as`` reaches, or both."""

    target: Target | None = None
    permission: PermissionName | None = None  # None: READ for a target, and else any
    as_: CallerBody | None = Field(default=None, alias="as")
    at: Time | None = None  # None: now

    def faults(self) -> Iterator[Fault]:
        """Neither a target nor callers."""
        if self.target is None and self.as_ is None:
            yield Fault("", "give 'target', 'as' or both")

    @property
    def targets(self) -> dict[str, Keys]:
        """The target by its pointer, if there is one."""
        return {"/target": self.target} if self.target else {}


class ExplanationRequest(CredentialsRequest):
    """``POST /admin/explanations``: a request for credentials, and the caller who would send it."""

    as_: CallerBody = Field(alias="as")
