"""AWS credentials for the door `iam`; the only module that signs requests with botocore."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from s3vend.errors import IdentityError, SettingsError
from s3vend.http.address import region_of
from s3vend.identity.platforms import NotHere
from s3vend.identity.settings import Environment, Settings

if TYPE_CHECKING:
    from botocore.credentials import Credentials

SERVICE, S3 = "execute-api", "s3"
KEY_ID = "AWS_ACCESS_KEY_ID"
PROFILES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")  # in the order of botocore
SIGN_IN = {"sso": "aws sso login", "login": "aws login"}
# botocore's errors of people who are not signed in; older versions do not have all of them.
NOT_SIGNED_IN = ("SSOError", "TokenRetrievalError", "LoginError")
# What botocore lets through of a program, a file or an address that a profile names.
UNFORESEEN = (OSError, ValueError, LookupError, TypeError, AttributeError)


class Keys(NamedTuple):
    """Credentials of AWS, by the names of botocore."""

    access_key: str
    secret_key: str
    token: str | None


def signed(
    keys: Any,
    service: str,
    region: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
) -> dict[str, str]:
    """Return the headers, and those that sign the request with Signature Version 4.

    S3 takes the path as it is, and requires the hash of the body.
    """
    from botocore.auth import S3SigV4Auth, SigV4Auth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest(method, url, headers=dict(headers), data=body)
    signer = S3SigV4Auth if service == S3 else SigV4Auth
    signer(keys, service, region).add_auth(request)
    return dict(request.headers.items())


def aws_profile(environment: Environment) -> str | None:
    """Return the profile that a variable names; None if there is none, or an empty one."""
    return next((name for variable in PROFILES if (name := environment.get(variable))), None)


class AwsIdentity:
    """The identity that botocore's credential chain finds. Thread-safe.

    Each request reads the keys again, since botocore renews those that expire.
    """

    door = "iam"

    def __init__(self, settings: Settings, environment: Environment) -> None:
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session

        # Keys in variables come before AWS_PROFILE, as in AWS's own tools; nothing else does.
        by_variable, has_keys = aws_profile(environment), bool(environment.get(KEY_ID))
        profile = settings.aws_profile or (None if has_keys else by_variable)
        self.name = f"AWS profile {profile}" if profile else "AWS credentials"
        try:
            # Without variables of its own, since it takes an empty one for a profile's name.
            variables: dict[str, Any] = {"profile": (None, [], by_variable, None)}
            session = Session(session_vars=variables, profile=profile)
            credentials: Credentials | None = session.get_credentials()
            region: str | None = session.get_config_variable("region")
        except BotoCoreError as error:
            extra = " (s3vend's extra crc)" if "Dependency" in type(error).__name__ else ""
            raise IdentityError(f"{self.name} cannot be used: {error}{extra}") from None
        except UNFORESEEN as error:
            raise IdentityError(f"{self.name} cannot be used: {_where(error)}") from None
        if credentials is None:
            raise NotHere("botocore found none: no keys, no profile and no role of this machine")
        self._credentials, self._method = credentials, credentials.method
        self._profile, self._comes_first = profile, bool(by_variable and self._method == "env")
        self.name = f"{self.name} ({self._method})"
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
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            keys = self._credentials.get_frozen_credentials()
        except (BotoCoreError, ClientError, RuntimeError, *UNFORESEEN) as error:
            raise IdentityError(f"The {self.name} cannot be used: {self._why(error)}") from None
        return signed(keys, SERVICE, self._region, method, url, {}, body)

    def renew(self) -> bool:
        """Return False: the request was already signed with the newest keys."""
        return False

    def notes(self) -> list[str]:
        """Return the lines to add to the message of a refusal."""
        lines = [f"Identity: {self.name}, signed for {SERVICE} in {self._region}."]
        if self._comes_first:
            lines.append("AWS_ACCESS_KEY_ID comes before AWS_PROFILE, as in AWS's own tools.")
        return lines

    def _why(self, error: Exception) -> str:
        """Return why there are no keys, and what to do, without text that may contain some."""
        kinds = [kind.__name__ for kind in type(error).__mro__]
        profile = f" --profile {self._profile}" if self._profile else ""
        sign_in = f"{SIGN_IN.get(self._method, 'aws sso login')}{profile}"
        if any(name in kinds for name in NOT_SIGNED_IN):
            return f"you are not signed in, or no longer ({kinds[0]}). Run {sign_in}."
        if {"HTTPClientError", "ConnectionError"} & {*kinds}:
            return f"AWS does not answer ({kinds[0]}). Check the network and the proxy."
        if isinstance(error, UNFORESEEN):
            return _where(error)
        response = getattr(error, "response", None) or {}
        code = response.get("Error", {}).get("Code") or kinds[0]
        if code == "ForbiddenException" and self._method in SIGN_IN:
            return (
                "you may not use this permission set in this account (ForbiddenException). Check "
                "the profile, or ask whoever assigns permission sets."
            )
        return f"they cannot be renewed ({code}). Sign in to AWS again."


def _where(error: Exception) -> str:
    """Return where to look, without the error's own text, which may repeat a secret."""
    file = f": {error.filename}" if isinstance(error, OSError) and error.filename else ""
    return (
        f"a program, file or address that the profile or a variable names does not work "
        f"({type(error).__name__}{file}). Check credential_process, web_identity_token_file and "
        "the like."
    )
