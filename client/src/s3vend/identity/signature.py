"""AWS credentials for the door `iam`; the only module that signs requests with botocore."""

from typing import TYPE_CHECKING

from s3vend.errors import IdentityError, SettingsError
from s3vend.http.address import region_of
from s3vend.identity.platforms import NotHere
from s3vend.identity.settings import Environment, Settings

if TYPE_CHECKING:
    from botocore.credentials import Credentials

SERVICE = "execute-api"


class AwsIdentity:
    """The identity that botocore's credential chain finds. Thread-safe.

    Each request reads the keys again, since botocore renews those that expire.
    """

    door = "iam"

    def __init__(self, settings: Settings, environment: Environment) -> None:
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session

        profile = settings.aws_profile
        self.name = f"AWS profile {profile}" if profile else "AWS credentials"
        try:
            session = Session(profile=profile)
            credentials: Credentials | None = session.get_credentials()
            region: str | None = session.get_config_variable("region")
        except BotoCoreError as error:
            raise IdentityError(f"{self.name} cannot be used: {error}") from None
        if credentials is None:
            raise NotHere("botocore found none: no keys, no profile and no role of this machine")
        self._credentials = credentials
        self.name = f"{self.name} ({credentials.method})"
        region = (
            settings.region
            or region_of(settings.url)
            or environment.get("AWS_REGION")
            or environment.get("AWS_DEFAULT_REGION")
            or region
        )
        if not region:
            raise SettingsError(
                "No region found: the service's address does not contain one. Set AWS_REGION, "
                "pass --region or region=, or set region in the profile."
            )
        self._region = region

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def authorize(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """Return headers that sign the request with Signature Version 4.

        Raises:
            IdentityError: the credentials have expired and cannot be renewed.
        """
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            keys = self._credentials.get_frozen_credentials()
        except (BotoCoreError, ClientError, RuntimeError) as error:
            raise IdentityError(
                f"Cannot renew the {self.name} ({type(error).__name__}). Sign in to AWS again."
            ) from None
        request = AWSRequest(method, url, headers={}, data=body)
        SigV4Auth(keys, SERVICE, self._region).add_auth(request)
        return dict(request.headers.items())

    def renew(self) -> bool:
        """Return False: the request was already signed with the newest keys."""
        return False

    def notes(self) -> list[str]:
        """Return the lines to add to the message of a refusal."""
        return [f"Identity: {self.name}, signed for {SERVICE} in {self._region}."]
