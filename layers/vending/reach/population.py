"""The callers that can exist: those of IAM, or all whose tokens one issuer's entry accepts.

What a caller is made of lies at *places*: members of a token, or the parts of an IAM identity. Two
names for the same member are one place, so one caller's texts are the same in all of its grants.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vending.callers.grantee_keys import Scalar
from vending.callers.identity import IamIdentity, Identity, WebIdentity
from vending.callers.issuer import BOOLEANS, EMAIL_VERIFIED, Claim, Issuer
from vending.callers.principal import Principal
from vending.grants.grantee import Grantee, IamGrantee
from vending.grants.scope import CLAIM
from vending.partitions import DNS_SUFFIXES
from vending.reach.alphabets import ACCOUNT, NAME, PLAIN, TEXT, Alphabet, among

type Place = tuple[str, ...]
type Value = Scalar | list[Scalar]
type Values = Mapping[Place, Value]  # a caller's; what is not there is absent

PARTITION, ACCOUNT_ID, KIND = ("partition",), ("account",), ("kind",)
NAME_OF, UNIQUE_ID = ("name",), ("uniqueId",)
UNIQUE = {"role": "AROA", "user": "AIDA"}  # how the unique ids of each kind begin
_EMAIL_VERIFIED = ("email_verified, also as text",)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value at a place may be; as it stands: absent, any scalar, or a list of them."""

    alphabet: Alphabet = TEXT  # of a text that fills one segment
    required: bool = False
    scalar: bool = False  # never a list
    absent: bool = False  # never there
    texts: bool = True  # whether it, or its items, may be text
    others: bool = True  # whether it, or its items, may be numbers, true or false
    one_of: tuple[str, ...] = ()  # it is one of these texts, or has one of them
    without: tuple[str, ...] = ()  # texts that it never is

    def admits(self, value: Scalar) -> bool:
        """Whether this may be the value, or one of its items."""
        if isinstance(value, str):
            only = self.one_of if self.scalar else ()
            return self.texts and value in (only or (value,)) and value not in self.without
        return self.others

    def implies(self, other: "Rule") -> bool:
        """Whether ``other`` allows whatever this does, but for ``one_of``."""
        return (
            self.required >= other.required
            and self.scalar >= other.scalar
            and self.absent >= other.absent
            and self.texts <= other.texts
            and self.others <= other.others
            and self.alphabet.longest <= other.alphabet.longest
            and set(self.without) >= set(other.without)
        )


ANY = Rule()
_NUMBER = Rule(required=True, scalar=True, texts=False)
_TEXT = Rule(required=True, scalar=True, others=False)
_IAM: dict[Place, Rule] = {
    PARTITION: replace(_TEXT, alphabet=among(DNS_SUFFIXES)),
    ACCOUNT_ID: replace(_TEXT, alphabet=ACCOUNT),
    KIND: replace(_TEXT, alphabet=among(UNIQUE)),
    NAME_OF: replace(_TEXT, alphabet=NAME),
    UNIQUE_ID: replace(_TEXT, alphabet=PLAIN),
}


