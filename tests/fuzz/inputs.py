"""What the fuzzers of the parsers begin with, and bodies changed as JSON, so that they are read."""

import json
import random
from pathlib import Path
from typing import Any

import yaml

CONTRACT = Path(__file__).resolve().parents[2] / "openapi.yaml"

PIECES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 900, 900.0, 3301, 2**53, 10**30, "", "x", "é" * 513, [], {}),
    *("s3://bkt/a", "s3://bkt/a/*", "s3://bkt/*", "s3://bkt/pre*", "s3://Bkt/a", "s3://bkt/../a"),
    *("s3://bkt/\ud800", "\ud800", "s3://bkt/a\x85", "s3://bkt/" + "é" * 513),
    *({"bucket": "bkt", "key": "a*"}, {"bucket": "bkt", "prefix": "a/"}, {"bucket": "b"}),
    *("s3://bkt/${claim.a}/*", "s3://bkt/${claim.a:path}/*", "s3://bkt/${caller.name}/*"),
    *("READ", "WRITE", "READWRITE", "GET", "PUT", "POST", "DELETE", "HEAD", "compact", "*"),
    *("15m", "2h", "100MiB", "2027-01-01T00:00:00Z", "192.0.2.0/24", "caller", "image/*"),
    *("https://login.example.com", "https://login.internal", "http://127.0.0.1:1", "123456789012"),
    *("arn:aws:iam::123456789012:role/R", "arn:aws:iam::123456789012:user/U"),
    *("AROA2EXAMPLEEXAMPLE1", "yZRlqg==", "[0, 1]", [0, 1], ["a"], {"keys": []}, {"a": 1}),
)


def mutated(text: str, chance: random.Random) -> str:
    """The same body with one value, or one member, another than before."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    places: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        inside = waiting.pop()
        listed = enumerate(inside) if isinstance(inside, list) else ()
        for name, value in inside.items() if isinstance(inside, dict) else listed:
            places.append((inside, name))
            waiting.append(value)
    if not places:
        return json.dumps(chance.choice(PIECES))
    inside, name = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del inside[name]
        case 1 if isinstance(inside, dict):
            source, other = chance.choice(places)
            inside[str(other)] = json.loads(json.dumps(source[other]))  # else it might hold itself
        case 2 if isinstance(inside, list):
            inside.append(inside[name])
        case _:
            inside[name] = chance.choice(PIECES)
    try:
        return json.dumps(document)
    except (ValueError, RecursionError):
        return text


def seeds(name: str, corpus: Path, models: int) -> None:
    """What to begin with: the examples of the contract, and targets from them."""
    paths = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["paths"]
    contents = [
        content
        for operations in paths.values()
        for operation in operations.values()
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json"
    ]
    values = [one["value"] for content in contents for one in content["examples"].values()]
    if name == "targets":
        values = ["a/*\ta/x", "${claim.a:path}/x\tx", "*\ta", "a*?$b\ta*?$b", "s3://bkt/a\tb"]
        values += ["\ud800\t\x85", "a/../b\t..", "é" * 512 + "\t" + "x" * 1024]
    else:
        values += [
            '{"durationSeconds": ' + "9" * 5000 + "}",
            "[" * 5000,
            '{"target": NaN, "a": "\\ud800"}',
        ]
    for number, value in enumerate(values):
        text = value if isinstance(value, str) else json.dumps(value)
        raw = text.encode(errors="surrogatepass")
        for choice in range(models):
            (corpus / f"{number}-{choice}").write_bytes(raw + bytes([choice]))


def words() -> str:
    """Members and values of the contract, as a dictionary of libFuzzer."""
    schemas = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]
    names = {name for one in schemas.values() for name in one.get("properties", ())}
    texts = {"s3://bkt/", "/*", "${claim.a}", "${claim.a:path}", "${caller.name}", "READ", "WRITE"}
    texts |= {f'"{name}": ' for name in names}
    return "".join(f"{json.dumps(one)}\n" for one in sorted(texts))
