"""The recipes of docs/identities.md: each is accepted, opens to its token and not to a neighbour's.

``tests/recipes`` has tokens as their issuers shape them, values invented; ``exp``, ``iat`` and the
like are seconds after they were issued. Under ``grants`` stand the recipe's grants for that token,
each with a target, and with what would make it a neighbour's: members instead, null for none.
"""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.effects import closest_grant
from tests.support.make import NOW, ROLE_ARN, record
from tests.support.pages import ROOT, Block, pages
from tests.support.tokens import PrivateKey, compact, ec_key, jwk, jwks, rsa_key
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import Fetched, IssuerKeys
from vending.callers.web_identity import authenticate, has_keys, read_keys
from vending.catalogue.plan import plan
from vending.catalogue.proposal import Setting, Stored
from vending.decision.closest import Match
from vending.decision.wanted import Wanted
from vending.documents.document import ChangesRequest
from vending.errors import AccessDenied, InvalidRequest
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.keys import Keys
from vending.tenancy.shared_issuers import shared_by

PAGE = pages()["docs/identities.md"]
TIMES = ("iat", "nbf", "exp", "auth_time")
SETTING = Setting(ROLE_ARN, allow_local_issuers=False, has_keys=has_keys, now=NOW)
KEYS: dict[str, PrivateKey] = {"RS256": rsa_key(), "ES384": ec_key(ec.SECP384R1)}

type Recipe = dict[str, Any]
type Token = dict[str, Any]


def recipes() -> dict[str, Recipe]:
    """What the page's blocks of YAML say, by the one issuer that each has."""
    read = {block: yaml.safe_load(block.text) for block in PAGE.blocks if block.language == "yaml"}
    return {
        recipe["issuers"][0]["issuer"]: document(block, recipe)
        for block, recipe in read.items()
        if "issuers" in recipe
    }


def document(block: Block, recipe: Recipe) -> Recipe:
    """A whole vending.yaml: the recipe, and a location for each of its buckets."""
    assert len(recipe["issuers"]) == 1, block
    buckets = {Keys.parse(grant["scope"]).bucket for grant in recipe["grants"]}
    locations = [
        {"scope": f"s3://{bucket}/*", "region": "ap-northeast-1"} for bucket in sorted(buckets)
    ]
    return {"version": 1, "locations": locations} | recipe


RECIPES = recipes()
TOKENS: dict[str, Token] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests/recipes").glob("*.json"))
}
CASES = [(name, grant) for name, token in TOKENS.items() for grant in token["grants"]]
NEIGHBOURS = [
    (name, grant, sentence)
    for name, grant in CASES
    for sentence in TOKENS[name]["grants"][grant]["neighbours"]
]
PINNED = "https://kubernetes.default.svc"
UNPINNED = [
    (url, position)
    for url, recipe in RECIPES.items()
    if shared_by(url)
    for position in range(len(recipe["grants"]))
]

every_recipe = pytest.mark.parametrize("url", RECIPES)


def applied(recipe: Recipe) -> tuple[Issuer, dict[str, Grant]]:
    """What an empty table gets: the issuer and the grants."""
    request = parse(ChangesRequest, json.dumps(recipe))
    made = [change.after for change in plan(request, Stored({}, {}, {}), SETTING).changes]
    (issuer,) = (one for one in made if isinstance(one, Issuer))
    return issuer, {one.id: one for one in made if isinstance(one, Grant)}


def refused(recipe: Recipe) -> dict[str, str]:
    """Why the document is not accepted, by the place of each fault."""
    with pytest.raises(InvalidRequest) as error:
        applied(recipe)
    return {fault.pointer: fault.detail for fault in error.value.faults}


def signed(token: Token, changed: Mapping[str, object]) -> str:
    """The token with some members changed, issued at ``NOW``."""
    issued = {name: int(NOW.timestamp()) + token["payload"][name] for name in TIMES if name in token["payload"]}  # fmt: skip
    members = token["payload"] | issued | changed
    payload = {name: value for name, value in members.items() if value is not None}
    algorithm = token["header"]["alg"]
    return compact(token["header"], payload, key=KEYS[algorithm], algorithm=algorithm)


def authenticated(token: Token, issuer: Issuer, changed: Mapping[str, object]) -> WebIdentity:
    """Whom the issuer's token is about, its keys asked for or pinned as the issuer's entry says."""
    algorithm = token["header"]["alg"]
    published = jwks(jwk(KEYS[algorithm], token["header"]["kid"]))
    if issuer.jwks:
        issuer = replace(issuer, jwks=published.decode())

    def fetch(asked: Issuer) -> Fetched:
        assert not asked.jwks, "pinned keys are never asked for"
        return Fetched(published, None)

    return authenticate(
        signed(token, changed),
        record(),
        issuers={issuer.url: issuer},
        find_key=IssuerKeys(fetch, read_keys, lambda: NOW).find,
        now=NOW,
    )