@dataclass(frozen=True, slots=True)
class Population:
    """All callers of one kind; ``issuer`` is None for those of IAM."""

    issuer: Issuer | None
    rules: Mapping[Place, Rule]
    names: Mapping[str, Place]  # by the names of variables

    def rule(self, place: Place) -> Rule:
        """What the value at this place may be."""
        return self.rules.get(place, ANY)

    def required_of(self, grantee: Grantee) -> list[tuple[Place, str]] | None:
        """The values that a caller must have, as JSON text; None if no caller here matches."""
        if isinstance(grantee, IamGrantee):
            return _of_iam(grantee) if self.issuer is None else None
        if self.issuer is None or grantee.issuer != self.issuer.url:
            return None
        places = [(self.names.get(CLAIM + name), value) for name, value in grantee.claims]
        if any(place is None for place, _ in places) or not (grantee.subject or grantee.claims):
            return None
        subject = [((self.issuer.subject_claim,), json.dumps(grantee.subject))]
        return (subject if grantee.subject else []) + [(at, value) for at, value in places if at]

    def includes(self, other: "Population") -> bool:
        """Whether this entry accepts what the other accepts, but for texts that it asks for."""
        return all(other.rule(place).implies(rule) for place, rule in self.rules.items())

    def accepts(self, values: Values) -> bool:
        """Whether the entry accepts a caller whom another entry of its issuer accepts.

        The other entry has to imply this one's rules, but for texts of which there must be one.
        """
        asked = {place: rule.one_of for place, rule in self.rules.items() if rule.one_of}
        return all(
            any(one in texts for one in listed(values.get(place))) for place, texts in asked.items()
        )

    def identity(self, values: Values) -> Identity:
        """The identity of a caller with these values."""
        if (issuer := self.issuer) is None:
            partition, account, kind, name = (str(values[place]) for place in tuple(_IAM)[:4])
            is_role = kind == "role"
            principal = Principal(partition, account, "role" if is_role else "user", name)
            session = "a-session" if is_role else None
            return IamIdentity(principal, str(values[UNIQUE_ID]), session)
        claims = {
            claim.name: values[place]
            for claim in issuer.claims
            if (place := place_of(claim, issuer)) in values
        }
        subject = str(values[issuer.subject_claim,])
        return WebIdentity(issuer.url, subject, claims, "", issuer.caller_claims)


IAM = Population(
    None,
    _IAM,
    {"caller.name": NAME_OF, "caller.kind": KIND, "caller.account": ACCOUNT_ID},
)


def _of_iam(grantee: IamGrantee) -> list[tuple[Place, str]]:
    iam = grantee.iam
    required: list[tuple[Place, str | None]] = [(UNIQUE_ID, grantee.unique_id)]
    if isinstance(iam, str):
        required.append((ACCOUNT_ID, iam))
    else:
        required += [(PARTITION, iam.partition), (ACCOUNT_ID, iam.account)]
        required += [(KIND, iam.kind), (NAME_OF, iam.name)]
    return [(place, json.dumps(text)) for place, text in required if text is not None]


def listed(value: Value | None) -> list[Scalar]:
    """The values that grantees are compared with: one, those of a list, or none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def population_of(issuer: Issuer) -> Population:
    """All callers whose tokens an issuer's entry accepts, as far as its claims decide that."""
    names = {CLAIM + claim.name: place_of(claim, issuer) for claim in issuer.claims}
    rules: dict[Place, Rule] = {
        ("iss",): replace(_TEXT, one_of=(issuer.url,)),
        ("exp",): _NUMBER,
        ("iat",): _NUMBER,
    }
    rules |= {("nbf",): replace(_NUMBER, required=False)}
    rules |= {_EMAIL_VERIFIED: Rule(without=tuple(BOOLEANS))}
    if issuer.audience_claim:
        rules |= {("aud",): Rule(absent=True), ("token_use",): replace(_TEXT, one_of=("access",))}
        rules |= {(issuer.audience_claim,): replace(_TEXT, one_of=issuer.audience)}
    else:
        rules |= {("aud",): Rule(required=True, others=False, one_of=issuer.audience)}
    for name in issuer.caller_claims:
        place = names[CLAIM + name]
        rules[place] = replace(rules.get(place, Rule(PLAIN)), required=True, scalar=True)
    subject = (issuer.subject_claim,)
    rules[subject] = replace(
        rules.get(subject, Rule(PLAIN)), required=True, scalar=True, others=False
    )
    known = {*rules, *names.values()}
    for place in names.values():
        if any(place[:length] in known for length in range(1, len(place))):
            rules[place] = Rule(absent=True)  # what contains it has to be a scalar or a list
    return Population(issuer, rules, names)


def place_of(claim: Claim, issuer: Issuer) -> Place:
    """Where a claim lies; where text counts as true or false, that is a place of its own."""
    as_text = issuer.email_verified and claim.path == EMAIL_VERIFIED
    return _EMAIL_VERIFIED if as_text else claim.path
