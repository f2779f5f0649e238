"""What the form of a page asks for: frozen values, read strictly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from vending.bodies.content_fields import LARGEST_PUT
from vending.errors import Fault, InvalidRequest

VALUE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class EnterPassword:
    """A try of the password."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Download:
    """The file, or one of a folder by its key without the share's prefix."""

    file: str | None


@dataclass(frozen=True, slots=True)
class ListFolder:
    """A page of a folder, after the file with this name."""

    after: str | None


@dataclass(frozen=True, slots=True)
class AskForm:
    """A form for one file with this name; ``size`` is the most that it has."""

    name: str
    size: int | None
    type: str | None


type Asked = EnterPassword | Download | ListFolder | AskForm

_MEMBERS = {
    "password": {"password"},
    "download": {"file"},
    "list": {"after"},
    "form": {"name", "size", "type"},
}


def read_form(fields: Mapping[str, str]) -> tuple[Asked, str | None]:
    """What is asked, and the ticket that came with it; an empty field is as none.

    Raises:
        InvalidRequest: the fields are not those of one of our forms.
    """
    given = {name: value for name, value in fields.items() if value}
    ticket, does = given.pop("ticket", None), given.pop("do", "")
    if does not in _MEMBERS:
        raise _wrong("do", f"must be one of {', '.join(_MEMBERS)}")
    for name in sorted(given.keys() - _MEMBERS[does]):
        raise _wrong(name, "unknown field")
    for name, value in given.items():
        if len(value.encode("utf-8", "surrogatepass")) > VALUE_BYTES:
            raise _wrong(name, f"must have at most {VALUE_BYTES} bytes")
    match does:
        case "password":
            return EnterPassword(given.get("password", "")), ticket
        case "download":
            return Download(given.get("file")), ticket
        case "list":
            return ListFolder(given.get("after")), ticket
    if "name" not in given:
        raise _wrong("name", "is required: the name of the file")
    return AskForm(given["name"], _size(given.get("size")), given.get("type")), ticket


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,10}", text) or not 1 <= int(text) <= LARGEST_PUT:
        raise _wrong("size", f"must be a number of bytes from 1 to {LARGEST_PUT}")
    return int(text)


def _wrong(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{name}: {detail}.", faults=[Fault(f"/{name}", detail)])
