"""AWS credentials at the door `iam`: the one place that imports botocore for asking."""

from typing import TYPE_CHECKING

from s3vend.errors import IdentityError, SettingsError
from s3vend.http.address import region_of
from s3vend.identity.platforms import NotHere
from s3vend.identity.settings import Environment, Settings

if TYPE_CHECKING:
    from botocore.credentials import Credentials

SERVICE = "execute-api"


class AwsIdentity:
    """Whoever botocore's own chain of credentials says; its keys are asked anew for each request.

    botocore renews those that end, and is made for many threads.
    """

    door = "iam"

    def __init__(self, settings: Settings, environment: Environment) -> None:
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session

        profile = settings.aws_profile
        self.name = f"AWS profile {profile}" if profile else "AWS credentials"
        try:
            session = Session(profile=profile)
            found: Credentials | None = session.get_credentials()
            region: str | None = session.get_config_variable("region")
        except BotoCoreError as error:
            raise IdentityError(f"{self.name} cannot be used: {error}") from None
        if found is None:
            raise NotHere("botocore finds none: no keys, no profile, no role of this machine")
        self._credentials = found
        self.name = f"{self.name} ({found.method})"
        region = (
            settings.region
            or region_of(settings.url)
            or environment.get("AWS_REGION")
            or environment.get("AWS_DEFAULT_REGION")
            or region
        )
        if not region:
            raise SettingsError(
                "In which region is the service? Its address does not say: set AWS_REGION, "
                "give region=, or write region into the profile."
            )
        self._region = region

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def authorize(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The headers of a signature for this very request (Signature Version 4).

        Raises:
            IdentityError: the credentials have ended and cannot be renewed.
        """
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            keys = self._credentials.get_frozen_credentials()
        except (BotoCoreError, ClientError, RuntimeError) as error:
            raise IdentityError(
                f"The {self.name} cannot be renewed ({type(error).__name__}): sign in again."
            ) from None
        request = AWSRequest(method, url, headers={}, data=body)
        SigV4Auth(keys, SERVICE, self._region).add_auth(request)
        return dict(request.headers.items())

    def renew(self) -> bool:
        """Nothing else to offer: botocore has the newest."""
        return False

    def notes(self) -> list[str]:
        """What a refusal should say beside the service's words."""
        return [f"Who asked: {self.name}, signed for {SERVICE} in {self._region}."]
