"""JSON Schemas (2020-12) of request bodies, from the models and from ``known`` and ``rules``."""

from collections.abc import Mapping
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin
from typing import get_type_hints as hints_of

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tools.openapi.known import KNOWN
from tools.openapi.rules import RULES
from tools.openapi.shapes import ref
from tools.reference import members
from tools.reference.members import named
from vending.bodies.fields import Between, Matching
from vending.sessions.durations import LONGEST, LONGEST_URL, SHORTEST

type Schema = dict[str, Any]

# The models accept any number here: a duration out of range has its own code.
MORE: dict[str, Schema] = {
    "durationSeconds": {"minimum": SHORTEST, "maximum": LONGEST},
    "expiresIn": {"minimum": 1, "maximum": LONGEST_URL},
    "keys": {"items": ref("Key")},
}


def all_of(models: Mapping[str, type[BaseModel]]) -> dict[str, Schema]:
    """Return the schemas of the models and of the models in their members, by name."""
    found: dict[str, Schema] = {}
    waiting = list(models.values())
    while waiting:
        body = waiting.pop(0)
        if body.__name__ not in found:
            found[body.__name__] = model(body, waiting)
    return found


def model(body: type[BaseModel], inner: list[type[BaseModel]]) -> Schema:
    """Return the schema of one model; append the models among its members to ``inner``."""
    hints = hints_of(body, include_extras=True)
    properties, required = {}, []
    for name, field in body.model_fields.items():
        alias = str(field.alias)
        schema = of(hints[name], inner) | MORE.get(alias, {})
        if field.is_required():
            required.append(alias)
        elif field.default not in (None, ()):
            default = field.default
            schema["default"] = list(default) if isinstance(default, tuple) else default
        properties[alias] = {**schema, "description": members.meaning(body, alias)}
    return {
        "type": "object",
        "description": " ".join((body.__doc__ or "").split()).replace("``", "`"),
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
        **RULES.get(body.__name__, {}),
    }


def of(hint: Any, inner: list[type[BaseModel]]) -> Schema:
    """Return the schema of one member."""
    for known, schema in KNOWN:
        if known in (hint, named(hint)):
            return {**schema}
    hint = named(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        choices = [of(one, inner) for one in arguments if one is not NoneType]
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
    if origin is Literal and all(isinstance(one, bool) for one in arguments):
        return {"type": "boolean", "enum": list(arguments)}
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if isinstance(origin, TypeAliasType):
        return {"type": "array", "items": of(arguments[0], inner)}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [one.value for one in hint]}
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        inner.append(hint)
        return {"$ref": f"#/components/schemas/{hint.__name__}"}
    if origin is Annotated:
        return annotated(hint, inner)
    raise TypeError(f"tools/openapi/known.py has no schema for {hint}")


def annotated(hint: Any, inner: list[type[BaseModel]]) -> Schema:
    """Return the schema of a type with a pattern, with bounds, or with a discriminator."""
    inside, *notes = get_args(hint)
    for note in notes:
        check = getattr(note, "func", None)
        if isinstance(check, Matching):
            return {"type": "string", "pattern": f"^(?:{check.pattern})$"}
        if isinstance(note, FieldInfo) and isinstance(note.discriminator, str):
            return tagged(get_args(named(inside)), note.discriminator, inner)
    schema = of(inside, inner)
    for note in notes:
        check = getattr(note, "func", None)
        if isinstance(check, Between):
            schema |= {"minItems": check.min_length, "maxItems": check.max_length}
        for limit in note.metadata if isinstance(note, FieldInfo) else ():
            for name, word in (("ge", "minimum"), ("le", "maximum")):
                if hasattr(limit, name):
                    schema[word] = getattr(limit, name)
    return schema


def tagged(models: tuple[Any, ...], tag: str, inner: list[type[BaseModel]]) -> Schema:
    """Return the schema of one of these models, chosen by the value of a member."""
    inner.extend(models)
    names = {one: f"#/components/schemas/{one.__name__}" for one in models}
    mapping = {value: name for one, name in names.items() for value in get_args(hints_of(one)[tag])}
    return {
        "oneOf": [{"$ref": name} for name in names.values()],
        "discriminator": {"propertyName": tag, "mapping": mapping},
    }
