"""What IAM reads of our escape is exactly the literal: each character, and what may follow it.

That this is so for all keys follows by induction, which `tests/proof/narrowing.v` proves; these
tests tie its tables to the code. `make proof` has Coq check it, and compares its reader with ours.
"""

import re
import sys
import unicodedata
from itertools import batched, product

import pytest

from tests.evaluator.patterns import resolved
from tests.proof.coq import PROOF, character, digest, main, term
from tests.proof.reader import ANY, Literal, Token, Unclosed, Value, Wildcard, literals, read
from tests.support.pages import pages
from vending.grants.keys import Keys

# One character of each class: those that IAM gives a meaning, those of a default value, others.
CLASSES = "*?${}/a:,' é🚀"
CONTROLS = ("Cc", "Cs")  # which no key has: controls and lone surrogates


@pytest.mark.parametrize(
    ("pattern", "tokens"),
    [
        ("", []),
        ("ab", literals("ab")),
        ("a*b?", [Literal("a"), Wildcard("*"), Literal("b"), Wildcard("?")]),
        ("${*}${?}${$}", literals("*?$")),
        ("${$}{*}", [*literals("${"), Wildcard("*"), Literal("}")]),
        ("${aws:username}/*", [Value("aws:username"), Literal("/"), ANY]),
        ("${aws:userid, 'a'}", [Value("aws:userid, 'a'")]),
        ("${**}", [Value("**")]),
        ("${}", [Value("")]),
        ("${${*}}", [Value("${*"), Literal("}")]),
        ("$", literals("$")),
        ("$a", literals("$a")),
        ("$*", [Literal("$"), ANY]),
        ("$${*}", literals("$*")),
        ("{}", literals("{}")),
        ("a${*", [Literal("a"), Unclosed("*")]),
        ("${", [Unclosed("")]),
    ],
)
def test_a_pattern_is_read_as_aws_documents_it(pattern: str, tokens: list[Token]) -> None:
    assert read(pattern) == tokens


def texts(alphabet: str, longest: int) -> list[str]:
    return [
        "".join(one) for length in range(longest + 1) for one in product(alphabet, repeat=length)
    ]


def expected(keys: Keys) -> list[Token]:
    return [*literals(keys.key), *([ANY] if keys.is_prefix else [])]


@pytest.mark.invariant(3)
def test_each_class_of_character_before_each_text_is_read_as_the_literal() -> None:
    count = 0
    for text in texts(CLASSES, 4):
        prefix = f"{text}/" if text else ""
        for keys in (*([Keys("bkt", text)] if text else []), Keys("bkt", prefix, is_prefix=True)):
            assert read(keys.iam_pattern) == expected(keys), keys
            count += 1
    assert count == 2 * sum(len(CLASSES) ** length for length in range(5)) - 1


@pytest.mark.invariant(3)
def test_each_character_that_a_key_may_have_is_read_as_itself() -> None:
    every = [
        one
        for one in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(one) not in CONTROLS
    ]
    for some in batched(every, 250, strict=False):
        keys = Keys("bkt", "".join(some))
        assert read(keys.iam_pattern) == expected(keys), f"from U+{ord(some[0]):04X}"
    assert len(every) == sys.maxunicode + 1 - 65 - 2048


@pytest.mark.invariant(3)
def test_what_an_escaped_key_is_read_as_does_not_depend_on_its_neighbours() -> None:
    some = [Keys("bkt", text) for text in texts(CLASSES[:7], 3) if text]
    alone = {one.key: read(one.iam_pattern) for one in some}
    for one in some:
        for other in some[:56]:
            both = read(one.iam_pattern + other.iam_pattern)
            assert both == alone[one.key] + alone[other.key], (one, other)
        assert read(one.iam_pattern + "*") == [*alone[one.key], ANY]
        for head in ("arn:aws:s3:::bkt/", "arn:aws-us-gov:s3:::b.k-t/"):
            assert read(head + one.iam_pattern) == literals(head) + alone[one.key]


def test_this_reader_and_the_evaluators_agree() -> None:
    for text in texts("*?${}a", 5):
        tokens = read(text)
        if any(isinstance(one, Value | Unclosed) for one in tokens):
            continue
        parts = resolved(text, {})
        signs = [
            Wildcard(one) if is_wild and one in "*?" else Literal(one)
            for is_wild, part in parts
            for one in part
        ]
        assert signs == tokens, text


@pytest.mark.parametrize("sign", "*?${}a")
def test_the_table_of_escapes_in_the_proof_is_what_the_code_writes(sign: str) -> None:
    written = Keys("bkt", sign).iam_pattern
    table = re.search(r"Definition escape_one.*?end\.", PROOF.read_text(), re.DOTALL)
    assert table
    row = f"| {character(sign)} => {term(written)}\n"
    assert (row in table[0]) is (written != sign)
    assert "| c => [c]\n" in table[0]


def test_the_proof_takes_nothing_for_granted() -> None:
    """Coq says so too, where it is installed; a proof with a gap does not even land."""
    words = re.findall(
        r"[A-Za-z_]+", re.sub(r"\(\*.*?\*\)", "", PROOF.read_text(), flags=re.DOTALL)
    )
    assert not {*words} & {
        *("Axiom", "Axioms", "Parameter", "Parameters", "Conjecture", "Hypothesis", "Hypotheses"),
        *("Context", "Admitted", "admit", "give_up", "Abort", "Unset", "bypass_check", "Declare"),
        *("Extract", "Load", "Fail", "Set", "Local", "Primitive"),
    }
    section = PROOF.read_text().partition("Section Reading.")
    assert "Variable " not in re.sub(r"\(\*.*?\*\)", "", section[0], flags=re.DOTALL)
    assert "Variable " not in section[2].partition("End Reading.")[2]


def test_the_page_names_every_theorem_and_the_proof_that_coq_accepted_last() -> None:
    """Where Coq is missing nobody notices a wrong proof: run ``make proof`` after a change."""
    page, proof = pages()["docs/proof.md"].text, PROOF.read_text()
    for name in re.findall(r"^Theorem (\w+)", proof, re.MULTILINE):
        assert f"`{name}`" in page, name
    assert f"`{digest(proof)}`" in page


def test_without_coq_the_proof_says_what_was_not_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main() == 0
    assert "Coq is not installed" in capsys.readouterr().out
