"""What a session may do, from the words of the design: nothing here calls the code.

With ``tagging``, credentials that are handed out also read the tags of objects, and sessions that
sign write them: ``s3:GetObjectTagging``, ``s3:PutObjectTagging``. READ: ``s3:GetObject``, with ``versions`` ``s3:GetObjectVersion``, and ``s3:ListBucket`` below the
prefixes that are covered; credentials that are handed out also tell the bucket's region, where the
policy has room. WRITE: to put, to delete, to abort an upload and list its parts. All in
the bucket of this account, from where and until when the grant says; keys of KMS through S3 alone.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from tests.narrowing.cases import BUCKET, Case
from tests.narrowing.lending import ADDRESS, ENDPOINT, kms_key
from tests.support.make import ACCOUNT, NOW
from vending.times import iso

READING = {"s3:GetObject"}
WRITING = {
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
}
SESSION = 3600  # seconds
ALWAYS: Mapping[str, str] = {
    "aws:userid": "AROA2EXAMPLEEXAMPLE9:a-session",
    "aws:PrincipalAccount": ACCOUNT,
    "aws:SecureTransport": "true",
}


class Expected:
    """For one case; ``from_here`` for the session with which the function itself calls S3."""

    def __init__(self, case: Case, *, from_here: bool = False) -> None:
        self.case = case
        self.condition = "" if from_here else case.condition
        credentials = case.how in ("Minimal", "Default")
        self.handed_out = credentials
        self.permission = case.asked if credentials else case.permission
        self.regions = case.targets if case.how == "Minimal" else [case.filled]

    @property
    def of_objects(self) -> set[str]:
        reading = READING | ({"s3:GetObjectVersion"} if self.case.versions else set())
        writing = set(WRITING)
        if self.case.tagging and self.handed_out:
            reading.add("s3:GetObjectTagging")
        if self.case.tagging and not self.handed_out:
            writing.add("s3:PutObjectTagging")
        return (reading if self._has("READ") else set()) | (
            writing if self._has("WRITE") else set()
        )

    @property
    def of_buckets(self) -> set[str]:
        """Of credentials that are handed out, where the policy has room."""
        return {"s3:GetBucketLocation"} if self.handed_out else set()

    @property
    def of_kms(self) -> set[str]:
        if not self.case.kms:
            return set()
        return {"kms:Decrypt"} | ({"kms:GenerateDataKey"} if self._has("WRITE") else set())

    def covers(self, key: str) -> bool:
        return any(
            key.startswith(region) if is_prefix else key == region
            for region, is_prefix in self.regions
        )

    def lists(self, prefix: str | None) -> bool:
        """None: the request says no prefix, and is about the whole bucket."""
        return self._has("READ") and any(
            is_prefix and (region == "" or (prefix is not None and prefix.startswith(region)))
            for region, is_prefix in self.regions
        )

    @property
    def context(self) -> dict[str, str]:
        """Of a request that the grant's conditions let pass."""
        where = {"vpce": {"aws:SourceVpce": ENDPOINT}}.get(
            self.condition, {"aws:SourceIp": ADDRESS}
        )
        now = {"aws:CurrentTime": iso(NOW + timedelta(seconds=1))}
        return {**ALWAYS, **where, **now, "aws:ResourceAccount": self.case.account or ACCOUNT}

    def contexts_elsewhere(self) -> Iterator[dict[str, str]]:
        """Of requests that they do not let pass, each for one reason."""
        good = self.context
        wrong: dict[str, list[str | None]] = {"aws:ResourceAccount": ["111111111111", "", None]}
        if self.condition == "vpce":
            wrong["aws:SourceVpce"] = ["vpce-0a1b2c3e", "vpce-0a1b2c3d0", None]
        if self.condition == "caller":
            wrong["aws:SourceIp"] = ["192.0.2.8", "192.0.2.6", "2001:db8::7", None]
        if self.condition == "ranges":
            wrong["aws:SourceIp"] = ["192.0.2.8", "192.0.1.255", "2001:db8:0:1::", None]
        if self.case.expires is not None and self.case.expires <= SESSION:
            late = [iso(NOW + timedelta(seconds=self.case.expires + more)) for more in (0, 1, 9999)]
            wrong["aws:CurrentTime"] = [*late]
        for key, values in wrong.items():
            for value in values:
                without = {name: given for name, given in good.items() if name != key}
                yield without if value is None else without | {key: value}

    def contexts_here(self) -> Iterator[dict[str, str]]:
        """The edges of what they let pass."""
        yield self.context
        if self.condition == "ranges":
            for address in ("192.0.2.0", "192.0.2.7", "2001:db8::", "2001:db8::ffff"):
                yield self.context | {"aws:SourceIp": address}
        if self.case.expires is not None and self.case.expires <= SESSION:
            last = NOW + timedelta(seconds=self.case.expires - 1)
            yield self.context | {"aws:CurrentTime": iso(last)}

    def arn(self, path: str) -> str:
        return f"arn:{self.case.partition}:s3:::{path}"

    @property
    def bucket(self) -> str:
        return self.arn(BUCKET)

    @property
    def kms_key(self) -> str:
        return kms_key(self.case)

    @property
    def via_s3(self) -> dict[str, str]:
        suffix = "amazonaws.com.cn" if self.case.partition == "aws-cn" else "amazonaws.com"
        return {"kms:ViaService": f"s3.ap-northeast-1.{suffix}"}

    def _has(self, permission: str) -> bool:
        return self.permission in ("READWRITE", permission)
