"""Document to flow: what the text means, tolerant of everything that validate reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from flowc.compiler import model
from flowc.compiler.durations import milliseconds
from flowc.compiler.model import Flow, Kind, Mention, Retry, Step
from flowc.references import INDEX, INPUT, ITEM, parse_reference

if TYPE_CHECKING:
    from flowc.compiler.document import Document, Path

# Shorter literals are never taken for a credential.
LONG = 8

_EMPTY: Mapping[str, Any] = {}
_NOWHERE: frozenset[str] = frozenset()
# An attribute of a step, and what reads it from what is written and what it is otherwise.
_Reader: TypeAlias = tuple[str, Callable[[Any, Any], Any]]
_ORDINARY: Mapping[str, Any] = {
    "join": model.JOIN,
    "on_unmet": model.ON_UNMET,
    "with_": None,
    "output": None,
    "retry": model.RETRY,
    "timeout": model.TIMEOUT,
    "delay": model.DELAY,
    "queue": model.QUEUE,
    "priority": model.PRIORITY,
    "on_failure": model.ON_FAILURE,
    "map_": None,
    "max_parallel": None,
}
_RUN_NAMES = frozenset({INPUT, ITEM, INDEX})


def build(document: Document) -> Flow:
    """The flow that ``document`` writes; never raises: what is malformed is left out."""
    return _Builder(document).flow()


class _Builder:
    """The flow while it is being put together."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.written: Mapping[str, Any] = document.value if type(document.value) is dict else _EMPTY
        self.steps: dict[str, Step] = {}
        self.long_texts: list[tuple[Path, str]] = []
        self.whole = True
        self.repeats = 0
        self.ordinary = _read(self.written.get("defaults"), _ORDINARY, _OF_DEFAULTS)

    def flow(self) -> Flow:
        written = self.written
        self._add_steps(written.get("steps"), ("steps",), None, _NOWHERE)
        returned: list[Mention] = []
        self._find_references(written.get("returns"), ("returns",), None, "returns", returned)
        strays, inputs = self._sort_out(returned)
        slug = written.get("flow")
        return Flow(
            document=self.document,
            written=written,
            flow=slug if type(slug) is str else "",
            input=_mapping(written.get("input")),
            secrets=_texts(written.get("secrets")),
            steps=self.steps,
            returns=written.get("returns"),
            strays=tuple(strays),
            inputs=tuple(inputs),
            long_texts=tuple(self.long_texts),
            whole=self.whole,
        )

    def _add_steps(self, written: Any, path: Path, branch: str | None, waited: frozenset[str]) -> None:
        """Add the steps of one `steps`; ``waited`` are the slugs that the branches around it wait for."""
        if type(written) is not dict:
            self.whole = False
            return
        for slug, value in written.items():
            self.whole &= value is None or type(value) is dict
            self._add_step(slug, value if type(value) is dict else _EMPTY, (*path, slug), branch, waited)

    def _add_step(
        self, slug: str, written: Mapping[str, Any], path: Path, branch: str | None, waited: frozenset[str]
    ) -> None:
        key = slug
        while key in self.steps:
            self.repeats += 1
            key = f"{slug} again {self.repeats}"
        kind: Kind = "branch" if "steps" in written else "map" if "map" in written else "task"
        mentions: list[Mention] = []
        depends_on = _mention_slugs(written.get("depends_on"), path, key, mentions)
        joins = {*depends_on, *self._values(written, path, key, waited, mentions)}
        run_if = _mention_patterns(written, "run_if", path, key, mentions)
        run_unless = _mention_patterns(written, "run_unless", path, key, mentions)
        conditions = {slug for pattern in (*run_if, *run_unless) for slug in pattern if slug != INPUT}
        self.steps[key] = Step(
            slug=slug,
            path=path,
            written=written,
            kind=kind,
            branch=branch,
            depends_on=depends_on,
            run_if=run_if,
            run_unless=run_unless,
            handler=() if kind == "branch" else _handler(written, slug),
            joins=tuple(sorted(joins - conditions)),
            conditions=tuple(sorted(conditions)),
            mentions=tuple(mentions),
            **_read(written, self.ordinary, _READERS),
        )
        if kind == "branch":
            self._add_steps(written["steps"], (*path, "steps"), key, waited.union(depends_on, conditions))

    def _values(
        self, written: Mapping[str, Any], path: Path, key: str, waited: frozenset[str], mentions: list[Mention]
    ) -> list[str]:
        """The slugs to which the references in `with` and `map` make an edge."""
        before = len(mentions)
        for part in ("with", "map"):
            if part in written:
                self._find_references(written[part], (*path, part), key, part, mentions)
        return [
            mention.name
            for mention in mentions[before:]
            if mention.name and mention.name not in _RUN_NAMES and mention.name not in waited
        ]

    def _find_references(self, value: Any, path: Path, owner: str | None, part: str, found: list[Mention]) -> None:
        """Add the references in a template to ``found``, and its long literals to those of the flow."""
        if type(value) is str:
            self._look_at(value, path, owner, part, found)
        elif type(value) is dict or type(value) is list:
            for key, inner in value.items() if type(value) is dict else enumerate(value):
                # Most values are short texts and numbers, which are nothing to look at.
                if type(inner) is str:
                    if inner[:1] == "$" or len(inner) >= LONG:
                        self._look_at(inner, (*path, key), owner, part, found)
                elif type(inner) is dict or type(inner) is list:
                    self._find_references(inner, (*path, key), owner, part, found)

    def _look_at(self, text: str, path: Path, owner: str | None, part: str, found: list[Mention]) -> None:
        if text[:1] == "$" and text[1:2] != "$":
            try:
                name, fields = parse_reference(text)
            except ValueError:
                name, fields = "", ()
            found.append(Mention(owner, part, name, fields, path, text))
        elif len(text) >= LONG:
            self.long_texts.append((path, text))

    def _sort_out(self, returned: list[Mention]) -> tuple[list[Mention], list[Mention]]:
        """The mentions that are not plainly another step with an output, and those of the run's input."""
        strays, inputs = [], []
        steps = self.steps
        for mentions in (*(step.mentions for step in steps.values()), returned):
            for mention in mentions:
                owner, part, name = mention[:3]
                if name == INPUT and part != "depends_on":
                    inputs.append(mention)
                    continue
                target = steps.get(name)
                if target is None:
                    if not (name in _RUN_NAMES and part == "with" and owner and steps[owner].kind == "map"):
                        strays.append(mention)
                elif name == owner or (target.kind == "branch" and part != "depends_on"):
                    strays.append(mention)
        return strays, inputs


