"""Tokens from the platform: GitHub Actions, Google's metadata server, Kubernetes.

A platform is contacted only if the environment shows that the program runs there.
"""

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from s3vend.errors import IdentityError, Unreachable
from s3vend.files.ours import POSIX
from s3vend.http.address import is_loopback
from s3vend.http.wire import Answer, Wire
from s3vend.identity.receiver import UnusableToken
from s3vend.identity.settings import Environment

KUBERNETES = Path("/var/run/secrets/s3vend/token")  # never the token for the API server
GOOGLE = "metadata.google.internal"
GOOGLE_MACHINE = Path("/sys/class/dmi/id/product_name")
GOOGLE_NAMES = ("GCE_METADATA_HOST", "K_SERVICE", "CLOUD_RUN_JOB", "FUNCTION_TARGET", "GAE_SERVICE")
ENCODINGS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le"}  # of PowerShell's > and |
SECONDS = 2.0  # timeout; the metadata server runs on the same host
TRIES = 3


class NotHere(IdentityError):
    """The source has no identity for this program. The next source is tried."""


def github(environment: Environment, wire: Wire, audience: str) -> Callable[[], str] | None:
    """Return a function that reads the job's token; None outside GitHub Actions.

    The job needs the permission `id-token: write`.
    """
    url = environment.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    bearer = environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    if not url or not bearer:
        return None

    def read() -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise IdentityError("ACTIONS_ID_TOKEN_REQUEST_URL must begin with https://")
        request_url = f"{url}{'&' if parts.query else '?'}audience={quote(audience, safe='')}"
        answer = _with_retries(
            lambda: wire.send(
                "GET", request_url, {"Authorization": f"Bearer {bearer}"}, seconds=10.0
            )
        )
        if answer.status != 200:
            raise IdentityError(f"GitHub answered {answer.status} to the request for a token")
        try:
            value = json.loads(answer.body)["value"]
        except (ValueError, LookupError, TypeError):
            raise IdentityError("GitHub's answer contains no token") from None
        return str(value)

    return read


def google(
    environment: Environment, wire: Wire, audience: str, machine: Path = GOOGLE_MACHINE
) -> Callable[[], str] | None:
    """Return a function that reads the service account's token; None outside Google Cloud."""
    if not any(environment.get(name) for name in GOOGLE_NAMES) and not _is_google(machine):
        return None
    host = environment.get("GCE_METADATA_HOST") or GOOGLE
    path = "/computeMetadata/v1/instance/service-accounts/default/identity"
    url = f"http://{host}{path}?audience={quote(audience, safe='')}&format=full"

    def read() -> str:
        try:
            answer = _with_retries(
                lambda: wire.send(
                    "GET", url, {"Metadata-Flavor": "Google"}, seconds=SECONDS, direct=True
                )
            )
        except Unreachable as error:
            raise NotHere(f"this looks like Google Cloud, but {error}") from None
        if answer.status == 404:
            raise NotHere("Google's metadata server has no service account for this program")
        if answer.status != 200 or answer.headers.get("metadata-flavor") != "Google":
            raise NotHere(f"Google's metadata server answered {answer.status}")
        return answer.body.decode("ascii", errors="replace")

    return read


def kubernetes(
    environment: Environment, path: Path = KUBERNETES, *, posix: bool = POSIX
) -> Callable[[], str] | None:
    """Return a function that reads the pod's projected token; None if it is not mounted.

    docs/identities.md shows how to mount it. On Windows, where every user may make such a
    directory, the environment must show that this is a pod.
    """
    if not posix and not environment.get("KUBERNETES_SERVICE_HOST"):
        return None
    return (lambda: from_file(path)) if path.exists() else None


def from_file(path: Path) -> str:
    """Return the text of a token file. Others renew the file, so nothing is cached.

    Raises:
        UnusableToken: the file cannot be read, or is not ASCII (also as PowerShell writes it).
    """
    try:
        content = path.read_bytes()
        mark = next((mark for mark in ENCODINGS if content.startswith(mark)), b"")
        return content.removeprefix(mark).decode(ENCODINGS.get(mark, "ascii"))
    except OSError as error:
        raise UnusableToken(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise UnusableToken(f"{path} is not a token: it contains non-ASCII bytes") from None


def _is_google(machine: Path) -> bool:
    try:
        return machine.read_text(encoding="ascii", errors="replace").startswith("Google")
    except OSError:
        return False


def _with_retries(send: Callable[[], Answer]) -> Answer:
    for _ in range(TRIES - 1):
        try:
            answer = send()
        except Unreachable as error:
            if error.most_tries == 1:
                raise
            continue
        if answer.status < 500:
            return answer
    return send()
