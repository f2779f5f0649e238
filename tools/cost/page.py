"""Writes ``docs/cost.md``: dollars per million vends, from what was measured and list prices.

``make bench BENCH=cost`` writes what was measured, ``docs/cost/measured.json``; prices are in
``docs/cost/prices.json``. Run as a program it writes the page; ``--check`` compares.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.cost import dollars
from tools.cost.dollars import COLUMNS, HOME_MADE, MILLION, OURS, Calls, Prices, parts, price
from tools.reference import page as reference

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "cost.md"
COMMAND: Final = ".venv/bin/python tools/cost/page.py"


def read(name: str) -> Any:
    """One of the two files."""
    return json.loads((ROOT / "docs" / "cost" / f"{name}.json").read_text(encoding="utf-8"))


def money(amount: float) -> str:
    """As people write it; four places for what is less than a cent or few."""
    places = 0 if amount >= 100 else 2 if amount >= 0.1 or not amount else 4
    return f"{amount:,.{places}f}"


def table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A table of Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ours(calls: Calls, prices: Prices) -> Iterator[tuple[str, ...]]:
    """A row for each kind of vend."""
    beside = dollars.authorizer(calls, prices)
    for kind in (*OURS, HOME_MADE):
        found = parts(kind, calls, prices)
        total = sum(found.values())
        home_made = kind is HOME_MADE
        yield (
            kind.name,
            *(money(found[name]) for name in COLUMNS),
            f"**{money(total)}**",
            "-" if home_made else f"**{money(total + beside)}**",
            money(total / kind.urls) if kind.urls else "-",
            money(dollars.transfer(kind, calls, prices)),
        )


def sentence(region: str, calls: Calls, prices: Prices) -> str:
    """Against the two others, in words."""
    grants = MILLION * price(prices, "accessGrantsRequest")
    credentials = sum(parts(OURS[0], calls, prices).values())
    thousand = sum(parts(OURS[5], calls, prices).values()) / 1000
    made = sum(parts(HOME_MADE, calls, prices).values())
    mark = "" if prices["accessGrantsRequest"]["checked"] else " (not checked for this region)"
    return (
        f"In `{region}`, a million credentials cost {money(credentials)} here, and with S3 Access "
        f"Grants {money(grants)}{mark}, {grants / credentials:.1f} times as much. A million URLs "
        f"cost {money(thousand)} here in batches of 1,000, and {money(made)} by a home-made "
        f"function that asks STS for each, {made / thousand:.0f} times as much; asked for one by "
        "one, there is hardly a difference."
    )


def sources(regions: Mapping[str, Prices]) -> Iterator[tuple[str, ...]]:
    """A row for each price."""
    for region, prices in regions.items():
        for name, one in prices.items():
            checked = "yes" if one["checked"] else "**no**"
            yield (
                region,
                name,
                f"{one['usd']:.10f}".rstrip("0").rstrip(".") + f" per {one['per']:,}",
                checked,
                one["source"],
            )


INTRODUCTION: Final = """
Written by `{command}` from [what was measured](cost/measured.json) and
[list prices](cost/prices.json). US dollars for a million vends, without free tiers, discounts and
taxes.
"""
MEASURED: Final = """
- **Measured** on {when} ({processor}, Python {python}; `{by}`): the processor time of each warm
handler, the bytes that it logs and answers. The home-made function is `bench/peers/home_made.py`.
"""
ASSUMED: Final = """
- **Assumed**: {sts:g} ms for STS and {table:g} ms for the table, since Lambda bills waiting too;
{memory} MB, which is {share:.2f} of a processor, one like the machine's that measured; {units:g}
read units for a decision; {platform} bytes of Lambda's own log lines; session tokens of {token}
characters, since the local cloud's are short.
"""
FREE: Final = """
- STS is free; its quota is not (see [operations](operations.md#quotas)). Where grants are not kept
the table is read, as here; in truth once in `GrantsCacheSeconds` for each caller and environment.
Cold starts, `/admin` and the table's storage are too little to see.
"""
TRANSFER: Final = """
- The last column comes on top: what the answers cost where they leave AWS for the internet, nothing
within the region. The compact form exists for it. What callers then do with S3 is not in here.
"""
MORE: Final = """
- `prod` adds, by the month: metrics, alarms and dashboard (in us-east-1 0.30 a metric and 0.10 an
alarm); by the request: access logs, about as many bytes as a record, and traces of a sample. A
`rateLimit` adds one write to the table for each vend ({write} in us-east-1). A web ACL costs by the
month, by the rule and by the request.
"""
CHECKED: Final = """
As of {when}, first tier. AWS's pages could not be read from where this was written: *checked* means
that public copies of them, or of AWS's price list, agree. Look before you count on one.
"""


def page() -> str:
    """The whole page."""
    measured, prices = read("measured"), read("prices")
    about, calls, regions = measured["about"], measured["calls"], prices["regions"]
    heads = ("vend", *COLUMNS, "iam door", "web-identity door", "a million URLs", "to the internet")
    write = MILLION * price(regions["us-east-1"], "tableWriteUnit")
    how = (
        flowing(MEASURED, by=about["command"], **{k: about[k] for k in about if k != "command"}),
        flowing(
            ASSUMED,
            sts=dollars.STS_SECONDS * 1000,
            table=dollars.TABLE_SECONDS * 1000,
            memory=dollars.MEMORY_MB,
            share=dollars.MEMORY_MB / dollars.MEMORY_OF_A_PROCESSOR_MB,
            units=dollars.READ_UNITS,
            platform=dollars.PLATFORM_LOG_BYTES,
            token=dollars.TOKEN_BYTES,
        ),
        *map(flowing, (FREE, TRANSFER)),
        flowing(MORE, write=money(write)),
    )
    blocks = ["# What it costs", flowing(INTRODUCTION, command=COMMAND)]
    for region, ones in regions.items():
        blocks += [f"## {region}", table(heads, ours(calls, ones)), sentence(region, calls, ones)]
    blocks += ["## How it is computed", "\n".join(how)]
    blocks += ["## Prices", flowing(CHECKED, when=prices["when"])]
    blocks.append(table(("region", "price", "USD", "checked", "source"), sources(regions)))
    return "\n\n".join(blocks) + "\n"


def flowing(text: str, **values: object) -> str:
    """On one line, as pages are written, with these values."""
    return " ".join(text.split()).format(**values)


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` compare it."""
    return reference.written(PAGE, page(), arguments, COMMAND)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
