"""What `s3vend share` asks for: its words and options as members of the API's request."""

import re
from collections.abc import Mapping, Sequence

from s3vend.cli.terminal.arguments import parse_duration, parse_target
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.text import counted

S3 = "s3://"
DOWNLOAD, UPLOAD = "download", "upload"  # kinds
# The member that an option sets, for links of each kind.
MEMBERS: Mapping[str, Mapping[str, str]] = {
    DOWNLOAD: {"--downloads": "maxUses", "--file-name": "fileName"},
    UPLOAD: {"--files": "maxUses", "--max-size": "maxSize", "--type": "contentTypes"},
}
OF_BOTH = {"--for": "expiresIn", "--from": "from", "--label": "label", "--password": "password"}
INSTEAD = {"--downloads": "--files", "--files": "--downloads"}
UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}
MINUTE = 60  # seconds
_SIZE = re.compile(rf"([0-9]{{1,16}})({'|'.join(UNITS)})?")


def check_words(words: Sequence[str], upload: str | None) -> None:
    """Refuse words that belong to no option; one of them may be a password, so none is repeated.

    Raises:
        Refusal: there is more than one target, or a word that is none.
    """
    targets = sum(word.startswith(S3) for word in words)
    if upload is not None and targets:
        raise Refusal("give TARGET to let others download, or --upload PREFIX, not both")
    if targets > 1:
        raise Refusal(
            "a link has one TARGET; share a folder with s3://bucket/prefix/*, or run the command "
            "for each"
        )
    if len(words) > (upload is None):
        raise Refusal(
            "there is a word that belongs to no option; a duration and a size are one word (--for "
            "7d), a text with spaces needs quotes, and --password takes no value, since it asks"
        )


def target_of(words: Sequence[str], upload: str | None) -> str:
    """Return the target of the words, which `check_words` has seen, or of `--upload`.

    Raises:
        Refusal: there is none, or it is not what a link can be for.
    """
    return _target(words) if upload is None else _prefix(upload)


def members_of(target: str, kind: str, given: Mapping[str, object]) -> dict[str, object]:
    """Return the members for a link of this kind, and for the options that are given.

    Raises:
        Refusal: an option is for links of the other kind.
    """
    set_ = {option: value for option, value in given.items() if value not in (None, [])}
    known = {**OF_BOTH, **MEMBERS[kind]}
    for option in set_:
        if option not in known:
            raise Refusal(_of_the_other(option, kind))
    if "--file-name" in set_ and target.endswith("/*"):
        raise Refusal("--file-name is for one key; files of a folder keep their names")
    return {"target": target, "kind": kind, **{known[name]: set_[name] for name in set_}}


def lifetime_of(text: str) -> int:
    """Return the seconds of `--for`; the service checks whether the grant allows them.

    Raises:
        Refusal: it is not a duration, or so short that another unit is meant.
    """
    seconds = parse_duration(text, "--for", "15m, 12h or 7d") or 0
    if seconds < MINUTE:
        raise Refusal(
            f"--for: {text!r} is {counted(seconds, 'second')}, less than a minute; use 15m, 12h or "
            "7d"
        )
    return seconds


def size_of(text: str | None) -> int | None:
    """Return `1048576`, `512KiB` or `1GiB` in bytes.

    Raises:
        Refusal: the text is not in one of these forms.
    """
    if text is None:
        return None
    if not (match := _SIZE.fullmatch(text)):
        raise Refusal(
            f"--max-size: {text!r} is not a size; use a whole number of bytes, or one with KiB, "
            "MiB, GiB or TiB, such as 1GiB"
        )
    return int(match[1]) * UNITS[match[2] or "B"]


def _target(words: Sequence[str]) -> str:
    if not words:
        raise Refusal(
            "no TARGET; give s3://bucket/key or s3://bucket/prefix/* to let others download, or "
            "--upload s3://bucket/prefix/ to let them upload"
        )
    if not words[0].startswith(S3):
        raise Refusal(
            "TARGET must be s3://bucket/key or s3://bucket/prefix/*; s3vend cp brings a file of "
            "yours to S3"
        )
    return parse_target(words[0])


def _prefix(upload: str) -> str:
    is_folder = upload.startswith(S3) and upload.endswith("/")
    target = parse_target(f"{upload}*" if is_folder else upload)
    if not target.endswith("/*"):
        raise Refusal(
            f"--upload: {upload!r} is one key; use {upload}/ as the folder in which each file gets "
            "a key of its own"
        )
    return target


def _of_the_other(option: str, kind: str) -> str:
    other = "an upload link (--upload)" if kind == DOWNLOAD else "a download link (TARGET)"
    instead = f"; use {INSTEAD[option]}" if option in INSTEAD else ""
    return f"{option} is for {other}{instead}"
