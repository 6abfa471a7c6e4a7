"""Flow files as people write them, made from a seed: the same seed, the same bytes; none of them gives a report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from textwrap import indent, wrap

STEPS = 30
_NOUNS, _VERBS, _ADJECTIVES = (
    tuple(words.split())
    for words in (
        "order invoice page customer parcel payment ticket account report image product review shipment contract",
        "fetch load check enrich score classify translate store notify archive merge rank clean count render",
        "new open late big daily weekly internal public merged foreign pending recent external final",
    )
)
_REASONS = (
    "the supplier's API answers slowly on Mondays",
    "rows that were seen before are left out",
    "kept apart from the rest, because finance asked for it",
    "see the runbook before changing this",
    "one request an element, the service has no bulk call",
    "the limit is what the mail provider allows us",
    "idempotent: it looks for its own result first",
    "the cheap model is good enough here",
)
_SCALARS: tuple[tuple[str, Callable[[Random], str]], ...] = (
    ("status", lambda rng: "{type: integer, minimum: 100, maximum: 599}"),
    ("text", lambda rng: "{type: string}"),
    ("title", lambda rng: f"{{type: string, maxLength: {rng.randrange(40, 400)}}}"),
    ("amount", lambda rng: "{type: number, minimum: 0}"),
    ("currency", lambda rng: "{type: string, enum: [EUR, USD, GBP, CHF]}"),
    ("mood", lambda rng: "{enum: [positive, neutral, negative]}"),
    ("seen_at", lambda rng: "{type: string, format: date-time}"),
    ("is_new", lambda rng: "{type: boolean}"),
    ("source_url", lambda rng: "{type: string, format: uri}"),
    ("note", lambda rng: "{type: [string, 'null']}"),
)


def write_flows(folder: Path, count: int, seed: int) -> list[Path]:
    """Write ``count`` flows of ``STEPS`` steps, about 16 KB each, into a folder; their files.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(count):
        file = folder / f"flow_{number:04}.yaml"
        file.write_text(flow_text(Random(f"{seed} {number}"), f"flow_{number:04}_v1"), encoding="utf-8")
        files.append(file)
    return files


def flow_text(rng: Random, slug: str) -> str:
    """One flow of ``STEPS`` steps, branches counted, about 16 KB."""
    return _Flow(rng, slug).text()


