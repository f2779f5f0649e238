"""Where a stack is, who acts on it, and how they ask: for every row of the acceptance run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.cloud import aws
from local.cloud.client import Answer, Credentials, call
from local.cloud.environments import ACCOUNT, REGION
from local.cloud.issuer import Issuer
from local.cloud.ministack import Cloud
from local.stack.deploy import NAME, Stack
from local.stack.seed import BUCKET

SAME = "the very bytes"
LOCAL = Config(proxies={}, s3={"addressing_style": "path"})
AWS = Config(retries={"mode": "standard", "max_attempts": 5})


@dataclass(frozen=True, slots=True)
class Ground:
    """AWS, or a local cloud that answers at ``endpoint``.

    Everything that a run makes has a name that starts with ``name``. ``session`` sets up, looks
    and removes; it is never a caller of the service.
    """

    name: str
    account: str
    region: str
    bucket: str
    prefix: str  # the stack's NamePrefix
    session: boto3.Session = field(repr=False)
    directory: Path  # files of this run, for its user alone
    issuer: Issuer
    endpoint: str | None = None

    @classmethod
    def of_cloud(cls, cloud: Cloud, issuer: Issuer | None = None) -> Self:
        """Return the ground of a local cloud: the memo's names."""
        return cls(
            NAME,
            ACCOUNT,
            REGION,
            BUCKET,
            "",
            aws.session(cloud.root),
            cloud.directory,
            issuer or cloud.issuer,
            cloud.endpoint,
        )

    @property
    def partition(self) -> str:
        """The partition of the region, as ARNs name it."""
        return self.session.get_partition_for_region(self.region)

    def client(self, service: str, keys: Credentials | None = None) -> Any:
        """Return a boto3 client: with these keys, or with those that set up."""
        session = self.session if keys is None else aws.session(keys, self.region)
        return session.client(
            service,  # type: ignore[call-overload]  # any of AWS's
            region_name=self.region,
            endpoint_url=self.endpoint,
            config=LOCAL if self.endpoint else AWS,
        )

    def cloud(self) -> Cloud:
        """Return the local cloud of this ground, for what only a local cloud needs."""
        assert self.endpoint is not None
        found = self.session.get_credentials()
        assert found is not None
        root = Credentials(found.access_key, found.secret_key, found.token)
        return Cloud(self.endpoint, self.directory, root, 0, self.issuer)


class Scene(NamedTuple):
    """A stack on its ground, and the users who act: with grants, without a policy, administering."""

    ground: Ground
    stack: Stack
    user: Credentials
    stranger: Credentials
    administrator: Credentials
    deployments: Mapping[str, str] = MappingProxyType({})  # by stage: how it went

    def s3(self, keys: Credentials | None = None) -> Any:
        """Return an S3 client with these keys, or of whoever set up: what is really there."""
        return self.ground.client("s3", keys)

    def target(self, key: str) -> str:
        """Return a key of the run's bucket as requests name it."""
        return f"s3://{self.ground.bucket}/{key}"

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        keys: Credentials | None = None,
        **more: Any,
    ) -> Answer:
        """Send a request to s3vend, as the user unless other keys are given."""
        return call(
            method,
            self.stack.url + path,
            body,
            keys or self.user,
            region=self.ground.region,
            **more,
        )

    def ask(self, path: str, body: object, keys: Credentials | None = None) -> Any:
        """Return the body of the answer. Raises ValueError unless the answer is 200."""
        answer = self.send("POST", path, body, keys)
        if answer.status != 200:
            raise ValueError(f"s3vend answered {answer.status}: {answer.json}")
        return answer.json

    def lend(self, body: object, keys: Credentials | None = None) -> Credentials:
        """Return the credentials that s3vend answers with."""
        return keys_of(self.ask("/iam/credentials", body, keys)["credentials"])

    def vend(self, keys: str = "reports/*", permission: str = "READ") -> Credentials:
        """Return credentials from s3vend for these keys of the bucket, as the user."""
        return self.lend({"target": self.target(keys), "permission": permission})

    def presign(self, method: str, key: str, **members: object) -> Any:
        """Return one URL from s3vend, with the headers that it names, for five minutes."""
        request = {"method": method, "target": self.target(key), **members}
        return self.ask("/iam/presigned-urls", {"expiresIn": 300, "requests": [request]})["urls"][0]


def keys_of(lent: dict[str, str]) -> Credentials:
    """Return the credentials of an answer."""
    return Credentials(lent["accessKeyId"], lent["secretAccessKey"], lent["sessionToken"])


def use(url: Any, body: bytes | None = None, **headers: str) -> Any:
    """Send what an answer describes (method, URL, headers), with plain HTTP."""
    with urllib3.PoolManager() as pool:
        return pool.request(
            url["method"], url["url"], body=body, headers=url["headers"] | headers, retries=False
        )


def refusal(attempt: Callable[[], object]) -> str:
    """Return the code and operation of AWS's refusal, or that it was allowed."""
    try:
        attempt()
    except ClientError as error:
        return f"{error.response['Error']['Code']} ({error.operation_name})"
    return "allowed"


def own_form(answer: Answer) -> str:
    """Return a refusal in short: its status, its code and its content type."""
    code = answer.json.get("code") if isinstance(answer.json, dict) else None
    return f"{answer.status} {code}, {answer.headers.get('content-type')}"


def compared(found: bytes, stored: bytes) -> str:
    """Return whether the bytes are the stored ones, in words."""
    return SAME if found == stored else f"{len(found)} other bytes"


def each(results: Iterable[str]) -> str:
    """Return one result that all have, or the different ones."""
    return ", ".join(dict.fromkeys(results))
