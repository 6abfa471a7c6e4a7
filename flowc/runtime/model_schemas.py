"""JSON Schemas of what pydantic takes and gives: where only its validators and serializers know, they say nothing."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


class Members:
    """A validator that makes JSON into what is meant: of enum members, say; its type says which JSON it takes."""

    def __init__(self, members: Mapping[Any, Any]) -> None:
        self._members = members

    def __call__(self, value: Any) -> Any:
        try:
            return self._members.get(value, value)
        except TypeError:  # an array or an object, which no member is
            return value


class Described(GenerateJsonSchema):
    """A JSON Schema that refuses nothing that is taken or given, and without titles that only repeat names of fields.

    A validator before or around another may take anything, a serializer without a return annotation give anything.
    """

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default", "skipped-discriminator"}  # noqa: RUF012

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {}

    def enum_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().enum_schema(schema)
        if issubclass(schema["cls"], enum.Flag):
            found.pop("enum", None)  # several together are none of the members
        return found

    def complex_schema(self, schema: Any) -> JsonSchemaValue:
        return {"type": ["number", "string"] if self.mode == "validation" else "string"}

    def function_before_schema(self, schema: Any) -> JsonSchemaValue:
        return {} if self._takes_anything(schema) else super().function_before_schema(schema)

    def function_wrap_schema(self, schema: Any) -> JsonSchemaValue:
        return {} if self._takes_anything(schema) else super().function_wrap_schema(schema)

    def function_plain_schema(self, schema: Any) -> JsonSchemaValue:
        return {} if self._takes_anything(schema) else super().function_plain_schema(schema)

    def _takes_anything(self, schema: Any) -> bool:
        told = schema.get("json_schema_input_schema") is not None
        return self.mode == "validation" and not told and _is_foreign(schema["function"]["function"])

    def ser_schema(self, schema: Any) -> JsonSchemaValue | None:
        found = super().ser_schema(schema)
        silent = found is None and schema["type"] in ("function-plain", "function-wrap")
        return {} if silent and _is_foreign(schema["function"]) else found

    def model_fields_schema(self, schema: Any) -> JsonSchemaValue:
        return self._with_all_names(super().model_fields_schema(schema), schema["fields"].items())

    def dataclass_args_schema(self, schema: Any) -> JsonSchemaValue:
        fields = [(field["name"], field) for field in schema["fields"]]
        return self._with_all_names(super().dataclass_args_schema(schema), fields)

    def _with_all_names(self, found: JsonSchemaValue, fields: Iterable[tuple[str, Any]]) -> JsonSchemaValue:
        """The schema of an object with each name under which its fields may be given, none of several required."""
        for name, field in fields if self.mode == "validation" and "properties" in found else ():
            names = dict(self._names(name, field))
            shown = next((one for one in names if one in found["properties"]), name)
            if shown in found["properties"] and list(names) != [shown]:
                _rename(found, shown, names)
        return found

    def _names(self, name: str, field: Any) -> Iterator[tuple[str, bool]]:
        """The names under which a field may be given, and whether its value stands there rather than below."""
        alias = field.get("validation_alias", name)
        alias = [alias] if isinstance(alias, str) else alias
        for path in alias if isinstance(alias[0], list) else [alias]:
            yield path[0], len(path) == 1
        if self._config.populate_by_name or getattr(self._config, "validate_by_name", False):
            yield name, True


class Given(Described):
    """The same of results that are made of their classes: a field with a default is always there."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        if field["type"] == "typed-dict-field" or field.get("serialization_exclude_if") is not None:
            return super().field_is_required(field, total)
        return True


def _rename(schema: JsonSchemaValue, shown: str, names: Mapping[str, bool]) -> None:
    """List a field under all of its names, required only if there is one."""
    inner = schema["properties"].pop(shown)
    schema["properties"] |= {name: inner if is_whole else {} for name, is_whole in names.items()}
    if shown in schema.get("required", ()):
        schema["required"].remove(shown)
        schema["required"] += names if len(names) == 1 else ()


def _is_foreign(function: Any) -> bool:
    """Whether neither pydantic nor this module knows what a validator or serializer takes or gives."""
    module = str(getattr(function, "__module__", ""))
    return not isinstance(function, Members) and module.partition(".")[0] not in ("pydantic", "pydantic_core")