class _Flow:
    """A flow while it is being written: steps so far, what the next one may refer to, and the lines."""

    def __init__(self, rng: Random, slug: str) -> None:
        self.rng = rng
        self.slug = slug
        self.lines: list[str] = []
        self.count = 0
        self.names: set[str] = set()
        self.inputs = [f"{rng.choice(_ADJECTIVES)}_{noun}_id" for noun in rng.sample(_NOUNS, 5)]
        # Steps that surely have an output here, with the fields they require.
        self.sources: list[tuple[str, list[str]]] = []

    def text(self) -> str:
        self._head()
        self.lines += ["steps:"]
        self._task(2, {"key": f"$input.{self.inputs[0]}", "ids": [f"$input.{name}" for name in self.inputs[1:]]})
        segments = (self._chain, self._map, self._decision, self._fan)
        while self.count < STEPS - 9:
            self.rng.choice(segments)(2)
        while self.count < STEPS:
            self._task(2, self._arguments())
        returned = self.sources[-3:]
        self.lines += ["", "returns:", *(f"  {name}: ${name}.{fields[0]}" for name, fields in returned)]
        return "\n".join(self.lines) + "\n"

    def _head(self) -> None:
        rng = self.rng
        properties = [
            line
            for name in self.inputs
            for line in (f"    {name}:", "      type: string", f"      description: {self._sentence(6)}")
        ]
        self.lines += [
            "# yaml-language-server: $schema=../schemas/flow.schema.json",
            f"# Owner: the {rng.choice(_NOUNS)} team. {self._reason()}",
            f"flow: {self.slug}",
            *self._description(0, 40),
            "",
            "input:",
            "  type: object",
            f"  required: [{', '.join(self.inputs)}]",
            "  properties:",
            *properties,
            "",
            "secrets: [FLOWC_DATABASE_URL, MAIL_TOKEN] # names only, the workers have the values",
            "",
            "defaults:",
            f"  timeout: {rng.choice(['30s', '60s', '2m'])}",
            "  retry: {max_attempts: 4, base_delay: 2s, max_delay: 5m}",
            "",
        ]

    def _chain(self, column: int) -> None:
        for _ in range(self.rng.randrange(1, 4)):
            self._task(column, self._arguments())

    def _map(self, column: int) -> None:
        """A step that lists, one that takes each, one that collects."""
        listing, _ = self._task(column, self._arguments(), items=True)
        each = self._name("each")
        self._open(column, each)
        self._put(column + 2, f"map: ${listing}.items # {self._reason()}")
        self._put(column + 2, f"max_parallel: {self.rng.randrange(2, 20)}")
        self._put(column + 2, f"handler: {self.rng.choice(_VERBS)}_one")
        self._arguments_below(column + 2, {"item": "$item", "place": "$index", **self._arguments(1)})
        self._output(column + 2, self._fields())
        self._task(column, {"results": f"${each}", **self._arguments(1)})

    def _decision(self, column: int) -> None:
        """A branch for a condition, one for its contrary, and a step after whichever ran."""
        asked = self._task(column, self._arguments(), first="status")[0]
        condition = f"{{{asked}: {{status: {self.rng.choice([200, 201, 204])}}}}}"
        ends = []
        for key in ("run_if", "run_unless"):
            branch = self._name("if")
            self._open(column, branch)
            self._put(column + 2, f"{key}: {condition} # {self._reason()}")
            self._put(column + 2, "steps:")
            known = len(self.sources)
            self._chain(column + 4)
            del self.sources[known:]
            ends.append(branch)
        name = self._name()
        self._open(column, name)
        self._put(column + 2, f"depends_on: [{', '.join(ends)}]")
        self._put(column + 2, "join: any")
        self._arguments_below(column + 2, {"state": f"${asked}.status"})
        fields = self._fields()
        self._output(column + 2, fields)
        self.sources.append((name, fields))

    def _fan(self, column: int) -> None:
        """Some steps side by side, and one that takes them all."""
        beside = [self._task(column, self._arguments()) for _ in range(self.rng.randrange(2, 4))]
        self._task(column, {name: f"${name}.{fields[0]}" for name, fields in beside})

    def _task(
        self, column: int, arguments: dict[str, str | list[str]], *, items: bool = False, first: str = ""
    ) -> tuple[str, list[str]]:
        rng = self.rng
        name, fields = self._name(), self._fields(first)
        self._open(column, name)
        if rng.random() < 0.5:
            self._put(column + 2, f"handler: {rng.choice(_NOUNS)}s.{rng.choice(_VERBS)}")
        self._arguments_below(column + 2, arguments)
        for chance, line in (
            (0.3, f"timeout: {rng.choice(['90s', '5m', '10m'])}"),
            (0.2, "retry: {max_attempts: 5, base_delay: 10s}"),
            (0.1, f"priority: {rng.randrange(1, 9)} # {self._reason()}"),
            (0.1, "queue: slow"),
        ):
            if rng.random() < chance:
                self._put(column + 2, line)
        self._output(column + 2, fields, items)
        self.sources.append((name, fields))
        return name, fields

    def _open(self, column: int, name: str) -> None:
        rng = self.rng
        self.count += 1
        if rng.random() < 0.4:
            self.lines.append("")
        if rng.random() < 0.4:
            self._put(column, f"# {self._reason()}")
        self._put(column, f"{name}:")
        if rng.random() < 0.4:
            self.lines += self._description(column + 2, 14)

    def _description(self, column: int, words: int) -> list[str]:
        """A description, on its line or folded over several."""
        sentence = self._sentence(words)
        if self.rng.random() < 0.4:
            return [" " * column + f"description: {sentence[:70].rstrip()}"]
        return [" " * column + "description: >-", *(" " * (column + 2) + line for line in wrap(sentence, 76))]

    def _arguments(self, most: int = 3) -> dict[str, str | list[str]]:
        """Some arguments, most of them references to steps before."""
        rng = self.rng
        arguments: dict[str, str | list[str]] = {}
        for name, fields in rng.sample(self.sources[-6:], min(most, len(self.sources[-6:]))):
            arguments[f"{name}_{fields[0]}"] = f"${name}.{rng.choice(fields)}"
        if rng.random() < 0.5:
            arguments["mode"] = rng.choice(["strict", "'keep'", '"drop these"', "3", "0.25", "true"])
        if rng.random() < 0.2:
            arguments["tags"] = rng.sample(_ADJECTIVES, 3)
        return arguments

    def _arguments_below(self, column: int, arguments: dict[str, str | list[str]]) -> None:
        flat = {key: value if isinstance(value, str) else f"[{', '.join(value)}]" for key, value in arguments.items()}
        line = f"with: {{{', '.join(f'{key}: {value}' for key, value in flat.items())}}}"
        if len(line) < 70 and self.rng.random() < 0.5:
            self._put(column, line)
            return
        if self.rng.random() < 0.003:  # a bracket that closes on a later line: rare, as people write it
            end = ",\n" + " " * (column + 7)
            self._put(column, f"with: {{{end.join(f'{key}: {value}' for key, value in flat.items())}}}")
            return
        self._put(column, "with:")
        for key, value in flat.items():
            self._put(column + 2, f"{key}: {value}")

    def _output(self, column: int, fields: list[str], items: bool = False) -> None:
        """A JSON Schema that requires ``fields``, its properties below each other."""
        kinds = dict(_SCALARS)
        self._put(column, "output:")
        self._put(column + 2, "type: object")
        self._put(column + 2, f"required: [{', '.join([*fields, *(['items'] if items else [])])}]")
        self._put(column + 2, "properties:")
        for field in fields:
            self._put(column + 4, f"{field}: {kinds[field](self.rng)}")
        if items:
            text = "items:\n  type: array\n  items: {type: object, properties: {id: {type: integer}}}"
            self.lines += indent(text, " " * (column + 4)).split("\n")

    def _fields(self, first: str = "") -> list[str]:
        names = [name for name, _ in _SCALARS if name != first]
        return [*([first] if first else []), *self.rng.sample(names, self.rng.randrange(2, 5))]

    def _name(self, verb: str = "") -> str:
        rng = self.rng
        while True:
            name = "_".join((verb or rng.choice(_VERBS), rng.choice(_ADJECTIVES), rng.choice(_NOUNS)))
            if name not in self.names:
                self.names.add(name)
                return name

    def _reason(self) -> str:
        return self.rng.choice(_REASONS)

    def _sentence(self, words: int) -> str:
        rng = self.rng
        text = " ".join(rng.choice((_VERBS, _ADJECTIVES, _NOUNS)[place % 3]) for place in range(words))
        return text.capitalize()

    def _put(self, column: int, line: str) -> None:
        self.lines.append(" " * column + line)
