"""A location: a bucket that the service lends from, with its region, account, role and KMS key."""

from dataclasses import dataclass

from vending.described import Described
from vending.grants.keys import Keys


@dataclass(frozen=True, slots=True)
class Location(Described):
    """A bucket that the service lends from; its id is the bucket's name."""

    scope: Keys  # a whole bucket
    region: str
    account: str | None = None  # the bucket's owner, 12 digits; None: the account of the role
    kms_key: str | None = None  # ARN of the key that encrypts the bucket
    role: str | None = None  # ARN of the role to assume for it; None: the service's own
    external_id: str | None = None  # which the trust policy of ``role`` requires
    vpc_endpoint: str | None = None  # the only one through which the bucket may be reached

    @property
    def id(self) -> str:
        return self.scope.bucket

    def role_arn(self, own: str) -> str:
        """Return the ARN of the role to assume; ``own`` is the service's own role."""
        return self.role or own

    def owning_account(self, own: str) -> str:
        """Return the account that owns the bucket: ``account``, or else the account of the role."""
        return self.account or self.role_arn(own).split(":")[4]

    def as_json(self) -> dict[str, object]:
        """Return the location as in ``vending.yaml``."""
        members = {
            "scope": str(self.scope),
            **self.described,
            "region": self.region,
            "account": self.account,
            "kmsKey": self.kms_key,
            "role": self.role,
            "externalId": self.external_id,
            "vpcEndpoint": self.vpc_endpoint,
        }
        return {name: value for name, value in members.items() if value is not None}
