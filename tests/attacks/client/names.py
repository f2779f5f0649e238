"""Keys whose end is not only a file's name; a download into a directory goes nowhere else"""

import s3vend
from s3vend.transfer.destination import download_path
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule

NAMES = "https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file"
SLIP = "https://cwe.mitre.org/data/definitions/22.html"


def outcome(given: str, stage: Stage) -> str:
    """Return where a key goes in a directory, on Windows and elsewhere."""
    return ", ".join(
        f"{system}: {_place(given, stage, windows=system == 'Windows')}"
        for system in ("Windows", "elsewhere")
    )


def _place(key: str, stage: Stage, *, windows: bool) -> str:
    try:
        path = download_path(f"s3://b/{key}", stage.home, windows=windows)
    except s3vend.SettingsError as error:
        return "refused" if str(error).isprintable() else "refused in the key's own words"
    return "in it" if path.parent == stage.home and path.name else str(path)


EVERYWHERE = "Windows: refused, elsewhere: refused"
THERE = "Windows: refused, elsewhere: in it"
FINE = "Windows: in it, elsewhere: in it"
ATTACKS = [
    Attack("a key that ends in the directory above", "in/..", EVERYWHERE, SLIP),
    Attack("a key that ends in the directory itself", "in/.", EVERYWHERE, SLIP),
    Attack("a key that ends at a slash", "in/", EVERYWHERE, SLIP),
    Attack("the directory above, as Windows writes it", "in/..\\..\\evil", EVERYWHERE, SLIP),
    Attack("another drive", "in/D:\\evil", EVERYWHERE, SLIP),
    Attack("another drive, from where it is", "in/D:evil", THERE, SLIP),
    Attack("a share of another server", "\\\\server\\share\\evil", EVERYWHERE, SLIP),
    Attack("a device's namespace", "in/\\\\.\\COM1", EVERYWHERE, NAMES),
    Attack("a backslash in a name", "in/a\\b", EVERYWHERE, NAMES),
    Attack("a reserved name", "in/CON", THERE, NAMES),
    Attack("a reserved name in lower case", "in/nul", THERE, NAMES),
    Attack("a reserved name with an extension", "in/NUL.txt", THERE, NAMES),
    Attack("a reserved name with two extensions", "in/aux.tar.gz", THERE, NAMES),
    Attack("a reserved name with a space before its extension", "in/PRN .txt", THERE, NAMES),
    Attack("a port", "in/COM1", THERE, NAMES),
    Attack("a port with a superscript digit", "in/COM\u00b9.log", THERE, NAMES),
    Attack("a printer with a superscript digit", "in/lpt\u00b3", THERE, NAMES),
    Attack("the console's input", "in/CONIN$", THERE, NAMES),
    Attack("a name that only begins as a reserved one", "in/CONTRACT.txt", FINE, NAMES),
    Attack("a period at the end", "in/report.csv.", THERE, NAMES),
    Attack("a space at the end", "in/report.csv ", THERE, NAMES),
    Attack("a stream of a file", "in/report.csv:hidden", THERE, NAMES),
    Attack("the main stream of a file", "in/report.csv::$DATA", THERE, NAMES),
    Attack("a wildcard", "in/*.csv", THERE, NAMES),
    Attack("a pipe of a shell", "in/a|b", THERE, NAMES),
    Attack("a line break", "in/a\nb", EVERYWHERE, rule(18)),
    Attack("a null", "in/a\0b", EVERYWHERE, rule(18)),
    Attack("an escape sequence", "in/\x1b]0;evil\x07", EVERYWHERE, rule(18)),
    Attack("an escape sequence of one byte", "in/\x9b2J", EVERYWHERE, rule(18)),
]  # fmt: skip
