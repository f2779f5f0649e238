"""Writes the table of docs/failure.md after `make faults`."""

from collections.abc import Iterator

from local.cloud.ministack import ROOT
from tests.faults.rows import ROWS, Row, refusal_of
from tests.faults.run import Outcomes

PAGE = ROOT / "docs/failure.md"
BEGIN, END = "<!-- rows -->\n", "<!-- end of rows -->\n"
HEADING = "| fault | met by | answer | calls | at most | seen |\n|---|---|---|---|---|---|\n"
SERVICES = {
    "BatchGetItem": "DynamoDB, the read of a decision (`BatchGetItem`)",
    "Query": "DynamoDB, issuers and grants page by page (`Query`)",
    "AssumeRole": "STS (`AssumeRole`)",
    "CreateMultipartUpload": "S3, the start of an upload (`CreateMultipartUpload`)",
    "PutItem": "DynamoDB, the plan of an upload (`PutItem`)",
    "openid-configuration": "An issuer, its discovery document",
    "keys": "An issuer, its keys",
}
ANSWERS = {
    200: "200",
    400: "400 `PolicyTooLarge`",
    401: "401 `NotAuthenticated`",
    403: "403 `AccessDenied`",
    503: "503 `Unavailable`",
}


def row_of(row: Row) -> str:
    """Return a line of the table without its last cell, the time that was seen."""
    routes = ", ".join(row.routes)
    calls = f"{row.calls}" + (f", and {row.aborts} to end the upload" if row.aborts else "")
    reason = f", `{row.reason}`" if row.reason and row.status != 400 else ""
    answer = ANSWERS.get(row.status) or f"{row.status} `{refusal_of(row.operation)}`"
    return f"| {row.name} | {routes} | {answer}{reason} | {calls} | {row.most:g} s |"


def lines(seen: dict[int, str]) -> Iterator[str]:
    """Return the lines of the whole table, service by service."""
    for operation, service in SERVICES.items():
        yield f"\n### {service}\n\n{HEADING}"
        for number, row in enumerate(ROWS):
            if row.operation == operation:
                yield f"{row_of(row)} {seen.get(number, '')} |\n"


def write(found: Outcomes) -> None:
    """Write the table into the page, with the longest time of each row."""
    seen: dict[int, str] = {}
    for number in range(len(ROWS)):
        times = [one.seconds for (of, _), one in found.items() if of == number]
        seen[number] = f"{max(times):.1f} s" if times else ""
    text = PAGE.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text(before + BEGIN + "".join(lines(seen)) + "\n" + END + after)
