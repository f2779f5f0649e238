"""Where the service is and who to be: arguments, then a profile, then the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from s3vend.errors import SettingsError
from s3vend.http.address import valid_address

Door = Literal["iam", "web-identity"]
TokenOrReader = str | Callable[[], str]
Environment = Mapping[str, str]

MEMBERS = ("url", "door", "token_file", "aws_profile", "audience", "region")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the client was told. One of the last five pins the identity: no other is looked for."""

    url: str
    audience: str  # of tokens that are asked for here
    region: str | None = None  # of the service's API, for signatures
    door: Door | None = None
    token: TokenOrReader | None = field(default=None, repr=False)
    token_file: Path | None = None
    aws_profile: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of `connect`, each None where nothing was said."""

    url: str | None = None
    profile: str | None = None
    token: TokenOrReader | None = field(default=None, repr=False)
    token_file: str | os.PathLike[str] | None = None
    aws_profile: str | None = None
    audience: str | None = None
    door: Door | None = None
    region: str | None = None


def config_file(environment: Environment) -> Path:
    """Where profiles are: `s3vend/config` below XDG_CONFIG_HOME or ~/.config."""
    home = environment.get("XDG_CONFIG_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path("~/.config").expanduser()
    return base / "s3vend" / "config"


def settings(given: Arguments, environment: Environment) -> Settings:
    """Everything told, put together.

    Raises:
        SettingsError: no address, an unknown profile or member, two identities at once.
    """
    name = given.profile or environment.get("S3VEND_PROFILE") or None
    stored = read_profile(name, config_file(environment)) if name else {}
    url = given.url or stored.get("url") or environment.get("S3VEND_URL")
    if not url:
        raise SettingsError(
            "Where is the service? Set S3VEND_URL, give url=, or choose a profile "
            f"(S3VEND_PROFILE) in {config_file(environment)}."
        )
    named = "url" if given.url else f"url in profile {name}" if "url" in stored else "S3VEND_URL"
    url = valid_address(url, named)
    told = (given.token, given.token_file, given.aws_profile, given.door)
    pinned = given if any(one is not None for one in told) else _stored(stored, name)
    _agree(pinned)
    return Settings(
        url=url,
        audience=given.audience
        or stored.get("audience")
        or environment.get("S3VEND_AUDIENCE")
        or url,
        region=given.region or stored.get("region"),
        door=pinned.door,
        token=pinned.token,
        token_file=Path(pinned.token_file).expanduser() if pinned.token_file else None,
        aws_profile=pinned.aws_profile,
        profile=name,
    )


def read_profile(name: str, path: Path) -> dict[str, str]:
    """The members of a profile: a section of an INI file.

    Raises:
        SettingsError: no such file or section, or a member that is not one of MEMBERS.
    """
    import configparser

    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
    except FileNotFoundError:
        raise SettingsError(f"There is no {path} to find profile {name} in.") from None
    except (OSError, UnicodeError, configparser.Error) as error:
        raise SettingsError(f"{path} cannot be read: {type(error).__name__}") from None
    if not parser.has_section(name):
        known = ", ".join(parser.sections()) or "none"
        raise SettingsError(f"{path} has no profile {name}; it has: {known}")
    found = {key: value.strip() for key, value in parser.items(name)}
    if unknown := found.keys() - set(MEMBERS):
        raise SettingsError(
            f"Profile {name} in {path} has {', '.join(sorted(unknown))}; "
            f"known are {', '.join(MEMBERS)}. Tokens stand in files of their own: token_file."
        )
    return found


def _stored(members: Mapping[str, str], profile: str | None) -> Arguments:
    door = members.get("door")
    return Arguments(
        token_file=members.get("token_file"),
        aws_profile=members.get("aws_profile"),
        door=None if door is None else _door(door, profile),
    )


def _door(text: str, profile: str | None) -> Door:
    for door in get_args(Door):
        if text == door:
            return "iam" if text == "iam" else "web-identity"
    raise SettingsError(f"door in profile {profile} is {text}: it is iam or web-identity")


def _agree(given: Arguments) -> None:
    """One identity at most, and one that goes through the door."""
    tokens = [one for one in (given.token, given.token_file) if one is not None]
    if len(tokens) + (given.aws_profile is not None) > 1:
        raise SettingsError("Two identities at once: give one of token, token_file, aws_profile.")
    if (tokens and given.door == "iam") or (given.aws_profile and given.door == "web-identity"):
        raise SettingsError("door iam is for AWS credentials, door web-identity for tokens.")
