"""Fuzzes the parsers by coverage with atheris: `s3://` targets, and request bodies.

Without a name both run, each in a process of its own. What is found is an input that does anything
but the documented: it is printed, and kept in ``.fuzz``.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from unicodedata import category

import atheris

from tests.evaluator import matches
from tests.fuzz.inputs import mutated, seeds, words

ROOT = Path(__file__).resolve().parents[2]
FOUND = ROOT / ".fuzz"
SUFFIXES = ("", "x", "/", "*", "é/x")

with atheris.instrument_imports(include=["vending"]):
    from vending.bodies import body as bodies_body
    from vending.bodies import fields
    from vending.bodies.parse import parse
    from vending.credentials import request
    from vending.documents import document
    from vending.documents.grant import GrantBody
    from vending.drafts.request import PartRequest
    from vending.errors import InvalidRequest, TooLarge
    from vending.grants.keys import KEY_BYTES, Keys
    from vending.grants.scope import Scope
    from vending.questions import request as questions_request
    from vending.revocations import request as revocations_request
    from vending.shares.owners import request as shares_request
    from vending.shares.uploading.request import BODIES
    from vending.staging import request as staging_request
    from vending.uploads import request as uploads_request
    from vending.urls import compact
    from vending.urls.compact import parse_urls
    from vending.urls.request import UrlsRequest

MODELS: list[type[bodies_body.Body]] = [
    request.CredentialsRequest,
    UrlsRequest,
    uploads_request.UploadRequest,
    uploads_request.PartsRequest,
    uploads_request.CompletionRequest,
    uploads_request.AbortRequest,
    document.ChangesRequest,
    staging_request.StagedRequest,
    PartRequest,
    staging_request.CommitRequest,
    revocations_request.RevocationRequest,
    questions_request.ReachRequest,
    questions_request.ExplanationRequest,
    shares_request.ShareRequest,
    *BODIES.values(),  # of the scripts of links
]


def one_of[T](read: Callable[[str], T], text: str) -> T | None:
    """What is read, or nothing where it is refused as it is documented."""
    try:
        return read(text)
    except ValueError as error:
        if type(error) is not ValueError:  # UnicodeEncodeError and the like are not documented
            raise
        return None


def targets(given: bytes) -> None:
    """Two texts: each is a location or a scope, or a ``ValueError``; both spellings agree."""
    first, _, second = decoded(given).partition("\t")  # which no key has
    for text in (first, f"s3://bkt/{first}"):
        if scope := one_of(Scope.parse, text):
            assert Scope.parse(str(scope)) == scope
        location = one_of(Keys.parse, text)
        if location is None:
            continue
        plain(location)
        assert location.covers(location)
        with suppress(ValueError):
            agree(location, Keys(location.bucket, second))
        for suffix in SUFFIXES:
            with suppress(ValueError):
                agree(location, Keys(location.bucket, location.key + suffix + second))


def plain(location: Keys) -> None:
    """It is written and read back the same, and breaks none of the rules for keys."""
    assert fields.target(location.as_json()) == location
    assert not {".", ".."} & set(location.key.split("/"))
    assert not {"Cc", "Cs"} & set(map(category, location.key))
    assert len(location.key.encode()) <= KEY_BYTES


def agree(location: Keys, key: Keys) -> None:
    """IAM's spelling opens the key, and all below it, if and only if ours covers them."""
    assert location.covers(key) is matches(location.iam_pattern, key.key), (location, key)
    plain(key)
    if key.key.endswith("/"):
        below = Keys(key.bucket, key.key, is_prefix=True)
        opened = matches(location.iam_pattern, key.key) and location.is_prefix
        assert location.covers(below) is opened, (location, below)


def body(given: bytes) -> None:
    """A text: it is one of the bodies, or ``InvalidRequest`` or ``TooLarge``."""
    if read := body_of(given):
        understood(read)


def body_of(given: bytes) -> bodies_body.Body | compact.Alike | None:
    """The body, or nothing where it is refused as it is documented."""
    chosen, text = model(given), decoded(given[:-1])
    try:
        return parse_urls(text) if chosen is UrlsRequest else parse(chosen, text)
    except TooLarge:
        return None
    except InvalidRequest as error:
        for fault in error.faults:
            assert fault.pointer == "" or fault.pointer.startswith("/"), fault
            assert fault.detail, fault
        return None


