"""Document to flow: what the text means, tolerant of everything that validate reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler import model
from flowc.compiler.durations import milliseconds
from flowc.compiler.model import Flow, Kind, Mention, Retry, Step
from flowc.references import INDEX, INPUT, ITEM, parse_reference

if TYPE_CHECKING:
    from flowc.compiler.document import Document, Path

# Shorter literals are never taken for a credential.
LONG = 16

_EMPTY: Mapping[str, Any] = {}
_NOWHERE: frozenset[str] = frozenset()
_RUN_NAMES = frozenset({INPUT, ITEM, INDEX})


def build(document: Document) -> Flow:
    """The flow that ``document`` writes; never raises: what is malformed is left out."""
    return _Builder(document).flow()


class _Defaults(NamedTuple):
    """What `defaults` says for every task, built-in defaults filled in."""

    retry: Retry
    timeout: int
    queue: str
    priority: int
    on_failure: str


class _Builder:
    """The flow while it is being put together."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.written: Mapping[str, Any] = document.value if type(document.value) is dict else _EMPTY
        self.steps: dict[str, Step] = {}
        self.long_texts: list[tuple[Path, str]] = []
        self.whole = True
        self.defaults = _defaults(self.written.get("defaults"))

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
            key += " again"
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
            join=_text(written.get("join"), model.JOIN),
            run_if=run_if,
            run_unless=run_unless,
            on_unmet=_text(written.get("on_unmet"), model.ON_UNMET),
            handler=() if kind == "branch" else _handler(written, slug),
            with_=_mapping(written.get("with")),
            output=_mapping(written.get("output")),
            retry=_retry(written.get("retry"), self.defaults.retry),
            timeout=_duration(written.get("timeout"), self.defaults.timeout),
            delay=_duration(written.get("delay"), model.DELAY),
            queue=_text(written.get("queue"), self.defaults.queue),
            priority=_whole(written.get("priority"), self.defaults.priority),
            on_failure=_text(written.get("on_failure"), self.defaults.on_failure),
            map_=_source(written.get("map")),
            max_parallel=_limit(written.get("max_parallel")),
            joins=tuple(sorted(joins - conditions)),
            conditions=tuple(sorted(conditions)),
            mentions=tuple(mentions),
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
        if type(value) is dict:
            for key, inner in value.items():
                self._find_references(inner, (*path, key), owner, part, found)
        elif type(value) is list:
            for index, inner in enumerate(value):
                self._find_references(inner, (*path, index), owner, part, found)
        elif type(value) is str:
            if value[:1] == "$" and value[1:2] != "$":
                found.append(_reference(value, path, owner, part))
            elif len(value) >= LONG:
                self.long_texts.append((path, value))

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


def _defaults(written: Any) -> _Defaults:
    keys: Mapping[str, Any] = written if type(written) is dict else _EMPTY
    return _Defaults(
        retry=_retry(keys.get("retry"), model.RETRY),
        timeout=_duration(keys.get("timeout"), model.TIMEOUT),
        queue=_text(keys.get("queue"), model.QUEUE),
        priority=_whole(keys.get("priority"), model.PRIORITY),
        on_failure=_text(keys.get("on_failure"), model.ON_FAILURE),
    )


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


def _reference(text: str, path: Path, owner: str | None, part: str) -> Mention:
    try:
        name, fields = parse_reference(text)
    except ValueError:
        name, fields = "", ()
    return Mention(owner, part, name, fields, path, text)


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


def _limit(value: Any) -> int | None:
    number = _whole(value, 0)
    return number if number > 0 else None


def _text(value: Any, otherwise: str) -> str:
    return value if type(value) is str else otherwise


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in value if type(text) is str) if type(value) is list else ()


def _mapping(value: Any) -> dict[str, Any] | None:
    return value if type(value) is dict else None


def _source(value: Any) -> str | list[Any] | None:
    return value if type(value) in (str, list) else None
