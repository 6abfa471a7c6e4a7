"""Where a flow declares what a reference stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowc.compiler.did_you_mean import listing
from flowc.compiler.schema_keywords import mapping
from flowc.references import INDEX, INPUT, ITEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowc.compiler.checks.values import Values
    from flowc.compiler.document import Path
    from flowc.compiler.model import Mention
    from flowc.diagnostic import Related


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
    if mention.name == INPUT:
        schema: Any = values.flow.input
        place: Path = ("input",)
        inside: Path = place
    else:
        step = values.flow.steps.get(mention.name)
        if step is None or step.output is None:
            return None
        schema, place, inside = step.output, step.path, (*step.path, "output")
        if step.kind == "map":
            fields = fields[1:]
    for name in fields:
        properties = mapping(schema, "properties") if type(schema) is dict else {}
        if name not in properties:
            break
        schema = properties[name]
        place = inside = (*inside, "properties", name)
    return place
