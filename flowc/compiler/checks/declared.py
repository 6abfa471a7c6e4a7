"""Where a flow declares what a reference stands for."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler.did_you_mean import listing
from flowc.compiler.schema.keywords import mapping
from flowc.references import INDEX, INPUT, ITEM, is_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowc.compiler.checks.values import Values
    from flowc.compiler.document import Path
    from flowc.compiler.model import Mention, Step
    from flowc.compiler.schema.types import Type
    from flowc.diagnostic import Related


def names_of(around: Type) -> Sequence[str]:
    """The fields that objects of a type list."""
    names = [shape.names() for shape in around.of_kind("object")]
    return names[0] if len(names) == 1 else list(dict.fromkeys(chain.from_iterable(names)))


def label_of(values: Values, mention: Mention) -> str:
    """What a reference is not in: `not in the output of `website``."""
    if mention.name in (INPUT, ITEM, INDEX):
        return f"not in the schema of `{mention.name}`"
    step = values.flow.steps[mention.name]
    if step.output is None and step.handler:
        return f"not in what `{step.handler[-1]}` returns"
    return f"not in the output of `{mention.name}`"


def declared_here(
    values: Values, mention: Mention, fields: tuple[str, ...], names: Sequence[str] = ()
) -> tuple[Related, ...]:
    """The place that declares what stands at ``fields``: the step's slug, or the key of the field in a plain schema."""
    place = declaration(values, mention, fields)
    if place is None:
        return ()
    label = f"declared here: {listing(names).replace('`', '')}" if names else "declared here"
    return (values.flow.document.related(place, label),)


def declaration(values: Values, mention: Mention, fields: tuple[str, ...]) -> Path | None:
    """The path of the key that declares what stands at ``fields``, as deep as the schema plainly says."""
    if mention.name == ITEM:
        return _of_element(values, mention, fields)
    if mention.name == INPUT:
        return _deepest(_Place(values.flow.input, ("input",), ("input",)), fields).key
    step = values.flow.steps.get(mention.name)
    if step is None or step.output is None:
        return None
    return _deepest(_of_output(step), fields[1:] if step.kind == "map" else fields).key


class _Place(NamedTuple):
    """A schema, the key that is said to declare it, and where it stands."""

    schema: Any
    key: Path
    path: Path


def _of_output(step: Step) -> _Place:
    return _Place(step.output, step.path, (*step.path, "output"))


def _of_element(values: Values, mention: Mention, fields: tuple[str, ...]) -> Path | None:
    """The same for the element of a map: in the schema of what it goes over."""
    step = values.flow.steps.get(mention.owner or "")
    source = next((one for one in step.mentions if one.key == "map"), None) if step is not None else None
    if step is None or source is None or not is_reference(step.map_):
        return None
    given = values.flow.steps.get(source.name)
    if given is not None and given.kind == "map" and not source.fields:
        return None if given.output is None else _deepest(_of_output(given), fields).key
    if source.name != INPUT and (given is None or given.output is None or given.kind == "map"):
        return None
    start = _Place(values.flow.input, ("input",), ("input",)) if given is None else _of_output(given)
    array = _deepest(start, source.fields)
    is_reached = len(array.path) == len(start.path) + 2 * len(source.fields)
    items = array.schema.get("items") if is_reached and type(array.schema) is dict else None
    return array.key if items is None else _deepest(_Place(items, array.key, (*array.path, "items")), fields).key


def _deepest(place: _Place, fields: tuple[str, ...]) -> _Place:
    """As far along ``fields`` as schemas list them."""
    for name in fields:
        properties = mapping(place.schema, "properties") if type(place.schema) is dict else {}
        if name not in properties:
            break
        path = (*place.path, "properties", name)
        place = _Place(properties[name], path, path)
    return place
