"""The checks of `s3vend doctor --origin`: whether web pages can use the bucket and the service."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from s3vend.cli.setup.findings import Finding
from s3vend.cli.setup.preflight import allows, listed, names, preflight
from s3vend.cli.terminal.refusal import NOT_REACHABLE
from s3vend.errors import S3VendError, Unreachable

if TYPE_CHECKING:
    from s3vend.http.wire import Answer, Wire
    from s3vend.presigning.presign import UrlMethod
    from s3vend.presigning.urls import Url
    from s3vend.service.connect import Service

PROBE = "s3vend-doctor"  # a key that need not exist
# What browsers do with each permission, by the method of the URL that shows who has it.
UPLOADS: "Mapping[UrlMethod, tuple[str, ...]]" = {"PUT": ("PUT", "POST", "DELETE")}
METHODS: "Mapping[UrlMethod, tuple[str, ...]]" = {"GET": ("GET", "HEAD"), **UPLOADS}
PURPOSES = {"POST": "forms and the end of uploads in parts", "DELETE": "aborted uploads"}
UPLOADED = ("content-type", "x-amz-checksum-sha256")  # beside what a URL says to send
SENT = ("authorization", "content-type")
UNREAD_ADVICE = (
    "Ask the service's operator what changes the headers of its answers: a proxy, or a stack that "
    "was deployed in part."
)
BUCKET_ADVICE = (
    "Only matters if browsers use the URLs. If they do, add {} of the bucket's CORS rule for this "
    "origin (docs/cli.md)."
)
EXPOSED = "ETag to the ExposeHeaders"
API_ADVICE = (
    "Only matters if pages call s3vend themselves. If they do, ask its operator to add {} to the "
    "stack's parameter AllowedOrigins (docs/deploying.md)."
)


def check_api(service: "Service", origin: str) -> Iterator[Finding]:
    """Check whether pages may call the service's door for tokens, and read what it answers."""
    base = f"{service.settings.url}/web-identity"
    refused = []
    try:
        for method, path in (("GET", "/grants"), ("POST", "/presigned-urls")):
            answer = preflight(service.wire, f"{base}{path}", method, origin, SENT)
            if not allows(answer, origin, method, SENT):
                refused.append(method)
        if refused:
            what = f"the service does not let pages of {origin} send {' and '.join(refused)}"
            yield Finding("warn", "cors-api", what, API_ADVICE.format(origin))
            return
        unread = [
            kind for kind, answer in _answers(service, base, origin) if not names(answer, origin)
        ]
    except S3VendError as error:
        advice = "Check that this machine can reach the service."
        yield Finding("fail", "cors-api", str(error).partition("\n")[0], advice, NOT_REACHABLE)
        return
    if unread:
        what = f"pages of {origin} may call the service, but cannot read its {' and '.join(unread)}"
        yield Finding("warn", "cors-api", what, UNREAD_ADVICE)
    else:
        yield Finding("ok", "cors-api", f"the service lets pages of {origin} call it with a token")


def check_bucket(
    service: "Service",
    target: str,
    origin: str,
    wanted: "Mapping[UrlMethod, tuple[str, ...]]" = METHODS,
) -> Iterator[Finding]:
    """Check what the bucket's CORS rules let pages do, of all that the grant gives."""
    key = f"{target[:-1]}{PROBE}" if target.endswith("/*") else target
    for shows, methods in wanted.items():
        url = _presigned(service, key, shows)
        if url is None:
            continue  # check_target has reported why
        try:
            yield from _check_methods(service.wire, url, methods, origin)
        except Unreachable as error:
            advice = "Check that this machine can reach S3."
            yield Finding("fail", "storage", str(error), advice, NOT_REACHABLE)
            return


def _check_methods(
    wire: "Wire", url: "Url", methods: Iterable[str], origin: str
) -> Iterator[Finding]:
    unsigned = urlunsplit((*urlsplit(url.url)[:3], "", ""))
    signed = [name.lower() for name in url.headers if name.lower() != "host"]
    allowed, refused = [], []
    for method in methods:
        sent = sorted({*UPLOADED, *signed}) if method == "PUT" else []
        answer = preflight(wire, unsigned, method, origin, sent)
        if allows(answer, origin, method, sent):
            allowed.append(method)
            if method == "PUT" and not {"etag", "*"} & listed(
                answer, "access-control-expose-headers"
            ):
                what = f"pages of {origin} cannot read the header ETag, which uploads in parts need"
                yield Finding("warn", "cors-bucket", what, BUCKET_ADVICE.format(EXPOSED))
        elif sent and allows(preflight(wire, unsigned, method, origin, ()), origin, method, ()):
            what = f"the bucket allows {method} from pages of {origin}, but not with all headers"
            advice = BUCKET_ADVICE.format(f'"*", or {", ".join(sent)}, to the AllowedHeaders')
            yield Finding("warn", "cors-bucket", what, advice)
        else:
            refused.append(method)
    if allowed:
        what = f"the bucket allows {', '.join(allowed)} from pages of {origin}"
        yield Finding("ok", "cors-bucket", what)
    if refused:
        what = f"the bucket does not allow {', '.join(refused)} from pages of {origin}"
        yield Finding("warn", "cors-bucket", what, BUCKET_ADVICE.format(_needed(refused)))


def _needed(methods: Iterable[str]) -> str:
    """Return the methods, each with what browsers need it for where that is not plain."""
    told = (f"{one} ({PURPOSES[one]})" if one in PURPOSES else one for one in methods)
    return f"{', '.join(told)} to the AllowedMethods"


def _presigned(service: "Service", key: str, method: "UrlMethod") -> "Url | None":
    from s3vend.presigning.presign import presign

    try:
        return presign(key, method=method, expires_in=60, service=service)
    except S3VendError:
        return None


def _answers(service: "Service", base: str, origin: str) -> Iterator[tuple[str, "Answer"]]:
    """Yield a refusal of the service, and an answer to this caller if it has a token."""
    url, headers = f"{base}/identity", {"Origin": origin, "Accept": "application/json"}
    if service.identity.door == "web-identity":
        token = service.identity.authorize("GET", url, b"")
        yield "answers", service.wire.send("GET", url, headers | token)
    yield "refusals", service.wire.send("GET", url, headers)
