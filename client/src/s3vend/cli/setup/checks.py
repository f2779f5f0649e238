"""The checks of `s3vend doctor`; each yields findings: ok, warn or fail, and what to do."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from s3vend import __version__
from s3vend.cli.setup.cors import check_api, check_bucket
from s3vend.cli.setup.findings import Finding, failure
from s3vend.cli.setup.links import check_links
from s3vend.cli.setup.version import UNFIT, fits
from s3vend.cli.terminal.refusal import NOT_AUTHENTICATED, REFUSED, USAGE
from s3vend.errors import S3VendError

if TYPE_CHECKING:
    from s3vend.cli.terminal.command import Options
    from s3vend.http.wire import Answer, Wire
    from s3vend.identity.settings import Settings
    from s3vend.service.connect import Service

WARN_AFTER, REFUSED_AFTER = 60.0, 300.0  # seconds that the clock is off; AWS refuses the latter
RETRIES = 1  # unless an option says so: somebody is waiting for the findings


def run_checks(
    options: "Options", target: str | None, origin: str | None, *, browser: bool = False
) -> Iterator[Finding]:
    """Yield the findings of all checks; stop at a failure that the other checks depend on."""
    from s3vend.http.limits import limits
    from s3vend.identity.search import search
    from s3vend.identity.settings import settings
    from s3vend.service.connect import Service

    try:
        settings_ = settings(options.arguments(), os.environ)
        retries = RETRIES if options.retries is None else options.retries
        limited = limits(retries, options.timeout, os.environ)
    except S3VendError as error:
        yield failure("settings", error)
        return
    source = f"profile {settings_.profile}" if settings_.profile else "--url or S3VEND_URL"
    yield Finding("ok", "settings", f"{settings_.url}, from {source}")
    wire = limited.wire()
    reachable = yield from check_endpoint(settings_, wire)
    if not reachable:
        return
    try:
        found = search(settings_, os.environ, wire)
    except S3VendError as error:
        yield failure("identity", error)
        return
    for line in found.passed_over:
        advice = "Only matters if this should be your identity; see docs/clients.md."
        yield Finding("warn", "identity", line, advice)
    caller = found.identity
    detail = f"{caller.name}, for the door {caller.door}, because {found.because}"
    yield Finding("ok", "identity", detail)
    service = Service(settings_, caller, wire, limited.patience(), found.notes())
    accepted = yield from check_authentication(service)
    if accepted:
        yield from check_grants(service)
        if target is not None:
            yield from check_target(service, target)
        if origin is not None:
            yield from check_api(service, origin)
        if target is not None and origin is not None:
            yield from check_bucket(service, target, origin)
        if browser:
            yield from check_links(service, target)


def check_endpoint(settings: "Settings", wire: "Wire", now: Callable[[], float] = time.time) -> Any:
    """Check address, TLS and clock with an unsigned request; return whether the service answers."""
    from s3vend.service.elsewhere import not_of_the_service
    from s3vend.service.members import members_of

    try:
        answer = wire.send("GET", f"{settings.url}/iam/identity", {"Accept": "application/json"})
    except S3VendError as error:
        yield failure("endpoint", error)
        return False
    https = settings.url.startswith("https://")
    secure = "TLS is trusted" if https else "plain HTTP on this machine"
    elsewhere, wrong = not_of_the_service(answer, signed=False), ""
    if elsewhere is not None or answer.status not in (401, 403):
        wrong = f"the address answers {answer.status}, where s3vend answers 403"
    elif "code" not in (members_of(answer.body) or {}):
        wrong = f"the address answers {answer.status}, but not as s3vend does"
    if wrong:
        detail = f"{wrong}: {elsewhere.detail}" if elsewhere else wrong
        advice = "Check that it is the address of the service's API, with its stage (…/v1)."
        yield Finding("fail", "endpoint", detail, advice, USAGE)
        return False
    yield Finding("ok", "endpoint", f"the service answers; {secure}")
    yield check_clock(answer, now())
    return True


def check_clock(answer: "Answer", now: float) -> Finding:
    """Compare this machine's clock with the `Date` of an answer."""
    try:
        service_time = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (LookupError, TypeError, ValueError):
        return Finding("warn", "clock", "cannot be checked: the answer has no Date header")
    difference = abs(now - service_time)
    text = f"{difference:.0f} s {'ahead' if now > service_time else 'behind'}"
    if difference < WARN_AFTER:
        return Finding("ok", "clock", f"correct within {max(difference, 1.0):.0f} s")
    level = "fail" if difference >= REFUSED_AFTER else "warn"
    code = NOT_AUTHENTICATED if level == "fail" else 0
    advice = "Set the clock, for example with NTP; signatures depend on it."
    return Finding(level, "clock", text, advice, code)


def check_authentication(service: "Service") -> Any:
    """Check whether the service accepts the identity; return whether it does."""
    try:
        answer = service.read("identity")
    except S3VendError as error:
        yield failure("authentication", error)
        return False
    name = answer.get("arn") or f"{answer.get('subject')} of {answer.get('issuer')}"
    yield Finding("ok", "authentication", f"the service identifies you as {name}")
    yield check_version(answer.get("version"))
    if left_out := answer.get("claimsLeftOut"):
        yield Finding(
            "warn",
            "claims",
            f"the issuer left {', '.join(map(str, left_out))} out of your token: it has too many",
            "Grants by them do not match. Ask the issuer's administrator to send only the groups "
            "that are assigned to the application, or app roles (docs/identities.md).",
        )
    return True


def check_version(told: object) -> Finding:
    """Compare the versions of client and service."""
    if told is None:
        return Finding("warn", "version", "cannot be compared: the service does not tell its own")
    if fits(str(told)):
        return Finding("ok", "version", f"the service has {told}, this command {__version__}")
    detail = f"the service has {told}, which does not fit {__version__} of this command"
    return Finding("warn", "version", detail, f"{UNFIT[0].upper()}{UNFIT[1:]} (docs/versions.md).")


def check_grants(service: "Service") -> Iterator[Finding]:
    """Check whether the caller has grants."""
    from s3vend.service.pages import pages

    try:
        count = len(list(pages(service, "grants", "grants")))
    except S3VendError as error:
        yield failure("grants", error)
        return
    if count:
        yield Finding("ok", "grants", f"{count} found; s3vend ls lists them")
    else:
        yield Finding("warn", "grants", "none found", "Ask the service's operator for a grant.")


def check_target(service: "Service", target: str) -> Iterator[Finding]:
    """Check whether credentials and URLs would be vended, for each permission on the target."""
    from s3vend.service.explained import explained

    answers: dict[str, Mapping[str, Any]] = {}
    for permission in ("READ", "WRITE"):
        try:
            request = {"target": target, "permission": permission}
            answers[permission] = service.ask("explanations", request)
        except S3VendError as error:  # noqa: PERF203 - the network takes longer
            yield failure("target", error)
            return
    found = {name: explained(answer) for name, answer in answers.items()}
    if granted := [name for name, one in found.items() if one.everything]:
        yield Finding("ok", "target", f"{' and '.join(granted)} on {target} would be granted")
    for name, one in found.items():
        if one.something and not one.everything:
            yield Finding("ok", "target", f"{name} on {target}: {one.sentence}")
    if not any(one.something for one in found.values()):
        why = " ".join(dict.fromkeys(str(answer["reason"]) for answer in answers.values()))
        yield Finding("fail", "target", why, found["READ"].advice, REFUSED)
