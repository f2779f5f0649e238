"""How IAM reads a pattern, written from AWS's pages alone: literals, wildcards, variables.

"Variables are marked using a $ prefix followed by a pair of curly braces", and some "have fixed
values": ``${*}`` "where you need an * (asterisk) character", and so ``${?}`` and ``${$}``. ``*`` is
"any combination of characters" and ``?`` "any single character", and ``*`` "can expand to replace
everything", also ``/``. A variable that has no value makes its statement invalid. The pages do not
say what a ``${`` without its ``}`` is, nor that the value of a variable is read again.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from dataclasses import dataclass

FIXED = ("*", "?", "$")  # the names of variables that stand for themselves


@dataclass(frozen=True, slots=True)
class Literal:
    """This character and no other."""

    character: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """``*``: any run of characters; ``?``: any one."""

    sign: str


@dataclass(frozen=True, slots=True)
class Value:
    """A variable: stands for a value of the request."""

    name: str


@dataclass(frozen=True, slots=True)
class Unclosed:
    """``${`` without its ``}``: AWS does not say what this is."""

    name: str


type Token = Literal | Wildcard | Value | Unclosed

ANY = Wildcard("*")


def read(pattern: str) -> list[Token]:
    """The tokens of a pattern, from left to right; what was read is not read again."""
    tokens: list[Token] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("${", at):
            end = pattern.find("}", at)
            if end < 0:
                return [*tokens, Unclosed(pattern[at + 2 :])]
            name = pattern[at + 2 : end]
            tokens.append(Literal(name) if name in FIXED else Value(name))
            at = end + 1
        else:
            character = pattern[at]
            tokens.append(Wildcard(character) if character in "*?" else Literal(character))
            at += 1
    return tokens


def literals(text: str) -> list[Token]:
    """The tokens that match this text and no other."""
    return [Literal(character) for character in text]
