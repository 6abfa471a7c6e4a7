"""Document to mistakes of shape: keys, kinds and values that the format does not know.

Says what ``schemas/flow.schema.json`` says, in better words and with codes; a test keeps the two agreed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flowc.compiler import key_values, keys
from flowc.compiler.checks.shape.empty_branch import RULE as EMPTY_BRANCH
from flowc.compiler.checks.shape.missing_key import RULE as MISSING_KEY
from flowc.compiler.checks.shape.step_kind import RULE as STEP_KIND
from flowc.compiler.checks.shape.steps_list import RULE as STEPS_LIST
from flowc.compiler.checks.shape.wrong_type import RULE as WRONG_TYPE
from flowc.compiler.checks.types.bad_schema import RULE as BAD_SCHEMA
from flowc.compiler.checks.types.keyword_typo import RULE as KEYWORD_TYPO
from flowc.compiler.checks.types.remote_ref import RULE as REMOTE_REF
from flowc.compiler.complaint import Complaint, got
from flowc.compiler.did_you_mean import did_you_mean, question
from flowc.compiler.document import Document, Path
from flowc.compiler.schema.plain import TYPES, is_plain
from flowc.compiler.schema.typos import typos
from flowc.diagnostic import Diagnostic, Edit

_NOT_IN_BRANCHES = frozenset((*keys.TASK, *keys.MAP))
_SLUG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def validate(document: Document) -> list[Diagnostic]:
    """Every mistake in the shape of the flow; nothing about slugs and references, and nothing twice that parse said."""
    return _Walk(document).flow()


class _Walk:
    """One walk over one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Diagnostic] = []
        self.schemas: list[tuple[Path, Any]] = []
        # What the edits rename keys to: two of them must not make a key appear twice.
        self.renamed: set[Path] = set()

    def flow(self) -> list[Diagnostic]:
        """Walk over the whole flow."""
        flow = self.document.value
        for key, value in flow.items():
            if key == keys.STEPS:
                self._steps((key,), value, "the flow")
            elif key in key_values.FLOW.values:
                self._take((), key, key_values.FLOW.values[key](value))
            else:
                self._report(key_values.unknown_key(key, flow, key_values.FLOW), ())
        if type(flow.get("input")) is dict:
            self.schemas.append((("input",), flow["input"]))
        self._required(flow)
        for path, schema in self.schemas:
            if not is_plain(schema):
                self._schema(path, schema)
        return self.found

    def _required(self, flow: dict[str, Any]) -> None:
        meant = {one.help for one in self.found}
        for key, example in (("flow", "flow: <slug>"), (keys.STEPS, "steps:` with a step below it, `<slug>:")):
            if key in flow or any(advice and f"`{key}`?" in advice for advice in meant):
                continue
            path: Path = (next(iter(flow)),) if flow else ()
            self._report(Complaint(MISSING_KEY, f"the flow has no `{key}`", help=f"add `{example}`", on_key=True), path)

    def _steps(self, path: Path, steps: Any, owner: str) -> None:
        if type(steps) is list and steps:
            self._steps_list(path, steps)
        elif type(steps) not in (dict, list) and steps is not None:
            self._report(key_values.wrong_type("steps", "a mapping of slug to step", steps), path)
        elif not steps:
            if steps is not None and self.document.holds_spoilt(path):
                return
            advice = "add a step" if len(path) == 1 else "add a step, or remove the branch"
            if steps is None:
                advice = "are the steps below indented too little?"
            self._report(Complaint(EMPTY_BRANCH, f"{owner} has no steps", help=advice), path)
        else:
            for slug, step in steps.items():
                self._step((*path, slug), slug, step)

    def _step(self, path: Path, slug: str, step: Any) -> None:
        if step is None:
            return
        if type(step) is not dict:
            advice = f"write `{{handler: {step}}}`" if type(step) is str and step.isprintable() else None
            self._report(Complaint(WRONG_TYPE, f"a step is a mapping, got {got(step)}", help=advice), path)
            return
        is_branch = keys.STEPS in step
        for key, value in step.items():
            check = key_values.STEP.get(key)
            if key == keys.STEPS:
                self._steps((*path, key), value, f"`{slug}`")
            elif check is None:
                table = key_values.BRANCH if is_branch else key_values.TASK
                self._report(key_values.unknown_key(key, step, table), path)
            elif is_branch and key in _NOT_IN_BRANCHES:
                self._wrong_kind(path, key, f"`{slug}` is a branch and has no `{key}`", "move it to the steps inside")
            else:
                complaints = check(value)
                if complaints:
                    self._take(path, key, complaints)
                elif key == "output":
                    self.schemas.append(((*path, key), value))
        if "max_parallel" in step and "map" not in step and not is_branch:
            self._wrong_kind(
                path, "max_parallel", "`max_parallel` is for a step with `map`", f"`{slug}` is a single task"
            )

    def _wrong_kind(self, path: Path, key: str, message: str, advice: str) -> None:
        self._report(Complaint(STEP_KIND, message, help=advice, path=(key,), on_key=True), path)

    def _steps_list(self, path: Path, steps: list[Any]) -> None:
        self.found.append(
            self.document.diagnose(
                STEPS_LIST,
                path,
                "`steps` is a mapping of slug to step, got a list",
                help="write `slug:` in place of `- slug`",
                edits=_as_mapping(self.document, path, steps),
            )
        )

    def _schema(self, path: Path, schema: Any) -> None:
        """Report what is wrong with a JSON Schema of the author's."""
        from flowc.schemas import remote_references, schema_errors

        for place, name in remote_references(schema):
            complaint = Complaint(REMOTE_REF, f"`{name}` is outside of this schema; nothing is fetched")
            self._report(complaint._replace(help="copy the schema below `$defs`"), (*path, *place))
        for error in schema_errors(schema):
            wrong: Any = schema
            for step in error.path:
                wrong = wrong[step]
            meant = did_you_mean(wrong, _names_for(schema, error.path)) if type(wrong) is str else None
            is_key = error.path[-2:-1] == ("patternProperties",) and type(wrong) in (dict, bool)
            message = f"no valid JSON Schema: {error.message}"
            self._report(Complaint(BAD_SCHEMA, message, help=meant, on_key=is_key), (*path, *error.path))
        for place, keyword in typos(schema):
            message = f"`{place[-1]}` is no keyword of JSON Schema, and says nothing"
            complaint = Complaint(KEYWORD_TYPO, message, label="passed over", help=question([keyword]), on_key=True)
            self._report(complaint, (*path, *place))

    def _take(self, path: Path, key: str, complaints: Iterable[Complaint]) -> None:
        for complaint in complaints:
            self._report(complaint.below(key), path)

    def _report(self, complaint: Complaint, around: Path) -> None:
        """Add a diagnostic, unless parse has said already that the value cannot be meant as it was read."""
        path = (*around, *complaint.path)
        if not complaint.on_key and self.document.is_spoilt(path):
            return
        edits = []
        target = (*path[:-1], complaint.instead or "")
        if complaint.instead is not None and target not in self.renamed:
            self.renamed.add(target)
            quoted = f'"{complaint.instead}"' if self.document.is_json else complaint.instead
            edits.append(self.document.edit(path, quoted, key=complaint.on_key))
        self.found.append(
            self.document.diagnose(
                complaint.rule,
                path,
                complaint.message,
                label=complaint.label,
                help=complaint.help,
                key=complaint.on_key,
                edits=edits,
            )
        )


def _as_mapping(document: Document, path: Path, steps: list[Any]) -> list[Edit]:
    """The edits that make a mapping of a list of slugs; none where the list holds anything else."""
    slugs = [slug for slug in steps if type(slug) is str and _SLUG.fullmatch(slug)]
    if len(set(slugs)) < len(steps):
        return []
    written = document.written(path)
    if written.startswith("["):
        entry = '"{}": null' if document.is_json else "{}: "
        return [document.edit(path, f"{{{', '.join(entry.format(slug) for slug in slugs)}}}")]
    edits = []
    for index, slug in enumerate(slugs):
        start, end = document.span((*path, index))
        dash = document.text.rfind("-", 0, start)
        edits.append(document.source.edit((dash, end), f"{slug}:"))
    return edits


def _names_for(schema: Any, path: Path) -> Iterable[str]:
    """What may be written at ``path`` of a schema, where that is one of a few names."""
    if "type" in path[-2:]:
        return TYPES
    if path[-1:] != ("$ref",) or type(schema) is not dict:
        return ()
    held = [(key, schema.get(key)) for key in ("$defs", "definitions")]
    return [f"#/{key}/{name}" for key, found in held if type(found) is dict for name in found]
