"""Joins the parts in ``template/`` into ``template.yaml``, which everything else reads.

Each part is valid YAML of its own and starts with the headings above its content::

    Resources:
      Api:
        Properties:
          GatewayResponses:

The parts are joined in the order of ``PARTS``. A part's headings are left out if they are still
open at the end of the part before. A comment before each part names its file.
"""

from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER, PATH = "template", ROOT / "template.yaml"
HEADER = "# Generated from the parts in template/: edit those, then run `make format`."

# Keep the parts of a section or resource together: a closed heading would be written twice.
PARTS = (
    "application",
    "parameters/deployment",
    "parameters/access",
    "parameters/api",
    "parameters/reach",
    "parameters/watching",
    "parameters/names",
    "parameters/functions",
    "parameters/guard_rails",
    "parameters/rules",
    "parameters/conditions",
    "globals",
    "api/api",
    "api/not_authenticated",
    "api/bad_requests",
    "api/failures",
    "api/logs",
    "api/domain",
    "api/firewall",
    "api/callers",
    "shared",
    "functions/authorizer",
    "functions/credentials",
    "functions/presigned_urls",
    "functions/sts",
    "functions/preflights",
    "functions/access",
    "functions/administration",
    "functions/audit",
    "functions/revocations",
    "functions/shares",
    "lent_role/boundary",
    "lent_role/role",
    "network",
    "watching/trail",
    "watching/topic",
    "watching/callers",
    "watching/api",
    "watching/functions",
    "watching/throttles",
    "watching/services",
    "watching/revocations",
    "watching/dashboard",
    "outputs",
)


def joined(root: Path = ROOT) -> str:
    """Return the text of ``template.yaml``.

    Raises ``ValueError`` for a part that is not listed or does not exist.
    """
    _check_files(root / FOLDER)
    lines = [HEADER]
    for part in PARTS:
        name = f"{FOLDER}/{part}.yaml"
        text = (root / name).read_text(encoding="utf-8").splitlines()
        below = text[_repeated(_open_lines(lines), text) :]
        indentation = " " * _indentation(next(iter(below), ""))
        lines += ["", f"{indentation}# ---- {name} ----", *below]
    return "\n".join(lines) + "\n"


def _check_files(folder: Path) -> None:
    listed = {f"{part}.yaml" for part in PARTS}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    faults = [
        *(f"{FOLDER}/{name} is not in PARTS of tools/template.py" for name in found - listed),
        *(f"{FOLDER}/{name} does not exist" for name in listed - found),
    ]
    if faults:
        raise ValueError("; ".join(sorted(faults)))


def _open_lines(lines: list[str]) -> list[str]:
    """Return the last line and the headings above it, the outermost first."""
    found: list[str] = []
    for line in reversed(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            if not found or _indentation(line) < _indentation(found[0]):
                found.insert(0, line)
            if found[0] == found[0].lstrip():
                break
    return found


def _repeated(open_lines: list[str], part: list[str]) -> int:
    """Return the number of lines at the start of a part that are already open."""
    equal = (one == other for one, other in zip(open_lines, part, strict=False))
    return sum(takewhile(bool, equal))


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
