"""Writes CycloneDX SBOMs; the one module that needs the packages of ``requirements.in``.

The stack's lists what its layer contains, with exact versions. Those of client and core list what
their wheels require, since pip chooses the versions where they are installed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseAcknowledgement
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SCHEMA = SchemaVersion.V1_6
REQUIREMENT = "s3vend:requirement"  # the property with a requirement as the wheel says it
_LONGEST_LICENCE = 80  # characters of an old `License` field; longer, it is the licence's text


@dataclass(frozen=True, slots=True)
class Subject:
    """What an SBOM is about. Its purl names no index, where others own these names."""

    name: str
    version: str
    description: str
    type: ComponentType = ComponentType.LIBRARY


def of_layer(
    subject: Subject, roots: Iterable[str], directory: Path, target: Mapping[str, str], time: int
) -> str:
    """Return the SBOM of what is installed in a directory, because of the requirements ``roots``.

    Raises ValueError where the two differ: a requirement is missing, or something else is there.
    """
    found: dict[str, Any] = {
        canonicalize_name(one.name): one.metadata for one in distributions(path=[str(directory)])
    }
    components = {name: _component(name, one) for name, one in found.items()}
    needs = dict(_needs(found, [Requirement(one) for one in roots], target))
    if extra := found.keys() - needs.keys():
        raise ValueError(f"nothing requires {', '.join(sorted(extra))} of the layer")
    bom = _bom(subject, components.values(), time)
    bom.register_dependency(
        bom.metadata.component, [components[name] for name in sorted(_names(roots))]
    )
    for name, others in needs.items():
        bom.register_dependency(components[name], [components[one] for one in sorted(others)])
    return _text(bom)


def of_wheel(subject: Subject, metadata: Message, time: int) -> str:
    """Return the SBOM of what a wheel requires; what only its extras require is optional."""
    said = [Requirement(one) for one in metadata.get_all("Requires-Dist", [])]
    components: dict[str, Component] = {}
    for one in sorted(said, key=lambda one: (canonicalize_name(one.name), str(one))):
        scope = ComponentScope.OPTIONAL if "extra" in str(one.marker) else ComponentScope.REQUIRED
        name = canonicalize_name(one.name)
        made = Component(
            name=name,
            bom_ref=name,
            scope=scope,
            purl=PackageURL("pypi", name=name),
            properties=[Property(name=REQUIREMENT, value=str(one))],
        )
        if (known := components.setdefault(name, made)) is not made:
            known.properties.add(Property(name=REQUIREMENT, value=str(one)))
            known.scope = min(known.scope, scope, key=[*ComponentScope].index)
    bom = _bom(subject, components.values(), time)
    bom.register_dependency(bom.metadata.component, components.values())
    return _text(bom)


def _needs(
    found: Mapping[str, Any], roots: Sequence[Requirement], target: Mapping[str, str]
) -> Iterator[tuple[str, set[str]]]:
    """Yield each distribution that is required, and what it requires itself."""
    needed: dict[str, set[str]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [_wanted(one) for one in roots]
    while waiting:
        if (wanted := waiting.pop()) in seen:
            continue
        seen.add(wanted)
        name, extras = wanted
        if name not in found:
            raise ValueError(f"{name} is not in the layer")
        known = needed.setdefault(name, set())
        for one in map(Requirement, found[name].get_all("Requires-Dist", [])):
            markers = [{**target, "extra": extra} for extra in extras]
            if one.marker is None or any(map(one.marker.evaluate, markers)):
                known.add(canonicalize_name(one.name))
                waiting.append(_wanted(one))
    yield from sorted(needed.items())


def _wanted(requirement: Requirement) -> tuple[str, frozenset[str]]:
    return canonicalize_name(requirement.name), frozenset({"", *requirement.extras})


def _component(name: str, metadata: Any) -> Component:
    licence = metadata.get("License-Expression") or metadata.get("License") or ""
    if not licence or len(licence) > _LONGEST_LICENCE:
        said = metadata.get_all("Classifier", [])
        licences = [one.rpartition(" :: ")[2] for one in said if one.startswith("License ::")]
        licence = " / ".join(licences)
    make, declared = LicenseFactory().make_from_string, LicenseAcknowledgement.DECLARED
    return Component(
        name=name,
        version=metadata["Version"],
        bom_ref=f"{name}=={metadata['Version']}",
        description=metadata.get("Summary"),
        licenses=[make(licence, license_acknowledgement=declared)] if licence else [],
        purl=PackageURL("pypi", name=name, version=metadata["Version"]),
    )


def _bom(subject: Subject, components: Iterable[Component], time: int) -> Bom:
    purl = PackageURL("generic", name=subject.name, version=subject.version)
    about = Component(
        name=subject.name,
        version=subject.version,
        type=subject.type,
        bom_ref=subject.name,
        description=subject.description,
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
        purl=purl,
    )
    return Bom(
        components=components,
        metadata=BomMetaData(component=about, timestamp=datetime.fromtimestamp(time, UTC)),
        serial_number=uuid5(NAMESPACE_URL, f"{purl}#{time}"),
    )


def _names(roots: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in roots}


def _text(bom: Bom) -> str:
    text: str = make_outputter(bom, OutputFormat.JSON, SCHEMA).output_as_string(indent=2) + "\n"
    if fault := JsonStrictValidator(SCHEMA).validate_str(text):
        raise ValueError(f"the SBOM does not fit its schema: {fault}")
    return text