def matched(name: str, grant: str, changed: Mapping[str, object]) -> tuple[Match, WebIdentity]:
    """Which of its recipe's grants a token gets for the target of this one, and whose it is."""
    token = TOKENS[name]
    issuer, grants = applied(RECIPES[token["payload"]["iss"]])
    identity = authenticated(token, issuer, changed)
    target = Keys.parse(token["grants"][grant]["target"])
    wanted = Wanted(target, grants[grant].permission, "/target")
    caller = Caller("web-identity", identity, "192.0.2.7")
    return closest_grant(grants.values(), caller, [wanted], NOW), identity


@every_recipe
def test_a_recipe_is_accepted_as_it_stands(url: str) -> None:
    issuer, grants = applied(RECIPES[url])
    assert issuer.url == url
    assert grants.keys() == {grant["id"] for grant in RECIPES[url]["grants"]}
    assert all(isinstance(one.grantee, WebGrantee) for one in grants.values())


def test_every_kind_of_issuer_has_a_recipe_and_every_grant_of_it_a_token() -> None:
    assert len(RECIPES) == 12
    granted = {(url, grant["id"]) for url, one in RECIPES.items() for grant in one["grants"]}
    shown = {(TOKENS[name]["payload"]["iss"], grant) for name, grant in CASES}
    assert shown == granted
    assert all(TOKENS[name]["grants"][grant]["neighbours"] for name, grant in CASES)


@pytest.mark.parametrize(("name", "grant"), CASES)
def test_a_token_of_the_issuers_shape_gets_what_its_recipe_grants(name: str, grant: str) -> None:
    match, identity = matched(name, grant, {})
    assert match.grant.id == grant
    assert match.grant.grantee.table_key in identity.grantee_keys, "the table would not find it"


@pytest.mark.parametrize(("name", "grant", "sentence"), NEIGHBOURS)
def test_a_neighbours_token_is_good_and_gets_nothing(name: str, grant: str, sentence: str) -> None:
    with pytest.raises(AccessDenied):
        matched(name, grant, TOKENS[name]["grants"][grant]["neighbours"][sentence])


@pytest.mark.parametrize(("url", "position"), UNPINNED)
def test_a_grant_that_pins_no_tenant_of_a_shared_issuer_is_refused(url: str, position: int) -> None:
    recipe = json.loads(json.dumps(RECIPES[url]))
    recipe["issuers"][0]["claims"].append("anybody")
    grantee = recipe["grants"][position]["grantee"]
    tenants = recipe["issuers"][0]["tenantClaims"]
    others = {name: one for name, one in grantee.get("claims", {}).items() if name not in tenants}
    recipe["grants"][position]["grantee"] = {"issuer": url, "claims": {**others, "anybody": "x"}}
    assert refused(recipe).keys() == {f"/grants/{position}/grantee"}


def test_the_shared_issuers_of_the_page_are_seen_as_shared() -> None:
    assert {url for url, _ in UNPINNED} == {
        "https://accounts.google.com",
        "https://gitlab.com",
        "https://token.actions.githubusercontent.com",
    }


@every_recipe
def test_a_recipe_has_no_warning_but_those_that_its_page_explains(url: str) -> None:
    found = plan(parse(ChangesRequest, json.dumps(RECIPES[url])), Stored({}, {}, {}), SETTING)
    meant = ("names in this subject", "${claim.department:path} nests")
    assert all(any(one in warning.detail for one in meant) for warning in found.warnings)


@pytest.mark.parametrize("verified", [None, False, "true"])
def test_an_email_without_a_word_that_it_is_verified_is_refused(verified: object) -> None:
    recipe = json.loads(json.dumps(RECIPES["https://accounts.google.com"]))
    claims = recipe["grants"][1]["grantee"]["claims"]
    claims.pop("email_verified")
    claims |= {} if verified is None else {"email_verified": verified}
    assert refused(recipe).keys() == {"/grants/1/grantee"}


def test_a_cluster_that_cannot_be_reached_needs_its_keys_and_only_public_ones_count() -> None:
    recipe = json.loads(json.dumps(RECIPES[PINNED]))
    (key,) = recipe["issuers"][0]["jwks"]["keys"]
    assert "d" not in key
    key["d"] = "AQAB"
    assert refused(recipe).keys() == {"/issuers/0/jwks"}
    del recipe["issuers"][0]["jwks"]
    assert "pin them in 'jwks'" in refused(recipe)["/issuers/0"]


def test_an_hour_refuses_a_token_that_lives_longer_hence_the_recipe_says_two() -> None:
    usual = TOKENS["entra"]["payload"]
    assert usual["exp"] - usual["iat"] > Issuer(usual["iss"], (usual["aud"],)).max_token_lifetime
    issuer, _ = applied(RECIPES[usual["iss"]])
    longest = {"exp": int(NOW.timestamp()) + 90 * 60}  # and five minutes before it was asked for
    assert authenticated(TOKENS["entra"], issuer, longest)


def test_the_page_tells_every_reason_for_which_a_token_is_refused_and_no_other() -> None:
    table = PAGE.text.partition("## What a token must fulfil")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([A-Z]\w+)` \|", table, re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == set(reasons())


def reasons() -> list[str]:
    """What is raised as ``TokenRefused("…")`` anywhere in the layer."""
    calls = [
        node
        for path in Path(ROOT / "layers/vending").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "TokenRefused"
    ]
    return [ast.literal_eval(call.args[0]) for call in calls]
