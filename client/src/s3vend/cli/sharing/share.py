"""`s3vend share`: makes a link for people, to download or to upload."""

from typing import Annotated

import typer

from s3vend.cli.sharing.faults import named_by_options
from s3vend.cli.sharing.password import ask_password, read_password
from s3vend.cli.sharing.wanted import (
    DOWNLOAD,
    UPLOAD,
    check_words,
    lifetime_of,
    members_of,
    size_of,
    target_of,
)
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.completion import prefixes, scopes
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import INTERRUPTED, Refusal
from s3vend.cli.terminal.text import put, put_json
from s3vend.cli.terminal.usage import OneWord

EXAMPLES = (
    "s3vend share s3://bucket/reports/2026.csv --for 7d",
    "s3vend share 's3://bucket/plans/*' --for 12h --password --from 'Ann of Sales'",
    "s3vend share --upload s3://bucket/inbox/ --for 7d --max-size 1GiB",
    "url=$(s3vend share s3://bucket/plan.pdf --for 1h --downloads 1)",
)


def share(
    options: Options,
    *,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET",
            help="To download: s3://bucket/key, or s3://bucket/prefix/* for a folder.",
            autocompletion=scopes,
        ),
    ] = None,
    upload: Annotated[
        str | None,
        typer.Option(
            "--upload",
            metavar="PREFIX",
            help="In place of TARGET: let others upload below s3://bucket/prefix/.",
            autocompletion=prefixes,
        ),
    ] = None,
    lifetime: Annotated[
        str, typer.Option("--for", help="How long the link works, such as 15m, 12h or 7d.")
    ],
    downloads: Annotated[
        int | None, typer.Option("--downloads", min=1, help="Download: files given at most.")
    ] = None,
    files: Annotated[
        int | None, typer.Option("--files", min=1, help="Upload: files taken at most.")
    ] = None,
    max_size: Annotated[
        str | None,
        typer.Option("--max-size", help="Upload: size of all files together, such as 1GiB."),
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type", help="Upload: media type taken, such as image/png or image/*; repeatable."
        ),
    ] = None,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password that the link then asks for.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read this password from stdin.")
    ] = False,
    sender: Annotated[
        str | None, typer.Option("--from", help="Whom the link shows as its sender.")
    ] = None,
    label: Annotated[str | None, typer.Option("--label", help="Text that the link shows.")] = None,
    file_name: Annotated[
        str | None,
        typer.Option("--file-name", help="Download: name under which browsers save the one key."),
    ] = None,
    code: Annotated[
        bool, typer.Option("--qr", help="Also draw the link as a QR code, on stderr.")
    ] = False,
) -> None:
    """Make a link for people who have no account, and print it.

    Whoever has the link can download TARGET, or with --upload send files that each get a key of
    their own; it stops when you take it back (s3vend unshare). The link is printed now and never
    again. It needs a grant that allows sharing, and never opens more than your grants do then.
    """
    kind = DOWNLOAD if upload is None else UPLOAD
    check_words(words or (), upload)
    given: dict[str, object] = {
        "--for": lifetime_of(lifetime),
        "--downloads": downloads,
        "--files": files,
        "--max-size": size_of(max_size),
        "--type": types,
        "--from": sender,
        "--label": label,
        "--file-name": file_name,
    }
    members = members_of(target_of(words or (), upload), kind, given)
    _check_together(options, password=password, password_stdin=password_stdin, code=code)
    service = options.service()
    if password or password_stdin:
        members["password"] = ask_password() if password else read_password()
    from s3vend.cli.sharing.present import absence
    from s3vend.cli.sharing.shown import sentence
    from s3vend.sharing.entries import new_share_of
    from s3vend.sharing.face import OWN

    looks = kind == DOWNLOAD and not options.quiet
    # Before there is a link: an interrupted look must not keep it from being printed.
    absent = absence(service, str(members["target"])) if looks else None
    try:
        with named_by_options(kind):
            answer = service.ask(OWN, members)
    except KeyboardInterrupt:
        raise Refusal(
            "interrupted; if a share was made (s3vend shares), nobody has its link", INTERRUPTED
        ) from None
    made = new_share_of(answer, service.settings.url)
    if absent:
        say(absent)
    if options.is_json:
        put_json(answer)
        return
    if not options.quiet:
        say(f"{sentence(made)}; to take it back: s3vend unshare {made.id}")
    if code:
        from s3vend.cli.sharing.code import put_code

        put_code(made.url)
    put(made.url)


def _check_together(options: Options, *, password: bool, password_stdin: bool, code: bool) -> None:
    """Refuse options that contradict each other, and a code that cannot be drawn here."""
    if password and password_stdin:
        raise Refusal("use one of --password and --password-stdin")
    if password_stdin and options.token_file == STDIN:
        raise Refusal("stdin cannot be both the token (--token-file -) and the password")
    if code and options.is_json:
        raise Refusal("--qr cannot be used with --output json")
    if code:
        from s3vend.cli.sharing.code import check_drawable

        check_drawable()


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "share", share, EXAMPLES, cls=OneWord)
