"""What the checks know of the values in a flow: the types of the input, of outputs and elements, and of references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flowc.compiler.checks.narrowing import where_matched, where_unmatched
from flowc.compiler.checks.presence import World
from flowc.compiler.model import JOIN, Mention
from flowc.compiler.schema.keywords import listed, mapping
from flowc.compiler.schema.paths import Followed, Nowhere, follow, is_index
from flowc.compiler.schema.types import NULL, UNKNOWN, Type, both, either, of
from flowc.references import INDEX, INPUT, ITEM, is_reference, parse_reference

if TYPE_CHECKING:
    from flowc.compiler.document import Path
    from flowc.compiler.model import Flow, Step
    from flowc.compiler.signatures import Signatures

_T = TypeVar("_T")
_INDEX = of({"type": "integer", "minimum": 0})
# Maps over maps over maps are looked through so far.
_DEEPEST = 20
# A schema with one of these is more than its own list of properties.
_MORE = frozenset({"$ref", "$id", "allOf", "anyOf", "oneOf", "const", "enum"})
_NO_FIELDS: Mapping[str, Any] = {}


class Lost(NamedTuple):
    """A reference that leads nowhere in every run, and why."""

    mention: Mention
    nowhere: Nowhere


class Values:
    """The types in one flow, each looked up once."""

    def __init__(self, flow: Flow, signatures: Signatures) -> None:
        self.flow = flow
        self.signatures = signatures
        # A slug that is used twice is reported, and nobody knows which of the steps is meant.
        self.is_clear = all(key == step.slug for key, step in flow.steps.items())
        self._types: dict[tuple[str, str | None], Type] = {}
        self._followed: dict[tuple[str, str | None, tuple[str, ...]], Followed] = {}
        self._depth = 0
        self._asked = frozenset(
            [name for step in flow.steps.values() for pattern in (*step.run_if, *step.run_unless) for name in pattern]
        )
        self._worlds: dict[str, World] = {}
        self._by_conditions: dict[tuple[str, str], Type | None] = {}
        self._parameters: dict[tuple[str, str], Type] = {}
        self._answers: dict[Callable[[Values], Any], Any] = {}

    def type_of(self, name: str, owner: str | None) -> Type:
        """The type of what the first segment of a reference in the step ``owner`` stands for, where it has a value."""
        key = name, owner if name == ITEM else None
        found = self._types.get(key)
        if found is None:
            if self._depth > _DEEPEST:
                return UNKNOWN
            self._types[key] = UNKNOWN  # what depends on itself is unknown
            self._depth += 1
            found = self._types[key] = self._type_of(*key)
            self._depth -= 1
        return found

    def _type_of(self, name: str, owner: str | None) -> Type:
        if name == INPUT:
            return self._input()
        if name == INDEX:
            return _INDEX
        if name == ITEM:
            return self._item(owner)
        step = self.flow.steps.get(name)
        if step is None or step.kind == "branch" or not self.is_clear:
            return UNKNOWN
        output = of(self.schema_of(step))
        return self._mapped(step, output) if step.kind == "map" else output

    def schema_of(self, step: Step) -> Any:
        """What is declared of the handler's result: by `output`, else by the handler's annotation; True if nothing."""
        if step.output is not None:
            return step.output
        if self.signatures is None or not step.handler:
            return UNKNOWN
        signature = self.signatures.get(step.handler[-1])
        returns = signature.returns if signature is not None else None
        return UNKNOWN if returns is None else returns

    def _input(self) -> Type:
        """The input, with the defaults at its top level filled in; a run without input gets `{}`."""
        schema = self.flow.input
        if not schema:
            return UNKNOWN
        properties = mapping(schema, "properties")
        filled = [name for name, inner in properties.items() if type(inner) is dict and "default" in inner]
        return both(of(schema), of({"required": filled})) if filled else of(schema)

    def _mapped(self, step: Step, result: Type) -> Type:
        """The output of a map: its results in order, a null for an element that was skipped."""
        schema: dict[str, Any] = {"type": "array", "items": result}
        if step.on_failure == "skip":
            schema["items"] = either([result, NULL])
        most = self.longest(step)
        if most is not None:
            schema["maxItems"] = most
        return of(schema)

    def longest(self, step: Step) -> float | None:
        """How many elements a map may have; None where nothing says."""
        lengths = [shape.most() for shape in self.source_of(step).of_kind("array")]
        known = [length for length in lengths if length is not None]
        return max(known) if known and len(known) == len(lengths) else None

    def _item(self, owner: str | None) -> Type:
        step = self.flow.steps.get(owner or "")
        if step is None or step.kind != "map":
            return UNKNOWN
        elements = either([shape.elements() for shape in self.source_of(step).of_kind("array")])
        return elements if elements.shapes else UNKNOWN

    def source_of(self, step: Step) -> Type:
        """The type of what a map goes over."""
        source = step.map_
        if not is_reference(source):
            return self.type_of_template(source, step.slug) if type(source) is list else UNKNOWN
        mention = next((one for one in step.mentions if one.key == "map"), None)
        return self.arriving(mention).type if mention is not None and mention.name else UNKNOWN

    def follow(self, mention: Mention) -> Followed:
        """What stands at a reference where its step has an output."""
        key = mention.name, mention.owner if mention.name == ITEM else None, mention.fields
        found = self._followed.get(key)
        if found is None:
            found = self._followed[key] = follow(self.type_of(mention.name, mention.owner), mention.fields)
        return found

    def arriving(self, mention: Mention) -> Followed:
        """What stands at a reference where the step that holds it runs, by its conditions and what it waits for."""
        if mention.owner is None or mention.name not in self._asked or not self.is_clear:
            return self.follow(mention)
        narrowed = self._narrowed(mention.owner, mention.name)
        if narrowed is None:
            return self.follow(mention)
        found = follow(narrowed, mention.fields)
        # Where the conditions around a step contradict each other, it never runs, and nothing arrives.
        return found if narrowed.shapes and found.type.shapes else self.follow(mention)

    def _narrowed(self, owner: str, name: str) -> Type | None:
        """The type of what ``name`` stands for where the step ``owner`` runs; None where conditions say nothing."""
        if (owner, name) not in self._by_conditions:
            self._by_conditions[owner, name] = self._by_demands(owner, name)
        return self._by_conditions[owner, name]

    def _by_demands(self, owner: str, name: str) -> Type | None:
        whole = narrowed = self.type_of(name, owner)
        if whole is UNKNOWN:
            return None
        demands = self.world(owner).demands
        for demand in demands:
            if demand.met and all(name in pattern for pattern in demand.patterns):
                narrowed = where_matched(narrowed, [pattern[name] for pattern in demand.patterns])
        denied = (pattern for demand in demands if not demand.met for pattern in demand.patterns)
        narrowed = where_unmatched(narrowed, (pattern[name] for pattern in denied if pattern.keys() == {name}))
        return None if narrowed is whole else narrowed

    def world(self, owner: str) -> World:
        """What is known where the step ``owner`` runs."""
        found = self._worlds.get(owner)
        if found is None:
            found = self._worlds[owner] = World(self.flow).run(owner)
        return found

    def type_of_parameter(self, handler: str, name: str, schema: Any) -> Type:
        """The type of a handler's parameter."""
        found = self._parameters.get((handler, name))
        if found is None:
            found = self._parameters[handler, name] = of(schema)
        return found

    def type_of_template(self, template: Any, owner: str | None) -> Type:
        """The type of what a template becomes; references stand for any value that they may have."""
        if type(template) is str:
            if not is_reference(template):
                return of({"const": template[1:] if template.startswith("$$") else template})
            return self._referred(template, owner)
        if type(template) is dict:
            inner = {name: self.type_of_template(value, owner) for name, value in template.items()}
            closed = {"type": "object", "properties": inner, "required": list(inner), "additionalProperties": False}
            return of(closed)
        if type(template) is list:
            elements = [self.type_of_template(value, owner) for value in template]
            count = len(elements)
            return of({"type": "array", "prefixItems": elements, "minItems": count, "maxItems": count})
        return of({"const": template})

    def _referred(self, text: str, owner: str | None) -> Type:
        """The type of a reference; with a null, as the step that it names may have no output."""
        try:
            name, fields = parse_reference(text)
        except ValueError:
            return UNKNOWN
        if name not in self.flow.steps and name not in (INPUT, ITEM, INDEX):
            return UNKNOWN
        found = self.arriving(Mention(owner, "with", name, fields, (), text)).type
        if name in (INPUT, ITEM, INDEX) or (owner is not None and self._has_completed(owner, name)):
            return found
        return either([found, NULL])

    def _has_completed(self, owner: str, name: str) -> bool:
        """Whether the step ``name`` surely has completed where ``owner`` runs."""
        step = self.flow.steps[owner]
        return (step.join == JOIN and name in step.joins) or name in self.world(owner).completed

    def once(self, ask: Callable[[Values], _T]) -> _T:
        """The answer to a question that several checks have."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        answer: _T = self._answers[ask]
        return answer

    def lost(self) -> list[Lost]:
        """The references that lead nowhere in every run."""
        return list(self._find_lost())

    def _find_lost(self) -> Iterator[Lost]:
        plain: dict[str, Any] = {}
        fields_of: dict[str, Mapping[str, Any]] = {}
        for mention in self.mentions():
            name, fields = mention.name, mention.fields
            if not fields or name == mention.owner:
                continue
            if name not in plain:
                plain[name] = self._plain_schema(name)
                fields_of[name] = _listed_fields(plain[name])
            # Most references have one field, and it is listed.
            if len(fields) == 1 and fields_of[name].get(fields[0]):
                continue
            schema = plain[name]
            if schema is UNKNOWN or _plainly_leads(schema, fields):
                continue
            nowhere = self.follow(mention).nowhere
            if nowhere is not None and nowhere.around.shapes:
                yield Lost(mention, nowhere)

    def mentions(self) -> Iterator[Mention]:
        """All references and conditions of the flow, those in `returns` included."""
        for step in self.flow.steps.values():
            yield from step.mentions
        if self.flow.returns is not None:
            yield from _references(self.flow.returns, ("returns",))

    def _plain_schema(self, name: str) -> Any:
        """The schema of what ``name`` stands for, in a list where it is that of the elements of a map's output.

        None where it has to be looked at, UNKNOWN where nobody knows.
        """
        if name == INPUT:
            return self.flow.input or UNKNOWN
        step = self.flow.steps.get(name)
        if step is None:
            return None if name in (INDEX, ITEM) else UNKNOWN
        schema = self.schema_of(step)
        return [schema] if step.kind == "map" else schema

    def is_plain_array(self, mention: Mention) -> bool:
        """Whether an array surely stands at the reference, or nobody knows what, at a glance."""
        schema = self._plain_schema(mention.name)
        if schema is UNKNOWN:
            return True
        found = _plain_end(schema, mention.fields) if type(schema) is dict else None
        return found is not None and found[1] and type(found[0]) is dict and found[0].get("type") == "array"


def _plainly_leads(schema: Any, fields: tuple[str, ...]) -> bool:
    """Whether a path goes along listed fields, or into what nobody knows, at a glance."""
    if type(schema) is list:
        if fields[0] != "0":  # other elements may be past the end
            return False
        schema, fields = schema[0], fields[1:]
    for name in fields:
        if schema is UNKNOWN:
            return True
        fields_here = _listed_fields(schema)
        if name not in fields_here:
            return False
        schema = fields_here[name]
    return schema is not False and schema is not None


def _listed_fields(schema: Any) -> Mapping[str, Any]:
    """The properties of a schema that is nothing more than its list of them; none of another."""
    if type(schema) is not dict or not _MORE.isdisjoint(schema):
        return _NO_FIELDS
    properties = schema.get("properties")
    return properties if type(properties) is dict else _NO_FIELDS


def _plain_end(schema: Any, fields: tuple[str, ...]) -> tuple[Any, bool] | None:
    """The schema at the end of a path of listed fields, and whether all are required; None if it is less plain."""
    required = True
    for name in fields:
        fields_here = _listed_fields(schema)
        if name not in fields_here:
            return None
        required = required and schema.get("type") == "object" and name in listed(schema, "required")
        schema = fields_here[name]
    return None if schema is False else (schema, required)


def _references(template: Any, path: Path) -> Iterator[Mention]:
    """The references in `returns`."""
    if type(template) is str:
        if is_reference(template):
            try:
                name, fields = parse_reference(template)
            except ValueError:
                return
            yield Mention(None, "returns", name, fields, path, template)
    elif type(template) is dict or type(template) is list:
        for key, inner in template.items() if type(template) is dict else enumerate(template):
            yield from _references(inner, (*path, key))


_latest: list[Values] = []


def values_of(flow: Flow, signatures: Signatures) -> Values:
    """The types in ``flow``: the same object for the checks that ask one after the other."""
    if _latest and _latest[0].flow is flow and _latest[0].signatures is signatures:
        return _latest[0]
    values = Values(flow, signatures)
    _latest[:] = [values]
    return values


def is_of_input(lost: Lost) -> bool:
    """Whether a reference is lost by a field that `input` does not declare."""
    return lost.mention.name == INPUT and bool(lost.nowhere.around.of_kind("object")) and not is_by_index(lost)


def is_by_index(lost: Lost) -> bool:
    """Whether a reference is lost by an index, or by a name among elements; else by the name of a field."""
    around = lost.nowhere.around
    segment = lost.mention.fields[lost.nowhere.depth]
    return is_index(segment) or bool(around.of_kind("array") and not around.of_kind("object"))
