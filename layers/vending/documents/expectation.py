"""Reads a test from ``vending.yaml`` or from the table: an ``Expectation``."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, PlainValidator, model_validator

from vending.bodies.body import Body
from vending.bodies.described_fields import Description, Owner
from vending.bodies.fields import (
    IamArn,
    Identifier,
    Listed,
    UniqueId,
    between,
    no_folder,
    text,
)
from vending.bodies.issuer_fields import ExactClaims, IssuerUrl, Subject
from vending.documents.acknowledgement import Acknowledged
from vending.documents.grantee import GranteeBody
from vending.grants.expectation import (
    Access,
    Demand,
    Disjoint,
    Expectation,
    ExpectedCallers,
    Reaching,
    Reserved,
)
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.grants.scope import CLAIM, CLAIM_NAME, IAM_VARIABLES, PATH, Scope
from vending.table import refuse_damaged_item

TARGETS = 20  # of one permission
GRANTEES = 50


def _literal(value: object) -> Keys:
    scope = Scope.parse(text(value))
    if scope.variables:
        raise ValueError("has a variable; a test names literal keys, such as s3://tenants/acme/*")
    return no_folder(scope).unfilled


def _targets(value: object) -> tuple[Keys, ...]:
    targets = value if isinstance(value, list) else [value]
    if not 1 <= len(targets) <= TARGETS:
        raise ValueError(f"must be s3://… text, or a list of 1 to {TARGETS}")
    return tuple(dict.fromkeys(map(_literal, targets)))


def _variable(value: object) -> str:
    name = text(value)
    claim = name.removeprefix(CLAIM)
    is_claim = name.startswith(CLAIM) and re.fullmatch(CLAIM_NAME, claim)
    if name not in IAM_VARIABLES and not (is_claim and not claim.endswith(PATH)):
        raise ValueError(f"must be {CLAIM}NAME, or one of {', '.join(IAM_VARIABLES)}")
    return name


def _object(value: object, example: str) -> Mapping[object, object]:
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"must be an object, such as {example}")


LiteralKeys = Annotated[Keys, PlainValidator(_literal)]
Targets = Annotated[tuple[Keys, ...], PlainValidator(_targets)]
VariableName = Annotated[str, PlainValidator(_variable)]


class ExpectedCallersBody(Body):
    """The callers of a test: those of ``iam``, or those of ``issuer`` with these values."""

    iam: IamArn | None = None
    unique_id: UniqueId | None = None
    issuer: IssuerUrl | None = None
    subject: Subject | None = None
    claims: ExactClaims | None = None

    @model_validator(mode="before")
    @classmethod
    def _members(cls, value: object) -> object:
        return _object(value, "{iam: ARN}, or {issuer: URL, claims: {NAME: TEXT}}")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.iam is None) == (self.issuer is None):
            raise ValueError("give either 'iam' or 'issuer'")
        if self.iam is not None and (self.subject is not None or self.claims is not None):
            raise ValueError("'subject' and 'claims' go with 'issuer'")
        if self.unique_id is not None and (self.iam is None or isinstance(self.iam, str)):
            raise ValueError("'uniqueId' goes with the ARN of a role or user")
        return self

    def callers(self) -> ExpectedCallers:
        """The callers that this body describes."""
        return ExpectedCallers(
            self.iam, self.unique_id, self.issuer, self.subject, self.claims or ()
        )


class AccessBody(Body):
    """What is reached or refused: ``READ``, ``WRITE`` or both."""

    read: Annotated[Targets | None, Field(alias="READ")] = None
    write: Annotated[Targets | None, Field(alias="WRITE")] = None

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, value: object) -> object:
        if Permission.READWRITE in _object(value, "{READ: s3://bucket/prefix/*}"):
            raise ValueError("has 'READWRITE'; give 'READ' and 'WRITE' apart")
        return value

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.read is None and self.write is None:
            raise ValueError("give 'READ', 'WRITE' or both")
        return self

    def access(self) -> Access:
        """The permissions and keys that this body describes."""
        given = ((Permission.READ, self.read), (Permission.WRITE, self.write))
        return tuple((permission, keys) for permission, each in given for keys in each or ())


class ExpectationBody(Body):
    """A test, as in ``vending.yaml``: one of its three kinds."""

    id: Identifier
    owner: Owner | None = None
    description: Description | None = None
    as_: Annotated[ExpectedCallersBody | None, Field(alias="as")] = None
    reaches: AccessBody | None = None
    refused: AccessBody | None = None
    disjoint: VariableName | None = None
    within: LiteralKeys | None = None
    scope: LiteralKeys | None = None
    only_reached_by: Annotated[Listed[GranteeBody], between(0, GRANTEES)] | None = None
    acknowledge: Acknowledged = ()

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = (
            (self.as_, self.reaches or self.refused),
            (self.disjoint, self.within),
            (self.scope, self.only_reached_by),
        )
        given = [one for one in kinds if any(member is not None for member in one)]
        if len(given) != 1 or any(member is None for member in given[0]):
            raise ValueError(
                "give 'as' with 'reaches', 'refused' or both; 'disjoint' with 'within'; or 'scope' "
                "with 'onlyReachedBy'"
            )
        return self

    def expectation(self) -> Expectation:
        """The expectation that this body describes."""
        return Expectation(
            id=self.id, owner=self.owner, description=self.description, demand=self._demand()
        )

    def _demand(self) -> Demand:
        if self.as_ is not None:
            reaches, refused = (one.access() if one else () for one in (self.reaches, self.refused))
            return Reaching(self.as_.callers(), reaches, refused)
        if self.disjoint is not None and self.within is not None:
            return Disjoint(self.disjoint, self.within)
        assert self.scope is not None
        grantees = (one.grantee() for one in self.only_reached_by or ())
        return Reserved(self.scope, tuple(dict.fromkeys(grantees)))

    @classmethod
    def stored_expectation(cls, document: str) -> Expectation:
        """The expectation in a catalogue item; raises ``InternalError`` for a damaged one."""
        with refuse_damaged_item():
            return cls.model_validate(json.loads(document)).expectation()
