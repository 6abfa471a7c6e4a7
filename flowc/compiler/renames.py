"""Steps that merely got another name between two definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowc.compiler.definition import canonical_text
from flowc.references import INPUT, is_reference, parse_reference

Steps = Mapping[str, Mapping[str, Any]]


def renames(old: Steps, new: Steps) -> dict[str, str]:
    """The slugs of ``old`` that are gone, each with the one new slug under which the same step stands in ``new``.

    Where more than one would fit, none is taken.
    """
    gone = {slug: _likeness(slug, old[slug]) for slug in old.keys() - new.keys()}
    come = {slug: _likeness(slug, new[slug]) for slug in new.keys() - old.keys()}
    found = {}
    for slug, likeness in gone.items():
        candidates = [other for other, its in come.items() if its & likeness]
        rivals = [other for other, its in gone.items() if its & likeness]
        if len(candidates) == 1 and len(rivals) == 1:
            found[slug] = candidates[0]
    return {slug: now for slug, now in found.items() if list(found.values()).count(now) == 1}


def with_names(body: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """The definition with its steps called by their new names wherever they are mentioned."""
    if not renamed:
        return dict(body)
    changed = dict(body)
    changed["steps"] = {renamed.get(slug, slug): _step(slug, step, renamed) for slug, step in body["steps"].items()}
    if "returns" in body:
        changed["returns"] = _template(body["returns"], renamed)
    return changed


def _likeness(slug: str, step: Mapping[str, Any]) -> set[str]:
    """The step as text, once with the handler that it calls and, where that goes by its name, once without."""
    if step["kind"] == "branch":
        return {canonical_text(step)}
    named = {canonical_text({**step, "handler": step.get("handler", slug)})}
    return named if "handler" in step else named | {canonical_text(step)}


def _step(slug: str, step: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    changed = dict(step)
    if slug in renamed and step["kind"] != "branch":
        changed.setdefault("handler", slug)
    if slug in renamed and changed.get("handler") == renamed[slug]:
        del changed["handler"]
    if "branch" in step:
        changed["branch"] = renamed.get(step["branch"], step["branch"])
    if "depends_on" in step:
        changed["depends_on"] = sorted(renamed.get(other, other) for other in step["depends_on"])
    for key in ("run_if", "run_unless"):
        if key in step:
            patterns = [_pattern(pattern, renamed) for pattern in step[key]]
            changed[key] = sorted(patterns, key=canonical_text)
    for key in ("with", "map"):
        if key in step:
            changed[key] = _template(step[key], renamed)
    return changed


def _pattern(pattern: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    return {slug if slug == INPUT else renamed.get(slug, slug): inner for slug, inner in pattern.items()}


def _template(template: Any, renamed: Mapping[str, str]) -> Any:
    if is_reference(template):
        name, path = parse_reference(template)
        return "$" + ".".join((renamed.get(name, name), *path))
    if isinstance(template, dict):
        return {key: _template(value, renamed) for key, value in template.items()}
    if isinstance(template, list):
        return [_template(value, renamed) for value in template]
    return template