def _read(written: Any, ordinary: Mapping[str, Any], readers: Mapping[str, _Reader]) -> dict[str, Any]:
    """``ordinary`` attributes, replaced by what is written for them."""
    attributes = {**ordinary}
    for key in written if type(written) is dict else ():
        if key in readers:
            attribute, read = readers[key]
            attributes[attribute] = read(written[key], ordinary[attribute])
    return attributes


def _mention_slugs(written: Any, path: Path, owner: str, found: list[Mention]) -> tuple[str, ...]:
    """The slugs of `depends_on`, each added to ``found``."""
    if type(written) is not list:
        return ()
    slugs = []
    for index, slug in enumerate(written):
        if type(slug) is str:
            slugs.append(slug)
            found.append(Mention(owner, "depends_on", slug, (), (*path, "depends_on", index), slug))
    return tuple(slugs)


def _mention_patterns(
    written: Mapping[str, Any], part: str, path: Path, owner: str, found: list[Mention]
) -> tuple[dict[str, Any], ...]:
    """The patterns of `run_if` or `run_unless`, the names at their top level added to ``found``."""
    value = written.get(part)
    if value is None:
        return ()
    places: list[tuple[Path, Any]] = [((*path, part), value)]
    if type(value) is list:
        places = [((*path, part, index), pattern) for index, pattern in enumerate(value)]
    patterns = [(place, pattern) for place, pattern in places if type(pattern) is dict]
    for place, pattern in patterns:
        found += [Mention(owner, part, name, (), (*place, name), name) for name in pattern]
    return tuple(pattern for _, pattern in patterns)


def _handler(written: Mapping[str, Any], slug: str) -> tuple[str, ...]:
    value = written.get("handler", slug)
    return (value,) if type(value) is str else _texts(value)


def _retry(written: Any, otherwise: Retry) -> Retry:
    if type(written) is not dict or not written:
        return otherwise
    jitter: Any = written.get("jitter")
    return Retry(
        max_attempts=_whole(written.get("max_attempts"), otherwise.max_attempts),
        base_delay=_duration(written.get("base_delay"), otherwise.base_delay),
        max_delay=_duration(written.get("max_delay"), otherwise.max_delay),
        jitter=_number(jitter) if type(jitter) in (int, float) else otherwise.jitter,
    )


def _duration(value: Any, otherwise: int) -> int:
    try:
        return milliseconds(value) if type(value) is str else otherwise
    except ValueError:
        return otherwise


def _number(value: int | float) -> int | float:
    """A number of flowc's own keys, where `5.0` says the same as `5`."""
    return int(value) if type(value) is float and value.is_integer() else value


def _whole(value: Any, otherwise: int) -> int:
    number = _number(value) if type(value) in (int, float) else otherwise
    return number if type(number) is int else otherwise


def _limit(value: Any, otherwise: int | None) -> int | None:
    number = _whole(value, 0)
    return number if number > 0 else otherwise


def _text(value: Any, otherwise: str) -> str:
    return value if type(value) is str else otherwise


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in value if type(text) is str) if type(value) is list else ()


def _mapping(value: Any, otherwise: None = None) -> dict[str, Any] | None:
    return value if type(value) is dict else otherwise


def _source(value: Any, otherwise: None) -> str | list[Any] | None:
    return value if type(value) in (str, list) else otherwise


_OF_DEFAULTS: Mapping[str, _Reader] = {
    "retry": ("retry", _retry),
    "timeout": ("timeout", _duration),
    "queue": ("queue", _text),
    "priority": ("priority", _whole),
    "on_failure": ("on_failure", _text),
}
_READERS: Mapping[str, _Reader] = {
    **_OF_DEFAULTS,
    "join": ("join", _text),
    "on_unmet": ("on_unmet", _text),
    "with": ("with_", _mapping),
    "output": ("output", _mapping),
    "delay": ("delay", _duration),
    "map": ("map_", _source),
    "max_parallel": ("max_parallel", _limit),
}
