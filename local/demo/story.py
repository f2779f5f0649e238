"""Runs the demo step by step on its own local cloud and compares each result with the expected."""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from botocore.exceptions import ClientError
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from local.cloud.ministack import running
from local.demo import acts, web_acts
from local.demo.acts import ARCHIVE, EXPIRY, LONGER, PRIVATE, REPORT, SAME, Scene
from local.messages import step
from local.stack.build import built
from local.stack.deploy import deploy
from local.stack.seed import BUCKET, seed

PLAIN_WIDTH = 240  # in a pipe, lines are not wrapped
WIDE = 120  # columns from which three columns stand side by side without a broken word
INDENT = 4


class Row(NamedTuple):
    """One line of the table."""

    step: str
    expected: str
    observed: str


def run() -> int:
    """Run every step and print the table; return 1 if any result differs, else 0."""
    with running() as cloud:
        template = built()
        stack = deploy(cloud, template, {"TrustAssumeS3User": "true"})
        seeded = seed(cloud, stack)
        scene = Scene(cloud, stack, seeded.user, seeded.stranger)
        rows = [*as_in_the_memo(scene), *vending(scene), *presigning(scene), *refusals(scene)]
        rows += [*outside_aws(scene), *hostile_tokens(scene)]
        stack = deploy(cloud, template, {"TrustAssumeS3User": "false"})
        rows += without_trust(scene._replace(stack=stack))
    return verdict(rows)


def as_in_the_memo(scene: Scene) -> Iterator[Row]:
    """Run steps 1 and 2: the memo's own check."""
    yield row(
        f"1 AssumeS3User's own keys: download_file('{ARCHIVE}')",
        "403 HeadObject: Forbidden",
        lambda: acts.download(scene, scene.user),
    )
    yield row(
        f"2 sts.assume_role + Session: download_file('{ARCHIVE}')",
        SAME,
        lambda: acts.download(scene, acts.assume(scene, scene.user)),
    )


def vending(scene: Scene) -> Iterator[Row]:
    """Run steps 3 and 4: vended credentials, and requests that they do not allow."""
    yield row(
        f"3 s3vend, READ on {BUCKET}/reports/*: get {REPORT}",
        SAME,
        lambda: acts.get(scene, acts.vend(scene), REPORT),
    )
    attempts: dict[str, tuple[str, Callable[[], object]]] = {
        f"get {ARCHIVE}, outside": (
            "GetObject",
            lambda: acts.get(scene, acts.vend(scene), ARCHIVE),
        ),
        f"get {PRIVATE}, a sibling": (
            "GetObject",
            lambda: acts.get(scene, acts.vend(scene), PRIVATE),
        ),
        f"put {REPORT}": ("PutObject", lambda: acts.put(scene, acts.vend(scene), REPORT)),
        "assume the role again": ("AssumeRole", lambda: acts.assume(scene, acts.vend(scene))),
    }
    for title, (operation, attempt) in attempts.items():
        yield row(
            f"4 the vended credentials: {title}",
            f"AccessDenied ({operation})",
            partial(acts.refusal, attempt),
        )


def presigning(scene: Scene) -> Iterator[Row]:
    """Run steps 5 and 6: URLs that need no AWS code and that cannot be changed."""
    yield row("5 presigned GET, plain HTTP", f"200 {SAME}", lambda: acts.fetch(acts.presign(scene)))
    for title, old, new in (
        ("another key", REPORT, PRIVATE),
        ("a longer life", f"X-Amz-Expires={EXPIRY}", f"X-Amz-Expires={LONGER}"),
        ("another signature", "X-Amz-Signature=", "X-Amz-Signature=0"),
    ):
        yield row(
            f"5 the same URL with {title}", "403", partial(acts.fetch_changed, scene, old, new)
        )
    yield row("6 presigned PUT, plain HTTP", f"200, stored: {SAME}", lambda: acts.upload(scene))


def refusals(scene: Scene) -> Iterator[Row]:
    """Run steps 7 and 8: a caller without a grant, and one who may not call the API."""
    ungranted = {"target": f"s3://{BUCKET}/{ARCHIVE}", "permission": "READ"}
    granted = {"target": f"s3://{BUCKET}/reports/*", "permission": "READ"}
    yield row(
        f"7 s3vend, no grant on {ARCHIVE}",
        "403 AccessDenied, application/problem+json",
        lambda: acts.problem(scene, ungranted, scene.user),
    )
    yield row(
        "8 a user with a grant, but without execute-api:Invoke",
        "403 AccessDeniedException, at the door",
        lambda: acts.turned_away(scene, granted, scene.stranger),
    )


