"""The service's address and the caller's identity, from arguments, a profile or the environment."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from s3vend.errors import SettingsError
from s3vend.files.ours import ROOT
from s3vend.files.paths import expanded, private_directory
from s3vend.http.address import valid_address
from s3vend.identity.audiences import whose_audience

Door = Literal["iam", "web-identity"]
TokenOrReader = str | Callable[[], str]
Environment = Mapping[str, str]

IDENTITIES: Mapping[str, Door] = {"aws": "iam", "token": "web-identity"}  # of S3VEND_IDENTITY
MEMBERS = ("url", "door", "token_file", "aws_profile", "audience", "region")


class Settings(NamedTuple):
    """The settings in effect.

    ``token``, ``token_file`` and ``aws_profile`` pin the identity: no other source is tried.
    ``door`` limits the sources to AWS credentials (`iam`) or tokens (`web-identity`). ``chosen_by``
    says who set one of these four.
    """

    url: str
    audience: str  # of tokens: the client requests them for it, and sends no others
    region: str | None = None  # of the service's API, for Signature Version 4
    door: Door | None = None
    token: TokenOrReader | None = None
    token_file: Path | None = None
    aws_profile: str | None = None
    profile: str | None = None
    audience_is_set: bool = True  # False: ``audience`` is the service's address
    chosen_by: str = ""

    def __repr__(self) -> str:
        return f"<settings for {self.url}>"  # without the token


class Arguments(NamedTuple):
    """The arguments of `connect`; None where absent."""

    url: str | None = None
    profile: str | None = None
    token: TokenOrReader | None = None
    token_file: str | os.PathLike[str] | None = None
    aws_profile: str | None = None
    audience: str | None = None
    door: Door | None = None
    region: str | None = None

    def __repr__(self) -> str:
        return f"<arguments for {self.url}>"  # without the token


def config_file(environment: Environment) -> Path:
    """Return the path of the profiles: `s3vend/config` in XDG_CONFIG_HOME or ~/.config."""
    home = environment.get("XDG_CONFIG_HOME", "")
    base = Path(home) if Path(home).is_absolute() else expanded("~/.config")
    return base / "s3vend" / "config"


def settings(arguments: Arguments, environment: Environment) -> Settings:
    """Merge the settings: arguments come first, then the profile, then the environment.

    Raises:
        SettingsError: no address, an unknown profile or member, or more than one identity.
    """
    name = arguments.profile or environment.get("S3VEND_PROFILE") or None
    stored = read_profile(name, config_file(environment)) if name else {}
    url = arguments.url or stored.get("url") or environment.get("S3VEND_URL")
    if not url:
        raise SettingsError(
            "No service address found. Set S3VEND_URL, pass --url or url=, or choose a profile in "
            f"{config_file(environment)} with S3VEND_PROFILE."
        )
    source = (
        "url" if arguments.url else f"url in profile {name}" if "url" in stored else "S3VEND_URL"
    )
    url = valid_address(url, source)
    pinned, chosen_by = _pinned(arguments, _stored(stored, name), environment)
    _check_identity(pinned)
    audience = (
        arguments.audience or stored.get("audience") or environment.get("S3VEND_AUDIENCE") or None
    )
    if audience and (who := whose_audience(audience)):
        raise SettingsError(
            f"The audience must not be {audience!r}, which is {who}: whoever gets such a token can "
            "do more with it than s3vend allows. Use the audience that the service's operator has "
            "configured."
        )
    return Settings(
        url=url,
        audience=audience or url,
        audience_is_set=audience is not None,
        region=arguments.region or stored.get("region"),
        door=pinned.door,
        token=pinned.token,
        token_file=expanded(pinned.token_file) if pinned.token_file else None,
        aws_profile=pinned.aws_profile,
        profile=name,
        chosen_by=chosen_by,
    )


def read_profile(name: str, path: Path) -> dict[str, str]:
    """Return the members of a profile, which is a section of an INI file.

    Raises:
        SettingsError: the file or the section does not exist, or a member is not in MEMBERS.
    """
    import configparser

    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(profiles_text(path))
    except FileNotFoundError:
        raise SettingsError(
            f"Profile {name} not found: {path} does not exist. Create the profile with "
            f"s3vend configure {name}."
        ) from None
    except (OSError, UnicodeError, configparser.Error) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsError(f"{path} cannot be read: {reason}") from None
    if not parser.has_section(name):
        known = ", ".join(parser.sections()) or "none"
        raise SettingsError(f"Profile {name} not found in {path}; it has: {known}")
    members = {key: value.strip() for key, value in parser.items(name)}
    if unknown := members.keys() - set(MEMBERS):
        raise SettingsError(
            f"Unknown members in profile {name} of {path}: {', '.join(sorted(unknown))}. Known "
            f"members: {', '.join(MEMBERS)}. Keep a token in a file and name it with token_file."
        )
    return members


def profiles_text(path: Path) -> str:
    """Return the text of the profiles; root may have written them for this user.

    Raises:
        NotOurs: the file or its directory is a link, or others own it or can write to it.
        OSError, UnicodeError: it cannot be read.
    """
    with private_directory(path.parent, owners=[ROOT]) as directory:
        return directory.read(path.name, owners=[ROOT]).decode("utf-8-sig")


def _pinned(
    arguments: Arguments, stored: Arguments, environment: Environment
) -> tuple[Arguments, str]:
    """Return the settings that pin the identity or its door, and in words who does."""
    by_profile = f"profile {stored.profile} names it"
    for one, by in ((arguments, "an option or argument names it"), (stored, by_profile)):
        if (one.token, one.token_file, one.aws_profile, one.door) != (None,) * 4:
            return one, by
    text = environment.get("S3VEND_IDENTITY")
    if not text:
        return Arguments(), ""
    if text not in IDENTITIES:
        raise SettingsError(
            f"S3VEND_IDENTITY is {text!r}; set it to aws (AWS credentials) or token, or unset it."
        )
    return Arguments(door=IDENTITIES[text]), f"S3VEND_IDENTITY is {text}"


def _stored(members: Mapping[str, str], profile: str | None) -> Arguments:
    door = members.get("door")
    return Arguments(
        profile=profile,
        token_file=members.get("token_file"),
        aws_profile=members.get("aws_profile"),
        door=None if door is None else _door(door, profile),
    )


def _door(text: str, profile: str | None) -> Door:
    if text in get_args(Door):
        return "iam" if text == "iam" else "web-identity"
    raise SettingsError(f"door in profile {profile} is {text}; set it to iam or web-identity")


def _check_identity(arguments: Arguments) -> None:
    """Refuse two identities, and an identity that its door does not accept."""
    tokens = [token for token in (arguments.token, arguments.token_file) if token is not None]
    if len(tokens) + (arguments.aws_profile is not None) > 1:
        raise SettingsError(
            "More than one identity: set only one of token, token_file and aws_profile."
        )
    if (tokens and arguments.door == "iam") or (
        arguments.aws_profile and arguments.door == "web-identity"
    ):
        raise SettingsError(
            "The door does not match the identity: iam takes AWS credentials, web-identity takes "
            "tokens."
        )
