"""Random flows that are right: realistic steps, schemas, branches and handlers, of which no rule says anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from flowc.compiler.signatures import Parameter, Signature

Schema = dict[str, Any]

_STEPS = (
    "fetch_page",
    "read_order",
    "charge_card",
    "send_mail",
    "build_report",
    "load_rows",
    "clean_rows",
    "store_rows",
    "score_lead",
    "find_links",
    "resize_images",
    "transcribe_audio",
    "summarise_text",
    "translate_text",
    "detect_language",
    "check_stock",
    "reserve_stock",
    "ship_order",
    "notify_team",
    "archive_run",
    "publish_page",
    "render_chart",
    "merge_tables",
    "split_file",
    "scan_file",
    "index_pages",
)
_FIELDS = (
    "status",
    "text",
    "links",
    "label",
    "score",
    "count",
    "items",
    "total",
    "user",
    "country",
    "amount",
    "notes",
    "pages",
    "rows",
    "state",
    "flags",
)
_INPUTS = ["url", "depth", "customer", "order_id", "languages", "since", "region", "files", "budget"]
_WORDS = ["new", "paid", "open", "closed", "de", "fr", "en", "small", "large", "draft"]
_TEXT: Schema = {"type": "string"}
_ITEM: Schema = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer"}, "name": _TEXT},
}


@dataclass(slots=True)
class Right:
    """A flow, and the handlers that fit it."""

    flow: dict[str, Any]
    signatures: dict[str, Signature] = field(default_factory=dict)


def right_flow(rng: Random, most_steps: int = 9) -> Right:
    """A flow with up to so many steps beside its branches."""
    return _Garden(rng, rng.randint(2, most_steps)).right()


class _Garden:
    """Grows a flow: ``fields`` are the outputs to refer to, by reference, of where the next step stands."""

    def __init__(self, rng: Random, count: int) -> None:
        self.rng = rng
        self.slugs = rng.sample(_STEPS, count)
        self.signatures: dict[str, Signature] = {}
        self.input: Schema = {}
        self.unread: dict[str, Schema] = {}
        self.asked: list[str] = []

    def right(self) -> Right:
        rng = self.rng
        flow: dict[str, Any] = {"flow": f"{rng.choice(_STEPS)}_v{rng.randint(1, 9)}"}
        if rng.random() < 0.4:
            flow["description"] = "What it is for, in a line."
        self.input = {name: _schema(rng) for name in rng.sample(_INPUTS, rng.randint(1, 3))}
        self.unread = {f"$input.{name}": schema for name, schema in self.input.items()}
        flow["input"] = {"type": "object", "required": [*self.input], "properties": self.input}
        if rng.random() < 0.3:
            flow["secrets"] = ["API_TOKEN"]
        if rng.random() < 0.3:
            flow["defaults"] = {"timeout": "90s", "retry": {"max_attempts": 4}}
        known = dict(self.unread)
        flow["steps"] = self.steps(known, 0)
        outputs = [reference for reference in known if not reference.startswith("$input")]
        if rng.random() < 0.6 and outputs:
            flow["returns"] = {name: rng.choice(outputs) for name in rng.sample(("report", "result", "extra"), 2)}
        if self.unread:
            flow["returns"] = flow.get("returns", {}) | {reference[7:]: reference for reference in self.unread}
        return Right(flow, self.signatures)

    def steps(self, known: dict[str, Schema], depth: int) -> dict[str, Any]:
        """Steps one after the other; what they give is added to ``known``."""
        steps: dict[str, Any] = {}
        count = len(self.slugs) if depth == 0 else min(len(self.slugs), self.rng.randint(1, 2))
        while self.slugs and count > 0:
            questions = [one for one in known if one not in self.asked and _answers(known[one])]
            if depth < 2 and len(self.slugs) > 2 and questions and self.rng.random() < 0.3:
                before = len(self.slugs)
                self.fork(steps, self.rng.choice(questions), known, depth)
                count -= before - len(self.slugs)
            else:
                slug = self.slugs.pop()
                steps[slug] = self.task(slug, known)
                known |= {f"${slug}.{name}": inner for name, inner in self.outputs(slug).items()}
                count -= 1
        return steps

    def fork(self, steps: dict[str, Any], question: str, known: dict[str, Schema], depth: int) -> None:
        """Two branches, one for an answer and one for all others, and a step that waits for whichever ran."""
        name, field_name = question[1:].split(".")
        pattern = {name: {field_name: self.rng.choice(_answers(known[question]))}}
        self.unread.pop(question, None)
        self.asked.append(question)
        yes, no = f"if_{field_name}_{len(self.asked)}", f"otherwise_{len(self.asked)}"
        steps[yes] = {"run_if": pattern, "steps": self.steps(dict(known), depth + 1)}
        if not self.slugs:
            return
        steps[no] = {"run_unless": pattern, "steps": self.steps(dict(known), depth + 1)}
        if self.slugs:
            slug = self.slugs.pop()
            after = self.task(slug, known)
            after.pop("depends_on", None)
            steps[slug] = {"depends_on": [yes, no], "join": self.rng.choice(("any", "settled"))} | after
            known |= {f"${slug}.{name}": inner for name, inner in self.outputs(slug).items()}

    def task(self, slug: str, known: dict[str, Schema]) -> dict[str, Any]:
        rng = self.rng
        step: dict[str, Any] = {}
        if rng.random() < 0.2:
            step["description"] = "Does one thing."
        lists = [reference for reference, schema in known.items() if schema.get("type") == "array"]
        element: Schema | None = None
        if lists and rng.random() < 0.3:
            source = rng.choice(lists)
            self.unread.pop(source, None)
            element = known[source]["items"]
            step |= {"map": source, "max_parallel": rng.randint(1, 20)}
        arguments = self.arguments(known, element)
        step["with"] = {name: given for name, (given, _) in arguments.items()}
        self.waits(step, known, arguments)
        output = {name: _schema(rng) for name in rng.sample(_FIELDS, rng.randint(1, 4))}
        closed = {"additionalProperties": False} if rng.random() < 0.2 else {}
        step["output"] = {"type": "object", "required": [*output], "properties": output, **closed}
        self.options(step)
        parameters = tuple(Parameter(name, True, schema) for name, (_, schema) in arguments.items())
        self.signatures[slug] = Signature((*parameters, Parameter("ctx", False)))
        self.made = slug, {} if element is not None else output
        return step

    def outputs(self, slug: str) -> dict[str, Schema]:
        """The fields of the step just made; a map's elements are not referred to by name."""
        return self.made[1] if self.made[0] == slug else {}

    def arguments(self, known: dict[str, Schema], element: Schema | None) -> dict[str, tuple[Any, Schema]]:
        """Names with what they are given, and its schema; inputs that nobody read yet come first."""
        rng = self.rng
        chosen = [*self.unread][: rng.randint(1, 3)] or rng.sample([*known], min(len(known), rng.randint(1, 3)))
        for reference in chosen:
            self.unread.pop(reference, None)
        found: dict[str, tuple[Any, Schema]] = {}
        for reference in chosen:
            found[reference.replace("$", "").replace(".", "_")] = reference, known[reference]
        if element is not None:
            is_object = element.get("type") == "object"
            found["one"] = ("$item.name", _TEXT) if is_object else ("$item", element)
        if rng.random() < 0.5:
            found["limit"] = rng.randint(1, 500), {"type": "integer"}
        if rng.random() < 0.4:
            found["style"] = rng.choice(_WORDS), {"enum": _WORDS}
        return found

    def waits(self, step: dict[str, Any], known: dict[str, Schema], arguments: dict[str, tuple[Any, Schema]]) -> None:
        """Add a `depends_on` of steps that no reference and no condition names."""
        named = {str(given).partition(".")[0] for given, _ in arguments.values()} | {
            str(step.get("map", "")).partition(".")[0]
        }
        others = sorted({reference.partition(".")[0] for reference in known} - named - {"$input"})
        if others and self.rng.random() < 0.4:
            step["depends_on"] = [slug[1:] for slug in self.rng.sample(others, 1)]

    def options(self, step: dict[str, Any]) -> None:
        rare: dict[str, list[Any]] = {
            "timeout": ["30s", "5m", "1500ms"],
            "retry": [{"max_attempts": 5, "base_delay": "2s"}, {"max_attempts": 2, "jitter": 0}],
            "delay": ["10s"],
            "queue": ["slow"],
            "priority": [5, -3],
        }
        for key, values in rare.items():
            if self.rng.random() < 0.15:
                step[key] = self.rng.choice(values)


def _schema(rng: Random) -> Schema:
    schemas: list[Schema] = [
        {"type": "string"},
        {"type": "integer"},
        {"type": "integer", "minimum": 0},
        {"type": "number"},
        {"type": "boolean"},
        {"enum": rng.sample(_WORDS, 3)},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": _ITEM},
        {"type": "object", "additionalProperties": {"type": "number"}},
    ]
    return rng.choice(schemas)


def _answers(schema: Schema) -> list[Any]:
    """Values that a condition may ask for."""
    if "enum" in schema:
        return list(schema["enum"])
    answers: dict[str, list[Any]] = {"integer": [1, 200, 404], "boolean": [True, False], "string": ["de", "done"]}
    return answers.get(schema.get("type", ""), [])