def outside_aws(scene: Scene) -> Iterator[Row]:
    """Run steps 9 to 11: callers with a token from an issuer and without an AWS identity."""
    google, tenant = web_acts.google(scene), web_acts.tenant(scene)
    own, next_door = (
        f"tenants/{name}/orders.csv" for name in (web_acts.TENANT, web_acts.NEIGHBOUR)
    )
    yield row(
        f"9 a token like a GCP service account's: get {REPORT}",
        SAME,
        lambda: web_acts.read(scene, google, REPORT),
    )
    yield row(
        "9 the same token: presigned GET, plain HTTP",
        f"200 {SAME}",
        lambda: web_acts.fetch(scene, google),
    )
    yield row(
        f"10 a token with tenant_id {web_acts.TENANT}: get {own}",
        SAME,
        lambda: web_acts.read(scene, tenant, own),
    )
    yield row(
        f"10 the same token: {next_door}, its neighbour's",
        "403 AccessDenied",
        lambda: web_acts.refused(scene, tenant, next_door),
    )
    yield row(
        "11 boto3 unmodified, AWS_CONTAINER_CREDENTIALS_FULL_URI and a token file",
        SAME,
        lambda: web_acts.unmodified_boto3(scene, google, REPORT),
    )


def hostile_tokens(scene: Scene) -> Iterator[Row]:
    """Run step 12: tokens that the service must not accept."""
    google = partial(web_acts.google, scene)
    tokens: dict[str, Callable[[], str]] = {
        "for another audience": lambda: google(aud="https://elsewhere.example.com"),
        "that has expired": lambda: web_acts.expired(scene),
        "of an unknown issuer": lambda: google(iss="https://accounts.example.com"),
        "without a signature (alg: none)": lambda: web_acts.unsigned(scene),
    }
    for title, token in tokens.items():
        yield row(
            f"12 a token {title}",
            "401 NotAuthenticated",
            lambda token=token: web_acts.refused(scene, token()),  # type: ignore[misc]
        )


def without_trust(scene: Scene) -> Iterator[Row]:
    """Run step 13: steps 2 and 3 again when the role no longer trusts the user."""
    yield row(
        "13 TrustAssumeS3User=false: step 2",
        "AccessDenied (AssumeRole)",
        lambda: acts.refusal(lambda: acts.download(scene, acts.assume(scene, scene.user))),
    )
    yield row(
        "13 TrustAssumeS3User=false: step 3",
        SAME,
        lambda: acts.get(scene, acts.vend(scene), REPORT),
    )


def row(title: str, expected: str, observe: Callable[[], str]) -> Row:
    """Run one step; if it raises an error, that is the observed result."""
    with step(title):
        try:
            return Row(title, expected, observe())
        except ClientError as error:
            return Row(title, expected, acts.client_error(error))
        except Exception as error:  # noqa: BLE001  (a failed step is a difference; go on)
            return Row(title, expected, f"{type(error).__name__}: {error}")


def verdict(rows: Sequence[Row]) -> int:
    """Print the table; return 1 if any row differs or there are no rows, else 0."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else PLAIN_WIDTH)
    if console.width >= WIDE:
        console.print(_table(rows, box.SIMPLE_HEAD if terminal else box.ASCII))
    else:
        _print_narrow(console, rows)
    differing = [line for line in rows if line.observed != line.expected]
    console.print(f"{len(rows) - len(differing)} of {len(rows)} as expected")
    for line in differing:
        console.print(f"DIFFERS: {line.step}", markup=False)
    return 1 if differing or not rows else 0


def _table(rows: Sequence[Row], lines: box.Box) -> Table:
    table = Table(box=lines)
    for heading in ("step", "expected", "observed"):
        table.add_column(heading, overflow="fold")
    for line in rows:
        table.add_row(Text(line.step), Text(line.expected), _observed(line))
    return table


def _print_narrow(console: Console, rows: Sequence[Row]) -> None:
    """Print a step, and below it what was observed; what was expected, where that differs."""
    for line in rows:
        console.print(Text(line.step))
        if line.observed != line.expected:
            console.print(Padding(Text(f"expected: {line.expected}"), (0, 0, 0, INDENT)))
        console.print(Padding(_observed(line), (0, 0, 0, INDENT)))
    console.print()


def _observed(line: Row) -> Text:
    return Text(line.observed, "green" if line.observed == line.expected else "bold red")
