"""A refusal of `POST /{door}/shares` in the words of the command: options, not members."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from s3vend.cli.sharing.shown import span_text
from s3vend.cli.sharing.wanted import MEMBERS, OF_BOTH, UPLOAD

if TYPE_CHECKING:
    from s3vend.errors import ServiceError
    from s3vend.problem import Fault

_COUNT = re.compile(r"The request has [0-9]+ faults?\.")
_SECONDS = re.compile(r"(?<=[a-z] )[0-9]+$")


@contextmanager
def named_by_options(kind: str) -> Iterator[None]:
    """Name the options of a link of this kind in an error of the service, which names members."""
    from s3vend.errors import ServiceError

    options = {member: option for option, member in {**OF_BOTH, **MEMBERS[kind]}.items()}
    options["target"] = "--upload" if kind == UPLOAD else "TARGET"
    try:
        yield
    except ServiceError as error:
        raise _named(error, options) from None


def _named(error: "ServiceError", options: Mapping[str, str]) -> "ServiceError":
    from s3vend.service.refusals import refusal

    problem = error.problem
    detail = problem.detail
    if _COUNT.fullmatch(detail):
        detail = "; ".join(_sentence(fault, options) for fault in problem.faults)
    first, space, rest = detail.partition(" ")
    detail = f"{options.get(first, first)}{space}{rest}"
    return refusal(error.asked, replace(problem, detail=detail, faults=()), error.notes)


def _sentence(fault: "Fault", options: Mapping[str, str]) -> str:
    member = fault.pointer.removeprefix("/").partition("/")[0]
    words = fault.detail
    if member == "expiresIn":
        words = _SECONDS.sub(lambda seconds: span_text(int(seconds[0])), words)
    return f"{options.get(member, fault.pointer)}: {words}"
