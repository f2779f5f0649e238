"""`s3vend apply --cancel`: cancels a large change, whoever staged it."""

from s3vend.cli.terminal.command import Options
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.text import put_json, put_text


def cancel_change(options: Options, id_: str, *, alone: bool) -> None:
    """Cancel a change; what is written of it stays.

    Raises:
        Refusal: something else was asked for too.
        ServiceError: it is not there, or is applied already.
    """
    if not alone:
        raise Refusal("--cancel stands alone; apply a file afterwards")
    from s3vend.cli.large.staged import cancelled

    answer = cancelled(options.service(), id_, quiet=options.quiet or options.is_json)
    if options.is_json:
        put_json(answer)
    else:
        put_text(f"Cancelled {id_}. What was written of it stays; s3vend plan shows what is left.")
