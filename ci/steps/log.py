"""The whole of a check's result as lines for the job's log."""

from s3vend.printable import printable
from steps.checking import Checked, placed


def printed(checked: Checked) -> str:
    """Return every finding and every difference, each on one line."""
    lines = [f"{one['level']}: {placed(one)}" for one in checked.findings]
    lines += [one["text"] for one in checked.differences or ()]
    if checked.not_compared:
        lines.append(f"not compared: {checked.not_compared}")
    elif checked.differences == () and not checked.at("error"):
        lines.append("Nobody reaches more or less.")
    lines += [f"not known: {one}" for one in checked.unknown_settings]
    numbers = checked.numbers
    lines.append(f"errors: {numbers['errors']}, warnings: {numbers['warnings']}")
    return "\n".join(map(printable, lines))
