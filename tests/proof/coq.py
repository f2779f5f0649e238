"""Has Coq check `narrowing.v`, and compares its reader and its patterns with ours.

Run by ``make proof``. Without Coq it says what was not checked, and that is no failure.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import batched, product
from pathlib import Path
from subprocess import PIPE, STDOUT

from tests.proof.reader import Literal, Token, Value, Wildcard, read
from vending.grants.keys import Keys

PROOF = Path(__file__).with_name("narrowing.v")
NAMES = {"*": "star", "?": "question", "$": "dollar", "{": "open", "}": "close"}
UNTRUSTED = (  # of which Coq's separate checker has to find none
    "Axioms",
    "Constants/Inductives relying on type-in-type",
    "Constants/Inductives relying on unsafe (co)fixpoints",
    "Inductives whose positivity is assumed",
)
CLOSED = "Closed under the global context"
SIGNS, LONGEST = "*?${}/", 4  # of the texts that both read
MISSING = (
    "Coq is not installed: that all keys are narrowed rightly was not proved again "
    "(Debian: apt-get install coq)."
)
COMPARED = """\
Require Import Bool List.
Require Import narrowing.
Import ListNotations.

Lemma same_token : forall a b : token, {{a = b}} + {{a <> b}}.
Proof. decide equality; try apply same; apply list_eq_dec, same. Defined.

Definition same_tokens (a b : list token) : bool := if list_eq_dec same_token a b then true else false.
Definition same_text (a b : text) : bool := if list_eq_dec same a b then true else false.
{rows}
"""
READ = """
Example read_{number} : forallb (fun row => same_tokens (read (fst row)) (snd row)) [
{rows}] = true.
Proof. vm_compute. reflexivity. Qed.
"""
WRITTEN = """
Example written_{number} : forallb (fun row => same_text (pattern (fst row)) (snd row)) [
{rows}] = true.
Proof. vm_compute. reflexivity. Qed.
"""
COVERED = """
Example covered_{number} : forallb (fun row =>
  eqb (covers (fst (fst row)) (snd (fst row))) (snd row)) [
{rows}] = true.
Proof. vm_compute. reflexivity. Qed.
"""


def character(one: str) -> str:
    """A character, as the proof writes it."""
    return NAMES.get(one) or f"other {ord(one)}"


def term(text: str) -> str:
    """A text, as the proof writes it."""
    return f"[{'; '.join(map(character, text))}]"


def main() -> int:
    """Print what was checked; 1 if Coq does not accept it."""
    if not all(map(shutil.which, ("coqc", "coqchk"))):
        sys.stdout.write(f"{MISSING}\n")
        return 0
    try:
        sys.stdout.write(f"{checked(PROOF.read_text(encoding='utf-8'))}\n")
    except subprocess.CalledProcessError as error:
        sys.stdout.write(f"{error.stdout}\nCoq does not accept the proof.\n")
        return 1
    except ValueError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0


def checked(proof: str) -> str:
    """Check the proof in a folder of its own; raises ``ValueError`` for a proof with a gap."""
    theorems = re.findall(r"^Theorem (\w+)", proof, re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="proof-") as directory:
        folder = Path(directory)
        _coqc(folder, PROOF.stem, proof)
        asked = "\n".join(f"Print Assumptions {name}." for name in theorems)
        told = _coqc(folder, "assumptions", f"Require Import narrowing.\n{asked}\n")
        if told.count(CLOSED) != len(theorems):
            raise ValueError(f"A theorem of the proof rests on something unproved:\n{told}")
        context = _run(folder, "coqchk", "-o", PROOF.stem).partition("CONTEXT SUMMARY")[2]
        if missing := [one for one in UNTRUSTED if f"* {one}: <none>" not in context]:
            raise ValueError(f"The proof rests on {', '.join(missing)}:\n{context}")
        rows = list(_compared())
        _coqc(folder, "compared", COMPARED.format(rows="".join(rows)))
    version = re.search(r"[0-9][0-9.]+", _run(Path(), "coqc", "--version"))
    count = sum(row.count(";\n") + 1 for row in rows)
    return (
        f"Coq {version[0] if version else '?'}: {len(theorems)} theorems, closed, and {count} rows "
        f"that are as in the code. SHA-256 of narrowing.v: {digest(proof)}"
    )


def digest(proof: str) -> str:
    """The first characters of the proof's SHA-256: the page names the proof that was checked."""
    return hashlib.sha256(proof.encode()).hexdigest()[:16]


def _compared() -> Iterator[str]:
    """Yield what the code makes of short texts, for Coq to find the same."""
    texts = ["".join(one) for n in range(LONGEST + 1) for one in product(SIGNS, repeat=n)]
    keys = [one for text in texts for one in _keys(text)]
    pairs = list(product([one for text in texts if len(text) < 3 for one in _keys(text)], repeat=2))
    reads = [f"({term(text)}, {_tokens(read(text))})" for text in texts]
    writes = [f"({_term(one)}, {term(one.iam_pattern)})" for one in keys]
    covers = [f"({_term(a)}, {_term(b)}, {str(a.covers(b)).lower()})" for a, b in pairs]
    for template, rows in ((READ, reads), (WRITTEN, writes), (COVERED, covers)):
        for number, some in enumerate(batched(rows, 400, strict=False)):
            yield template.format(number=number, rows=";\n".join(some))


def _keys(text: str) -> list[Keys]:
    """The key, and the prefix, with this text."""
    key = [Keys("bkt", text)] if text else []
    return [*key, *([Keys("bkt", text, is_prefix=True)] if text[-1:] in ("", "/") else [])]


def _term(keys: Keys) -> str:
    return f"{{| key := {term(keys.key)}; is_prefix := {str(keys.is_prefix).lower()} |}}"


def _tokens(tokens: Sequence[Token]) -> str:
    return f"[{'; '.join(map(_token, tokens))}]"


def _token(token: Token) -> str:
    match token:
        case Literal(one):
            return f"Literal {_argument(one)}"
        case Wildcard(sign):
            return "Any" if sign == "*" else "One"
        case Value(name):
            return f"Value {term(name)}"
        case _:
            return f"Unclosed {term(token.name)}"


def _argument(one: str) -> str:
    named = character(one)
    return f"({named})" if " " in named else named


def _coqc(folder: Path, name: str, source: str) -> str:
    (folder / f"{name}.v").write_text(source, encoding="utf-8")
    return _run(folder, "coqc", f"{name}.v")


def _run(folder: Path, *words: str) -> str:
    return subprocess.run(  # noqa: S603 - the prover that is installed
        words, cwd=folder, stdout=PIPE, stderr=STDOUT, text=True, check=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
