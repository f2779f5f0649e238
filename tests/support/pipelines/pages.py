"""The pipelines that docs/ci.md shows, by the names of their files."""

from typing import Any

import yaml

from tests.support.pages import pages
from tests.support.pipelines.gitlab import Loader

PAGE = pages()["docs/ci.md"]
FILES: dict[str, str] = {one.title: one.text for one in PAGE.blocks if one.title}


def workflow(name: str) -> dict[str, Any]:
    """A workflow of the page; `on`, which YAML reads as true, is a member of this name."""
    found = yaml.safe_load(FILES[f".github/workflows/{name}.yml"])
    return {"on" if key is True else key: value for key, value in found.items()}


def workflows() -> dict[str, dict[str, Any]]:
    """Every workflow of the page."""
    names = [name for name in FILES if name.startswith(".github/")]
    return {name: workflow(name.rpartition("/")[2].removesuffix(".yml")) for name in names}


def pipeline() -> dict[str, Any]:
    """The page's pipeline for GitLab."""
    found: dict[str, Any] = yaml.load(FILES[".gitlab-ci.yml"], Loader)  # noqa: S506 - a safe loader
    return found


def documents() -> dict[str, dict[str, Any]]:
    """The page's documents of vending.yaml, by their issuers."""
    read = [yaml.safe_load(one.text) for one in PAGE.blocks if one.language == "yaml"]
    return {one["issuers"][0]["issuer"]: one for one in read if "issuers" in one}
