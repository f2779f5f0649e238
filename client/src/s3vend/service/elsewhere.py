"""Whether something else than the service answered, such as at a wrong path, and what it was."""

import re
from collections.abc import Callable, Mapping

from s3vend.http.wire import Answer, origin
from s3vend.printable import without_secrets
from s3vend.problem import Problem
from s3vend.service.members import CODE, members_of

SHOWN = 300  # characters that an error shows of such an answer
READ = 16_384  # bytes of it that are looked at, since whoever answers chose them
# `re` compiles and keeps these when they are matched first.
_PAGE = rb"(?i)\s*<(?:!doctype html|html)"
_TITLE = rb"(?is)<title[^>]*>(.*?)</title>"
_XML_CODE = rb"(?s)<Error>.*?<Code>([A-Za-z0-9]{1,60})</Code>"
# Error types of API Gateway itself, for requests that reach no route.
_NO_ROUTE = "MissingAuthenticationTokenException"  # also for a request that is not signed
_NO_STAGE = "ForbiddenException"


def error_type(answer: Answer) -> str:
    """Return the error type in an answer of API Gateway itself."""
    return answer.headers.get("x-amzn-errortype", "").partition(":")[0]


def not_of_the_service(answer: Answer, *, signed: bool = True) -> Problem | None:
    """Return what answered in place of the service; None if the service did, or API Gateway for it.

    ``signed``: whether the request proves an identity. An answer with 5xx is None too: what stands
    before the service may fail for a while.
    """
    if answer.status >= 500:
        return None
    detail = next((text for find in _FINDERS if (text := find(answer))), None)
    if detail is None and signed and error_type(answer) == _NO_ROUTE:
        detail = "API Gateway has no route at this path: the address, or its stage, is another one."
    if detail is None and not _is_error(answer) and members_of(answer.body) is None:
        detail = f"The answer is not one of s3vend: {excerpt(answer)}"
    if detail is None:
        return None
    return Problem(answer.status, CODE, detail, answer.headers.get("x-amz-apigw-id"), ())


def excerpt(answer: Answer) -> str:
    """Return the beginning of an answer, or the title of a web page, without secrets."""
    body = answer.body[:READ]
    if re.match(_PAGE, body):
        title = re.search(_TITLE, body)
        text = (title[1] if title else re.sub(rb"<[^>]*>", b" ", body)).decode(errors="replace")
        return without_secrets(" ".join(text.split()))[:SHOWN]
    return without_secrets(body.decode(errors="replace"))[:SHOWN]


def _is_error(answer: Answer) -> bool:
    """Whether it is an error of the service, or of API Gateway for it."""
    members: Mapping[str, object] = members_of(answer.body) or {}
    return "code" in members or bool(error_type(answer))


def _redirect(answer: Answer) -> str | None:
    if not 300 <= answer.status < 400:
        return None
    location = answer.headers.get("location", "")
    try:
        place = origin(location) if "://" in location else "another path"
    except ValueError:  # such as a host with one bracket
        place = "another place"
    return (
        f"The address redirects to {place}. s3vend follows no redirect, so that no token goes "
        "elsewhere. A login page or a captive portal may be in the way, or the path is wrong."
    )


def _page(answer: Answer) -> str | None:
    if not re.match(_PAGE, answer.body[:READ]):
        return None
    return (
        f"A web page answered, not s3vend: {excerpt(answer)!r}. A login page, a captive portal or "
        "a proxy may be in the way, or the address is that of another site."
    )


def _bucket(answer: Answer) -> str | None:
    if not (code := re.search(_XML_CODE, answer.body[:READ])):
        return None
    return (
        f"S3, or a service like it, answered {code[1].decode()}: this is not an address of s3vend."
    )


def _stage(answer: Answer) -> str | None:
    """Also API Gateway's answer at a stage that does not exist, which has no members but this."""
    known = {"Forbidden": "stage", "Not Found": "route"}
    members: Mapping[str, object] = members_of(answer.body) or {}
    what = known.get(str(members.get("message"))) if len(members) == 1 else None
    if error_type(answer) == _NO_STAGE or (what and answer.status in (403, 404)):
        return (
            f"API Gateway has no {what or 'stage'} at this path. The address needs the stage at "
            "its end, such as …/v1, or is that of another API."
        )
    return None


_FINDERS: tuple[Callable[[Answer], str | None], ...] = (_redirect, _page, _bucket, _stage)
