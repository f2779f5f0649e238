"""Which fault of which service leads to which answer, after how many calls."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults import faults
from tests.faults.faults import first, members, refuses, s3_refuses, says, sts_refuses
from tests.faults.proxy import Fault, Given
from vending.aws.services import s3
from vending.aws.services.deadline import PAUSE, TRY, VEND
from vending.aws.services.issuers import SECONDS as ISSUER

VENDING = ("credentials", "presigned-urls", "multipart-uploads")
UPLOAD = ("multipart-uploads",)
DOOR = ("authorizer",)
LISTS = ("authorizer", "grants")


def refusal_of(operation: str) -> str:
    """Return the code of the answer when the service says no to this operation."""
    refused = {"AssumeRole": "RoleRefused", "CreateMultipartUpload": "StorageRefused"}
    return refused.get(operation, "ServiceRefused")


@dataclass(frozen=True, slots=True)
class Row:
    """A fault of an operation, and what each route makes of it."""

    operation: str
    name: str  # of the fault, as the page says it
    fault: Fault
    routes: tuple[str, ...]
    status: int
    calls: int  # of this operation
    reason: str = ""  # in the record, where it tells more than the fault's name
    slow: bool = False  # longer than a second or two
    aborts: int = 0  # of an upload that was started

    @property
    def most(self) -> float:
        """Seconds that this operation may take, by what is configured."""
        pauses = max(0, self.calls - 1) * PAUSE
        if self.operation in ("openid-configuration", "keys"):
            return ISSUER
        each = s3.START if self.operation == "CreateMultipartUpload" else TRY
        return min(self.calls * each + pauses, VEND + PAUSE) + self.aborts * s3.ABORT


def table() -> Iterator[Row]:
    """All rows."""
    yield from decisions()
    yield from lists()
    yield from sessions()
    yield from uploads()
    yield from issuers()


def read(
    name: str, fault: Fault, status: int, calls: int, reason: str = "", *, slow: bool = False
) -> Row:
    return Row("BatchGetItem", name, fault, VENDING, status, calls, reason, slow)


def decisions() -> Iterator[Row]:
    """The read of a decision."""
    yield read("answers after half a second", faults.late, 200, 1)
    yield read("does not answer", faults.silent, 503, 2, "ReadTimeoutError", slow=True)
    yield read("answers byte by byte", faults.dripping, 503, 2, "ReadTimeoutError", slow=True)
    yield read("resets one connection", first(faults.reset), 200, 2)
    yield read("resets every connection", faults.reset, 503, 2)
    yield read("cuts its answers", faults.truncated, 503, 2)
    yield read("answers with a page of HTML", says(faults.HTML), 503, 1, "AnswerNotUnderstood")
    yield read("answers `{}`", says(Given(200, b"{}")), 503, 1, "AnswerNotUnderstood")
    yield read("answers with other items", members(faults.other_items), 503, 1, "OtherItems")
    yield read("answers with grants of others", members(faults.of_others), 403, 1, "NoGrant")
    yield read(
        "throttles (400 `ThrottlingException`)",
        refuses(400, "ThrottlingException"),
        503,
        2,
        "ThrottlingException",
    )
    yield read("throttles once", first(refuses(400, "ThrottlingException")), 200, 2)
    exceeded = "ProvisionedThroughputExceededException"
    yield read(f"is out of capacity (400 `{exceeded}`)", refuses(400, exceeded), 503, 2, exceeded)
    yield read("fails (500)", refuses(500, "InternalServerError"), 503, 2, "InternalServerError")
    yield read("fails once (503)", first(refuses(503, "ServiceUnavailable")), 200, 2)
    yield read(
        "takes the function's credentials for expired",
        refuses(400, "ExpiredTokenException"),
        503,
        1,
        "ExpiredTokenException",
    )
    yield read(
        "takes the function's clock for wrong",
        refuses(400, "InvalidSignatureException"),
        503,
        1,
        "InvalidSignatureException",
    )
    yield read(
        "denies access",
        refuses(400, "AccessDeniedException"),
        424,
        1,
        "ServiceRefused: AccessDeniedException",
    )
    missing = "ResourceNotFoundException"
    yield read("has no such table", refuses(400, missing), 424, 1, f"ServiceRefused: {missing}")
    yield read("leaves all items out, once", first(members(faults.unprocessed)), 200, 2)
    yield read(
        "leaves all items out, always", members(faults.unprocessed), 503, 2, "UnprocessedKeys"
    )


def listed(
    name: str,
    fault: Fault,
    status: int,
    calls: int,
    reason: str = "",
    *,
    routes: tuple[str, ...] = LISTS,
    slow: bool = False,
) -> Row:
    return Row("Query", name, fault, routes, status, calls, reason, slow)


def lists() -> Iterator[Row]:
    """Issuers for the authorizer, grants for their caller."""
    yield listed("answers after half a second", faults.late, 200, 1, routes=DOOR)
    yield listed("does not answer", faults.silent, 503, 2, "ReadTimeoutError", slow=True)
    yield listed(
        "throttles (400 `ThrottlingException`)",
        refuses(400, "ThrottlingException"),
        503,
        2,
        "ThrottlingException",
    )
    yield listed("cuts its answers", faults.truncated, 503, 2)
    yield listed("answers with a page of HTML", says(faults.HTML), 503, 1, "AnswerNotUnderstood")
    yield listed(
        "gives one empty page with a continuation", first(faults.empty_pages()), 200, 2, routes=DOOR
    )
    yield listed("gives empty pages without end", faults.empty_pages(), 503, 6, "NoProgress")
    yield listed("gives one page without end", faults.one_page(), 503, 2, "NoProgress", routes=DOOR)


def session(
    name: str, fault: Fault, status: int, calls: int, reason: str = "", *, slow: bool = False
) -> Row:
    return Row("AssumeRole", name, fault, VENDING, status, calls, reason, slow)


def sessions() -> Iterator[Row]:
    """AssumeRole."""
    yield session("answers after half a second", faults.late, 200, 1)
    yield session("does not answer", faults.silent, 503, 2, "ReadTimeoutError", slow=True)
    yield session("answers byte by byte", faults.dripping, 503, 2, "ReadTimeoutError", slow=True)
    yield session("resets one connection", first(faults.reset), 200, 2)
    yield session("resets every connection", faults.reset, 503, 2)
    yield session("cuts its answers", faults.truncated, 503, 2)
    yield session("answers with a page of HTML", says(faults.HTML), 503, 1, "AnswerNotUnderstood")
    yield session(
        "answers without credentials", faults.without("Credentials"), 503, 1, "AnswerNotUnderstood"
    )
    yield session(
        "answers without a session token", faults.without("SessionToken"), 503, 1, "NotTemporary"
    )
    yield session(
        "throttles (400 `Throttling`)", sts_refuses(400, "Throttling"), 503, 2, "Throttling"
    )
    yield session("throttles once", first(sts_refuses(400, "Throttling")), 200, 2)
    yield session("fails (500)", sts_refuses(500, "InternalFailure"), 503, 2, "InternalFailure")
    yield session(
        "takes the function's credentials for expired",
        sts_refuses(403, "ExpiredToken"),
        503,
        1,
        "ExpiredToken",
    )
    yield session(
        "takes the function's clock for wrong",
        sts_refuses(403, "RequestTimeTooSkewed"),
        503,
        1,
        "RequestTimeTooSkewed",
    )
    denied = "RoleRefused: AccessDenied"
    yield session("denies access", sts_refuses(403, "AccessDenied"), 424, 1, denied)
    disabled = "RegionDisabledException"
    yield session("is closed here", sts_refuses(403, disabled), 424, 1, f"RoleRefused: {disabled}")
    yield session(
        "cannot pack the policy", sts_refuses(400, "PackedPolicyTooLarge"), 400, 1, "PolicyTooLarge"
    )
    yield session(
        "gives a session that has ended", faults.ends_in(hours=-1), 503, 1, "SessionEnded"
    )
    yield session("gives a session of ten years", faults.ends_in(days=3650), 200, 1)


def started(
    name: str, fault: Fault, status: int, calls: int, reason: str = "", *, slow: bool = False
) -> Row:
    return Row("CreateMultipartUpload", name, fault, UPLOAD, status, calls, reason, slow)


def saved(
    name: str, fault: Fault, status: int, calls: int, aborts: int, *, slow: bool = False
) -> Row:
    return Row("PutItem", name, fault, UPLOAD, status, calls, "", slow, aborts)


def uploads() -> Iterator[Row]:
    """The start of an upload at S3, and its plan in the table."""
    yield started("answers after half a second", faults.late, 200, 1)
    yield started("does not answer", faults.silent, 503, 1, "ReadTimeoutError", slow=True)
    yield started("resets the connection", faults.reset, 503, 1)
    yield started("cuts its answer", faults.truncated, 503, 1)
    yield started("answers with a page of HTML", says(faults.HTML), 503, 1, "NoUploadId")
    yield started("answers without an id", faults.without("UploadId"), 503, 1, "NoUploadId")
    yield started("throttles (503 `SlowDown`)", s3_refuses(503, "SlowDown"), 503, 1, "SlowDown")
    for status, code, name in (
        (403, "AccessDenied", "a bucket policy denies it"),
        (404, "NoSuchBucket", "there is no such bucket"),
        (301, "PermanentRedirect", "the bucket is in another region"),
        (307, "TemporaryRedirect", "the bucket is new in another region"),
        (400, "AuthorizationQueryParametersError", "the signature names another region"),
        (400, "KMS.DisabledException", "the KMS key is disabled"),
    ):
        refused = s3_refuses(status, code)
        yield started(f"{name} ({status} `{code}`)", refused, 424, 1, f"StorageRefused: {code}")
    yield started(
        "is changing the bucket (409)",
        s3_refuses(409, "OperationAborted"),
        503,
        1,
        "OperationAborted",
    )
    yield saved("does not answer", faults.silent, 503, 2, 1, slow=True)
    yield saved(
        "throttles (400 `ThrottlingException`)", refuses(400, "ThrottlingException"), 503, 2, 1
    )
    yield saved("denies access", refuses(400, "AccessDeniedException"), 424, 1, 1)
    yield saved("fails (500)", refuses(500, "InternalServerError"), 503, 2, 1)
    yield saved("writes, and resets the connection once", first(faults.unheard), 200, 2, 0)


def asked(
    operation: str, name: str, fault: Fault, status: int, reason: str = "", *, slow: bool = False
) -> Row:
    return Row(operation, name, fault, DOOR, status, 1, reason, slow)


def issuers() -> Iterator[Row]:
    """An issuer's discovery document, and its keys."""
    yield asked("openid-configuration", "answers after half a second", faults.late, 200)
    yield asked("openid-configuration", "does not answer", faults.silent, 503, slow=True)
    yield asked("openid-configuration", "answers byte by byte", faults.dripping, 503, slow=True)
    yield asked("openid-configuration", "resets the connection", faults.reset, 503)
    yield asked("openid-configuration", "fails (500)", says(Given(500, b"")), 503)
    yield asked(
        "openid-configuration",
        "refuses (403)",
        says(Given(403, b"")),
        401,
        "IssuerRefused: IssuerAnswered403",
    )
    yield asked("openid-configuration", "is busy (429)", says(Given(429, b"")), 503)
    yield asked("openid-configuration", "answers with a page of HTML", says(faults.HTML), 503)
    other = members(lambda _, document: document | {"issuer": "https://accounts.google.com"})
    yield asked(
        "openid-configuration",
        "speaks for another issuer",
        other,
        401,
        "IssuerRefused: DiscoveryOfAnotherIssuer",
    )
    inward = members(lambda _, document: document | {"jwks_uri": "http://169.254.169.254/keys"})
    yield asked(
        "openid-configuration",
        "sends to an address of the machine's own",
        inward,
        401,
        "IssuerRefused: IssuerNotPublic",
    )
    yield asked("keys", "does not answer", faults.silent, 503, slow=True)
    yield asked("keys", "cuts its answer", faults.truncated, 503)
    away = says(Given(302, b"", {"Location": "http://127.0.0.1/"}))
    yield asked("keys", "redirects", away, 401, "IssuerRefused: IssuerAnswered302")
    yield asked("keys", "answers with a page of HTML", says(faults.HTML), 503)
    empty = says(Given(200, b'{"keys": []}'))
    yield asked("keys", "answers with no key", empty, 401)
    renamed = faults.text(lambda whole: whole.replace('"kid": "', '"kid": "x'))
    yield asked("keys", "answers with keys of other names", renamed, 401)


ROWS = tuple(table())
