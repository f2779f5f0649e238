"""What the script of a page asks for, as JSON."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from vending.bodies.body import Body
from vending.bodies.content_fields import LARGEST, Sha256
from vending.bodies.fields import Listed, between, matching
from vending.bodies.parse import checked
from vending.bodies.strict_json import read_strictly
from vending.errors import Fault, InvalidRequest, TooLarge
from vending.uploads.upload import PARTS

BODY_BYTES = 64 * 1024
WHOLE = 64 * 1024**2  # bytes of a file that is sent in one piece at most
PAGE = 100  # parts that one request can sign

Name = Annotated[str, matching("[^/]{1,1024}", "1 to 1,024 characters without a folder")]
Token = Annotated[str, matching("[a-z2-7]{1,64}", "as the page has it")]
PlanId = Annotated[str, matching("[a-z2-7]{16}", "the id that the plan was answered with")]
Type = Annotated[str, matching("[ -~]{1,512}", "a content type")]


class Asking(Body):
    """Base of the bodies."""

    do: str
    ticket: Token | None = None


class PutRequest(Asking):
    """One file in one piece."""

    do: Literal["put"]
    name: Name
    size: Annotated[int, Field(ge=0, le=WHOLE)]
    type: Type | None = None
    sha256: Sha256 | None = None


class PlanRequest(Asking):
    """One file in parts."""

    do: Literal["plan"]
    name: Name
    size: Annotated[int, Field(ge=WHOLE + 1, le=LARGEST)]
    type: Type | None = None
    checksums: bool = False  # whether each part comes with its SHA-256


class SharePartsRequest(Asking):
    """Parts of a plan, also once more."""

    do: Literal["parts"]
    plan: PlanId
    from_: Annotated[int, Field(ge=1, le=PARTS, alias="from")]
    to: Annotated[int, Field(ge=1, le=PARTS)]
    checksums: Annotated[Listed[Sha256], between(1, PAGE)] | None = None

    def faults(self) -> Iterator[Fault]:
        """A range that is not valid, or too few or too many checksums."""
        if not 0 <= self.to - self.from_ < PAGE:
            yield Fault("/to", f"must be from 'from' to 'from' + {PAGE - 1}")
        elif self.checksums is not None and len(self.checksums) != self.to - self.from_ + 1:
            yield Fault("/checksums", "must have one checksum for each part from 'from' to 'to'")


class CompleteRequest(Asking):
    """The end of a plan."""

    do: Literal["complete"]
    plan: PlanId


class StopRequest(Asking):
    """The end of a plan without a file."""

    do: Literal["abort"]
    plan: PlanId


type Scripted = PutRequest | PlanRequest | SharePartsRequest | CompleteRequest | StopRequest

BODIES: dict[str, type[Scripted]] = {
    "put": PutRequest,
    "plan": PlanRequest,
    "parts": SharePartsRequest,
    "complete": CompleteRequest,
    "abort": StopRequest,
}


def read_script(text: str) -> Scripted:
    """What a script asks for; raises ``InvalidRequest`` or ``TooLarge``."""
    if len(text) > BODY_BYTES:
        raise TooLarge(f"The body is larger than {BODY_BYTES} bytes.")
    members, faults = read_strictly(text)
    does = members.get("do") if isinstance(members, dict) else None
    if not isinstance(does, str) or does not in BODIES:
        detail = f"must be one of {', '.join(BODIES)}"
        raise InvalidRequest(f"do: {detail}.", faults=[Fault("/do", detail)])
    body: Scripted = checked(BODIES[does], members, faults)
    return body
