"""``openapi.yaml`` held against requests and answers: what is sent, and what comes back."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from rfc3339_validator import validate_rfc3339

CONTRACT = Path(__file__).resolve().parents[2] / "openapi.yaml"
PROBLEM = "application/problem+json"

_END = re.compile(r"\[(?:\\.|[^]])*\]|\\.|\$")

type Schema = Any


class Answered(Protocol):
    """What came back: header names in lower case."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def json(self) -> Any: ...


class NotInContract(AssertionError):
    """A request that was granted, or an answer, that the contract does not have."""


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of ECMA-262 as Python's: there ``$`` is the end, and not before a last newline."""
    return re.compile(_END.sub(lambda one: r"\Z" if one[0] == "$" else one[0], text))


def _pattern(_: Any, text: str, value: object, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not pattern(text).search(value):
        yield ValidationError(f"{value[:80]!r} does not match {text!r}")


def _format(_: Any, name: str, value: object, __: Any) -> Iterator[ValidationError]:
    if name == "date-time" and isinstance(value, str) and not validate_rfc3339(value):
        yield ValidationError(f"{value[:80]!r} is no time of RFC 3339")


EcmaValidator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern, "format": _format}
)


def is_of_the_local_cloud(answer: Answered) -> bool:
    """Whether it refused by itself, where AWS answers with a gateway response: local-cloud.md."""
    return answer.status == 403 and answer.headers["content-type"] == "application/x-amz-json-1.0"


def members(answer: Answered) -> Any:
    """Of JSON as they are; of STS's XML those of the result, or of the error."""
    if answer.headers.get("content-type") != "text/xml":
        return answer.json
    result, *_ = ElementTree.fromstring(answer.json)  # noqa: S314 - of our own server
    return _children(result)


def _children(element: ElementTree.Element) -> object:
    inner = {one.tag.partition("}")[2]: _children(one) for one in element}
    return inner or element.text or ""


class Operation(NamedTuple):
    """One method of one path, and the path as a pattern."""

    path: str
    method: str
    told: Mapping[str, Any]

    def is_for(self, method: str, path: str) -> bool:
        """Whether a request with this method and path comes here."""
        pieces = (re.escape(one) for one in re.split(r"\{\w+\}", self.path))
        # Some SDKs of AWS's end a path with a slash, and API Gateway finds the same route.
        found = re.fullmatch("[^/]+".join(pieces) + ("/?" if "/sts/" in self.path else ""), path)
        return self.method == method.lower() and bool(found)


@dataclass(frozen=True)
class Contract:
    """The document; ``closed`` has no room in answers for members that it does not list."""

    document: Mapping[str, Any]

    @classmethod
    def read(cls, *, closed: bool = False) -> "Contract":
        """From the file at the root."""
        return _read(closed)

    @property
    def operations(self) -> list[Operation]:
        """All of them."""
        return [
            Operation(path, method, told)
            for path, methods in self.document["paths"].items()
            for method, told in methods.items()
        ]

    def operation(self, method: str, path: str) -> Operation | None:
        """The one that takes this, if there is one."""
        return next((one for one in self.operations if one.is_for(method, path)), None)

    def resolved(self, schema: Schema) -> Schema:
        """What a reference stands for."""
        while "$ref" in schema and len(schema) == 1:
            schema = self.at(schema["$ref"])
        return schema

    def at(self, reference: str) -> Schema:
        """What stands at ``#/…``."""
        found: Schema = self.document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        return found

    def faults(self, schema: Schema, value: object) -> list[str]:
        """What is wrong with the value."""
        return [
            f"{one.json_path}: {one.message}" for one in self._validator(schema).iter_errors(value)
        ]

    def accepts(self, schema: Schema, value: object) -> bool:
        """Whether the value is such."""
        return bool(self._validator(schema).is_valid(value))

    def _validator(self, schema: Schema) -> Any:
        return EcmaValidator({**schema, "components": self.document["components"]})

    def check(self, method: str, path: str, body: object, answer: Answered) -> None:
        """Raise ``NotInContract`` for an answer that it does not have, or that it grants to a
        request which the contract refuses."""
        where, _, query = path.partition("?")
        operation = self.operation(method, where)
        if operation is None:
            if not 400 <= answer.status < 500:
                raise NotInContract(f"{method} {where} is no route, and answers {answer.status}")
            return
        if answer.status == 200:
            self._check_request(operation, body, query)
        self._check_answer(operation, answer)

    def _check_request(self, operation: Operation, body: object, query: str) -> None:
        told = [self.resolved(one) for one in operation.told.get("parameters", ())]
        allowed = {one["name"]: one for one in told if one["in"] == "query"}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name not in allowed:
                raise NotInContract(f"{operation.path} takes the query parameter {name!r}")
            schema = self.resolved(allowed[name]["schema"])
            number = schema["type"] == "integer"
            self._raise("granted although", schema, int(value) if number else value)
        for kind, content in operation.told.get("requestBody", {}).get("content", {}).items():
            if kind != "application/json":
                given: object = dict(parse_qsl(str(body), keep_blank_values=True))
            else:
                given = json.loads(body) if isinstance(body, (str, bytes)) else body
            self._raise("granted although", content["schema"], given)

    def _check_answer(self, operation: Operation, answer: Answered) -> None:
        told = self.resolved(operation.told["responses"].get(str(answer.status), {}))
        kind = answer.headers.get("content-type", "")
        if kind not in told.get("content", {}):
            raise NotInContract(f"{operation.path} answers {answer.status} as {kind!r}")
        for name, header in told["headers"].items():
            schema = self.resolved(header)["schema"]
            value: object = answer.headers.get(name.lower())
            number = schema.get("type") == "integer" and str(value).isdecimal()
            self._raise(f"{name}:", schema, int(str(value)) if number else value)
        self._raise(f"{operation.path}:", told["content"][kind]["schema"], members(answer))

    def _raise(self, words: str, schema: Schema, value: object) -> None:
        if not self.accepts(schema, value):
            raise NotInContract(f"{words} {'; '.join(self.faults(schema, value)[:3])}")


@cache
def _read(closed: bool) -> Contract:
    document = yaml.load(CONTRACT.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return Contract(_closed(document) if closed else document)


def _closed(part: Any) -> Any:
    """The same, with ``additionalProperties: false`` in every object that lists its members."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    inner = {name: _closed(value) for name, value in part.items()}
    if part.get("type") == "object" and "properties" in part:
        inner.setdefault("additionalProperties", False)
    return inner