def model(given: bytes) -> type[bodies_body.Body]:
    """Its last byte chooses."""
    return MODELS[given[-1] % len(MODELS) if given else 0]


def decoded(given: bytes) -> str:
    """As UTF-8; with lone surrogates, which a proxy event may hold, where that is possible."""
    try:
        return given.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return given.decode(errors="replace")


def understood(read: bodies_body.Body | compact.Alike) -> None:
    """What is taken is usable: targets are known, a grant is read back as it was."""
    if isinstance(read, (document.ChangesRequest, PartRequest)):
        for grant in (one.grant() for one in read.grants or ()):
            again = json.loads(json.dumps(grant.as_json()))
            assert GrantBody.model_validate(again).grant() == grant
    elif isinstance(read, compact.Alike):
        assert [one.target.key for one in read.requests] == [*read.keys]
    elif isinstance(read, (request.CredentialsRequest, UrlsRequest, compact.Compact)):
        assert len(read.wanted) > 0


def changed(given: bytes, most: int, number: int) -> bytes:
    """A body for libFuzzer: half of them changed as JSON, half as bytes."""
    chance = random.Random(number)
    if not given or chance.random() < 0.5:
        return bytes(atheris.Mutate(given, most))
    text = mutated(decoded(given[:-1]), chance)
    model = bytes([chance.randrange(len(MODELS))]) if chance.random() < 0.1 else given[-1:]
    return text.encode(errors="surrogatepass")[: most - 1] + model


FUZZED = {"targets": targets, "bodies": body}


def kinds(name: str, given: bytes) -> set[str]:
    """What an input is read as."""
    if name == "bodies":
        return {model(given).__name__} if body_of(given) else set()
    text = decoded(given).partition("\t")[0]
    return {one.__name__ for one in (Scope, Keys) if one_of(one.parse, text)}


def unread(name: str, corpus: Path) -> set[str]:
    """The control: each input as it is; what none of them is read as.

    Raises what the fuzzer would find.
    """
    missing = {one.__name__ for one in (MODELS if name == "bodies" else (Scope, Keys))}
    for path in sorted(corpus.iterdir()):
        FUZZED[name](path.read_bytes())
        missing -= kinds(name, path.read_bytes())
    return missing


def fuzz(name: str, seconds: int) -> None:
    """Until the time is over; does not return."""
    with tempfile.TemporaryDirectory(prefix="s3vend-fuzz-") as directory:
        corpus = Path(directory) / "corpus"
        corpus.mkdir()
        seeds(name, corpus, len(MODELS))
        if missing := unread(name, corpus):
            names = ", ".join(sorted(missing))
            sys.exit(f"Before any change, no input is read as {names}: nothing was fuzzed.")
        dictionary = Path(directory) / "words"
        dictionary.write_text(words(), encoding="utf-8")
        FOUND.mkdir(exist_ok=True)
        limits = [
            f"-max_total_time={seconds}",
            "-max_len=8192",
            "-timeout=10",
            "-rss_limit_mb=2048",
        ]
        limits += ["-print_final_stats=1", f"-artifact_prefix={FOUND}/"]
        arguments = [sys.argv[0], *limits, f"-dict={dictionary}", str(corpus)]
        more = {"custom_mutator": changed} if name == "bodies" else {}
        atheris.Setup(arguments, FUZZED[name], **more)
        atheris.Fuzz()


def main() -> int:
    """Exit code 1 for a finding."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name", nargs="?", choices=FUZZED)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    if options.name:
        fuzz(options.name, options.seconds)
    command = [sys.executable, "-m", "tests.fuzz.parsers", "--seconds", str(options.seconds)]
    with tempfile.TemporaryDirectory(prefix="s3vend-fuzz-") as directory:
        within = os.environ | {"TMPDIR": directory}  # atheris ends its process, and removes nothing
        ended = [
            subprocess.run([*command, name], env=within, check=False).returncode  # noqa: S603
            for name in FUZZED
        ]
    return int(any(ended))


if __name__ == "__main__":
    sys.exit(main())
