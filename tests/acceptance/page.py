"""Keeps what a run on AWS has observed, and makes the tables of docs/acceptance.md from it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from local.cloud.ministack import ROOT
from tests.acceptance.rows import PLACE, Row, rows, steps
from tests.acceptance.scene import Ground
from tests.acceptance.table import Line
from tools.markdown import replaced

PATH: Final = ROOT / "docs/acceptance.md"
OBSERVED: Final = PLACE / "observed.json"
BEGIN, END = "<!-- from make acceptance -->\n", "<!-- up to here -->"
NOT_YET: Final = "not run yet"
LONGEST: Final = 200  # characters of an observation that is not expected
# What must never be on a page: keys, tokens, signatures, addresses of the API and of objects.
SECRETS: Final = re.compile(
    r"https?://\S+|\b(?:A[A-Z]{3}[A-Z0-9]{12,}|eyJ[\w-]+(?:\.[\w-]+)*|[A-Za-z0-9+/]{30,}=*|[0-9a-f]{32,})"
    r"|X-Amz-(?:Signature|Credential|Security-Token)=[^&\s]*"
)
ACCOUNTS: Final = re.compile(r"\b\d{12}\b")


def public(text: str, ground: Ground) -> str:
    """Return the text without secrets, and without what names the account and the run."""
    text = ACCOUNTS.sub("123456789012", text.replace(ground.name, "s3vend-acceptance"))
    text = " ".join(SECRETS.sub("…", text).split())
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def write(ground: Ground, lines: Mapping[str, Line]) -> None:
    """Keep what was observed, and write the page."""
    kept = {
        "date": datetime.now(UTC).date().isoformat(),
        "region": ground.region,
        "rows": {
            name: {
                "observed": public(line.observed, ground),
                **({"measured": public(line.measured, ground)} if line.measured else {}),
            }
            for name, line in lines.items()
        },
    }
    OBSERVED.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    PATH.write_text(text(), encoding="utf-8")


def text(page: Path = PATH, observed: Path = OBSERVED) -> str:
    """Return the page with the current tables. Raises ValueError without the markers."""
    kept = json.loads(observed.read_text(encoding="utf-8")) if observed.exists() else {}
    part = "\n" + "\n".join(tables(rows(), kept)) + "\n"
    return replaced(page.read_text(encoding="utf-8"), BEGIN, part, END)


def tables(chosen: tuple[Row, ...], kept: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence on the last run, and a table for each step."""
    tried = sum(row.by_hand is None for row in chosen)
    if kept:
        seen = [row for row in chosen if row.by_hand is None and row.id in kept["rows"]]
        good = sum(kept["rows"][row.id]["observed"] == row.expected for row in seen)
        rest = f", {tried - len(seen)} {NOT_YET}" if tried > len(seen) else ""
        yield (
            f"Last run on {kept['date']} in `{kept['region']}`: {good} of {tried} rows as "
            f"expected{rest}.\n"
        )
    else:
        yield f"It has not run on AWS yet. It has {tried} rows, and {len(chosen) - tried} by hand.\n"
    headings = steps()
    for step, group in groupby(chosen, key=lambda row: row.step):
        yield f"### {step}. {headings[step - 1]}\n"
        yield "| row | what is done | expected | observed on AWS |\n|---|---|---|---|"
        yield "\n".join(_cells(row, kept) for row in group) + "\n"


def _cells(row: Row, kept: Mapping[str, Any]) -> str:
    seen = kept.get("rows", {}).get(row.id)
    if row.by_hand is not None:
        observed = f"by hand: {row.by_hand}"
    elif seen is None:
        observed = NOT_YET
    else:
        observed = (
            "as expected" if seen["observed"] == row.expected else f"**{plain(seen['observed'])}**"
        )
        observed += f" ({seen['measured']})" if "measured" in seen else ""
    says = plain(row.says)
    if row.page is not None:
        target = (
            row.page.removeprefix("docs/") if row.page.startswith("docs/") else f"../{row.page}"
        )
        says += f" ([doubt]({target}))"
    cells = (f'<a id="{row.id}"></a>`{row.id}`', says, plain(row.expected), observed)
    return "| " + " | ".join(cells) + " |"


def plain(text: str) -> str:
    """Return the text as it is, in a cell of a table."""
    return re.sub(r"([|*<_$\\])", r"\\\1", text)
