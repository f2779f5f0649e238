"""Vending against a real STS and S3: the core and the edge, with grants in memory."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tests.proof.granted import Asking, DrawnKeys
from tests.support.effects import lending, presign_effects, upload_effects
from tests.support.make import record
from vending.audit.record import Record
from vending.aws.environment.runtime import now
from vending.aws.services import s3
from vending.aws.services.sts import assume_role
from vending.bodies.parse import parse
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import vend_credentials
from vending.decision.effects import Known
from vending.denials.denials import NOTHING_DENIED
from vending.denials.revoked import Revoked
from vending.errors import AccessDenied
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.ids import identifier
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import SessionCredentials, SigningSessions
from vending.sigv4.presign import Method, endpoint_of, signer
from vending.uploads.request import UploadRequest
from vending.uploads.running import Running
from vending.uploads.start import start_upload
from vending.urls.answer import Url
from vending.urls.request import UrlsRequest
from vending.urls.signing import PresignEffects
from vending.urls.vend import vend_urls

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGION = "ap-northeast-1"
PATH_STYLE = Config(proxies={}, s3={"addressing_style": "path"})
SECONDS = 40  # of a URL; less than a grant that has ended had left


class Lender:
    """The functions' part on one backend; ``sts`` is what the edge calls."""

    def __init__(
        self,
        endpoint: str,
        sts: Any,
        people: Sequence[Asking],
    ) -> None:
        self.endpoint = endpoint
        self.sts = sts
        self.boto3 = boto3.Session(region_name=REGION)
        self.people = people
        self.grants = list({asking.grant.id: asking.grant for asking in people}.values())
        self.numbers = count(1)
        self.sessions = SigningSessions(self.assume_role, self.new_id, now)
        self.asked: list[Session] = []  # of STS
        self.signed: tuple[Session, SessionCredentials] | None = None  # with this

    def new_id(self) -> str:
        return identifier(next(self.numbers).to_bytes(10))

    def load_grants(self, keys: Sequence[str], buckets: Sequence[str]) -> Known:
        found = [
            one
            for one in self.grants
            if one.scope.bucket in buckets and one.grantee.table_key in keys
        ]
        here = (Location(Keys(bucket, "", is_prefix=True), REGION) for bucket in buckets)
        return Known(tuple(found), tuple(here), NOTHING_DENIED)

    def assume_role(self, session: Session, session_id: str) -> Credentials:
        self.asked.append(session)
        return assume_role(self.sts, session, session_id)

    def lasting_until(
        self, session: Session, time: datetime, record: Record, revoked: Revoked
    ) -> SessionCredentials:
        lent = self.sessions.lasting_until(session, time, record, revoked)
        self.signed = session, lent
        return lent

    def credentials(self, asking: Asking, targets: Sequence[DrawnKeys] | None = None) -> "S3Client":
        """S3 for one that holds the credentials it has asked for."""
        body = {
            "targets": [target(one) for one in targets or asking.targets],
            "permission": asking.permission,
            "privilege": asking.privilege,
        }
        lent = vend_credentials(
            asking.caller,
            parse(CredentialsRequest, json.dumps(body)),
            record(),
            lending(
                self.load_grants,
                self.assume_role,
                now=asking.vended or datetime.now(UTC),
                new_id=self.new_id,
            ),
        ).credentials
        return self.boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=lent.access_key_id,
            aws_secret_access_key=lent.secret_access_key,
            aws_session_token=lent.session_token,
            config=PATH_STYLE,
        )

    def urls(self, asking: Asking, requests: Sequence[Mapping[str, object]]) -> tuple[Url, ...]:
        """In the order of the requests."""
        body = {"expiresIn": SECONDS, "requests": requests}
        request = parse(UrlsRequest, json.dumps(body))
        return vend_urls(asking.caller, request, record(), self._effects(asking)).urls

    def upload(self, asking: Asking, keys: DrawnKeys) -> Running:
        """A multipart upload of one part, started."""
        connection = s3.connection()  # a kept one may have been closed meanwhile
        effects = upload_effects(
            self._effects(asking),
            start=partial(s3.start_upload, connection),
            abort=partial(s3.abort_upload, connection),
            save=lambda _: None,
            load=lambda _: None,
            new_id=self.new_id,
        )
        body = {"target": target(keys), "parts": 1, "expiresIn": SECONDS}
        request = parse(UploadRequest, json.dumps(body))
        return start_upload(asking.caller, request, record(), effects)

    def vends(self, asking: Asking, keys: DrawnKeys) -> bool:
        """Whether anything is given out for these."""
        asks: list[Callable[[], object]] = [partial(self.credentials, asking, [keys])]
        for method in ("GET", "PUT"):
            request = {"method": method, "target": target(keys)}
            asks.append(partial(self.urls, asking, [request]))
        for ask in asks:
            with suppress(AccessDenied):
                ask()
                return True
        return False

    def signs(self, method: Method, bucket: str, key: str) -> str:
        """A URL that the decision would refuse, by the session that signed last."""
        assert self.signed is not None
        sign = signer(
            self.signed[1].credentials,
            endpoint_of(bucket, REGION, "aws", self.endpoint),
            region=REGION,
            method=method,
            expires=SECONDS,
            now=datetime.now(UTC),
        )
        return sign(key)

    def _effects(self, asking: Asking) -> PresignEffects:
        now = asking.vended or datetime.now(UTC)
        return presign_effects(
            self.load_grants, self.lasting_until, now=now, s3_endpoint=self.endpoint
        )


def target(keys: DrawnKeys) -> dict[str, str]:
    """As a request has it."""
    return {"bucket": keys.bucket, ("prefix" if keys.is_prefix else "key"): keys.text}
