"""A bucket that the service lends from: region, account, role and KMS key."""

from dataclasses import dataclass

from vending.grants.keys import Keys


@dataclass(frozen=True, slots=True)
class Location:
    """What the service knows of a bucket that it lends from; its id is the bucket's name."""

    scope: Keys  # a whole bucket
    region: str
    account: str | None = None  # 12 digits of the bucket's owner; None: the service's own
    kms_key: str | None = None  # ARN of the key that encrypts the bucket
    role: str | None = None  # ARN of the role that is lent for it; None: the service's own
    external_id: str | None = None  # that this role asks for
    vpc_endpoint: str | None = None  # through which alone the bucket may be reached

    @property
    def id(self) -> str:
        return self.scope.bucket

    def role_arn(self, own: str) -> str:
        """The role that is assumed; ``own`` is the service's."""
        return self.role or own

    def owner(self, own: str) -> str:
        """The account of the bucket; where nothing says otherwise, that of the role."""
        return self.account or self.role_arn(own).split(":")[4]

    def as_json(self) -> dict[str, object]:
        """As in ``vending.yaml``."""
        members = {
            "scope": str(self.scope),
            "region": self.region,
            "account": self.account,
            "kmsKey": self.kms_key,
            "role": self.role,
            "externalId": self.external_id,
            "vpcEndpoint": self.vpc_endpoint,
        }
        return {name: value for name, value in members.items() if value is not None}
