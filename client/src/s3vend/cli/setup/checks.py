"""What `s3vend doctor` looks at; each check says ok, warn or fail, and what to do."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from s3vend.cli.terminal.ending import NOT_AUTHENTICATED, NOT_REACHABLE, REFUSED, USAGE, code_of
from s3vend.errors import S3VendError

if TYPE_CHECKING:
    from s3vend.cli.terminal.command import Options
    from s3vend.http.wire import Answer, Wire
    from s3vend.identity.settings import Settings
    from s3vend.service.connect import Service

WORD, REFUSED_AFTER = 60.0, 300.0  # seconds that the clock may be off: said, and refused by AWS
PROBE = "s3vend-doctor"  # a key that need not be there


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `ok`, `warn` or `fail`, of what, what was seen, and what to do."""

    level: str
    check: str
    said: str
    advice: str = ""
    code: int = 0  # how the command ends for it

    def as_json(self) -> dict[str, str]:
        """By the names that the output promises."""
        told = {"level": self.level, "check": self.check, "detail": self.said, "do": self.advice}
        return {name: value for name, value in told.items() if value}


def failure(check: str, error: S3VendError) -> Finding:
    """What an error of the client says: its first line, and the others as what to do."""
    first, _, rest = str(error).partition("\n")
    return Finding("fail", check, first, " ".join(rest.split()), code_of(error))


def run_checks(options: "Options", target: str | None, origin: str | None) -> Iterator[Finding]:
    """All checks, until one fails that the others need."""
    from s3vend.http.patience import Patience
    from s3vend.http.wire import Wire
    from s3vend.identity.settings import settings
    from s3vend.identity.sources import identity
    from s3vend.service.connect import Service

    try:
        told = settings(options.given(), os.environ)
    except S3VendError as error:
        yield failure("settings", error)
        return
    where = f"{told.url}, from {f'profile {told.profile}' if told.profile else 'url or S3VEND_URL'}"
    yield Finding("ok", "settings", where)
    wire = Wire()
    reached = yield from check_endpoint(told, wire)
    if not reached:
        return
    try:
        who = identity(told, os.environ, wire)
    except S3VendError as error:
        yield failure("identity", error)
        return
    yield Finding("ok", "identity", f"{who.name}, for the door {who.door}")
    service = Service(told, who, wire, Patience(tries=2))
    accepted = yield from check_authentication(service)
    if accepted:
        yield from check_grants(service)
        if target is not None:
            yield from check_target(service, target)
            yield from check_cors(service, target, origin)


def check_endpoint(told: "Settings", wire: "Wire", now: Callable[[], float] = time.time) -> Any:
    """Address, TLS and clock, by a request that nobody signs; True: it answers."""
    try:
        answer = wire.send("GET", f"{told.url}/iam/identity", {"Accept": "application/json"})
    except S3VendError as error:
        yield failure("endpoint", error)
        return False
    secure = "TLS is trusted" if told.url.startswith("https://") else "plain HTTP on this machine"
    if answer.status not in (401, 403):
        yield Finding(
            "fail",
            "endpoint",
            f"it answers {answer.status} where s3vend answers 403",
            "Is the address that of the API, with its stage (…/v1)?",
            USAGE,
        )
        return False
    yield Finding("ok", "endpoint", f"it answers; {secure}")
    yield check_clock(answer, now())
    return True


def check_clock(answer: "Answer", now: float) -> Finding:
    """This machine's clock against the Date of an answer."""
    try:
        there = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (LookupError, TypeError, ValueError):
        return Finding("warn", "clock", "the service does not say what time it is")
    off = abs(now - there)
    said = f"{off:.0f} s {'ahead' if now > there else 'behind'}"
    if off < WORD:
        return Finding("ok", "clock", f"right, within {max(off, 1.0):.0f} s")
    level = "fail" if off >= REFUSED_AFTER else "warn"
    code = NOT_AUTHENTICATED if level == "fail" else 0
    return Finding(level, "clock", said, "Set it, such as by NTP: signatures depend on it.", code)


def check_authentication(service: "Service") -> Any:
    """Whether the service takes the identity, and as whom."""
    try:
        answer = service.read("identity")
    except S3VendError as error:
        yield failure("authentication", error)
        return False
    name = answer.get("arn") or f"{answer.get('subject')} of {answer.get('issuer')}"
    yield Finding("ok", "authentication", f"the service knows you as {name}")
    return True


def check_grants(service: "Service") -> Iterator[Finding]:
    """Whether there is anything to reach."""
    from s3vend.service.pages import pages

    try:
        count = len(list(pages(service, "grants", "grants")))
    except S3VendError as error:
        yield failure("grants", error)
        return
    if count:
        yield Finding("ok", "grants", f"{count}: s3vend ls shows them")
    else:
        yield Finding("warn", "grants", "none", "Ask the service's operator for a grant.")


def check_target(service: "Service", target: str) -> Iterator[Finding]:
    """What would be vended for the target."""
    answers: dict[str, Mapping[str, Any]] = {}
    for permission in ("READ", "WRITE"):
        try:
            asked = {"target": target, "permission": permission}
            answers[permission] = service.ask("explanations", asked)
        except S3VendError as error:  # noqa: PERF203 - a question over the network
            yield failure("target", error)
            return
    granted = [name for name, one in answers.items() if one["decision"] == "granted"]
    if granted:
        yield Finding("ok", "target", f"{' and '.join(granted)} on {target} would be granted")
        return
    why = "; ".join(dict.fromkeys(str(one["reason"]) for one in answers.values()))
    yield Finding("fail", "target", why, "Ask the service's operator for a grant.", REFUSED)


def check_cors(service: "Service", target: str, origin: str | None) -> Iterator[Finding]:
    """What the bucket says to a browser that asks before it uses a URL."""
    from s3vend.errors import Unreachable
    from s3vend.service.urls import presign

    key = f"{target[:-1]}{PROBE}" if target.endswith("/*") else target
    site = origin or "{0.scheme}://{0.netloc}".format(urlsplit(service.settings.url))
    for method in ("GET", "PUT"):
        try:
            [url] = presign([key], method=method, expires_in=60, service=service)
        except S3VendError:
            continue  # the check before this one has said why
        bare = urlunsplit((*urlsplit(url.url)[:3], "", ""))
        headers = {"Origin": site, "Access-Control-Request-Method": method}
        try:
            answer = service.wire.send("OPTIONS", bare, headers)
        except Unreachable as error:
            yield Finding(
                "fail", "storage", str(error), "Is S3 reachable from here?", NOT_REACHABLE
            )
            return
        allowed = answer.headers.get("access-control-allow-origin")
        if answer.status == 200 and allowed in ("*", site):
            yield Finding("ok", "cors", f"the bucket allows {method} to pages of {site}")
        else:
            yield Finding(
                "warn",
                "cors",
                f"the bucket does not allow {method} to pages of {site}",
                "Of no matter unless browsers use the URLs; then the bucket's CORS has to allow it "
                "(docs/cli.md).",
            )
