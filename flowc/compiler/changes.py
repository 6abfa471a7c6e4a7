"""Two definitions of one slug to what changed between them, in the flow's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from flowc.compiler.did_you_mean import listing
from flowc.compiler.durations import UNITS
from flowc.compiler.model import DELAY, JOIN, ON_FAILURE, ON_UNMET, PRIORITY, QUEUE, RETRY, TIMEOUT
from flowc.compiler.renames import renames, with_names
from flowc.compiler.schema.changes import direction_of, same, schema_changes, shown
from flowc.references import parse_reference, references_in

Body = Mapping[str, Any]

MOST: Final = 8
_NO_LIMIT = "no limit"


def changes(old: Body, new: Body) -> list[str]:
    """What changed from the definition ``old`` to ``new``, a sentence a part of the flow; empty if nothing did.

    Steps come in the order of their slugs; the slugs of the flows themselves are not compared.
    """
    renamed = renames(old["steps"], new["steps"])
    before = with_names(old, renamed)
    return [
        *_of_input(before, new),
        *_of_secrets(before, new),
        *(f"step `{was}` is called `{now}`" for was, now in sorted(renamed.items())),
        *_of_steps(before["steps"], new["steps"]),
        *_of_mapping("returns", before.get("returns"), new.get("returns")),
    ]


def in_one_sentence(sentences: list[str]) -> str:
    """The changes, one after the other; past ``MOST`` it ends ``and 4 more``."""
    rest = len(sentences) - MOST
    return "; ".join(sentences[:MOST]) + (f"; and {rest} more" if rest > 0 else "")


def _of_input(old: Body, new: Body) -> Iterator[str]:
    before, after = old.get("input"), new.get("input")
    if before is None and after is not None:
        yield "`input` is declared now"
    elif before is not None and after is None:
        yield "`input` is no longer declared"
    elif before is not None and not same(before, after):
        yield from _of_schema("`input`", before, after)


def _of_schema(name: str, old: Any, new: Any) -> Iterator[str]:
    found = schema_changes(old, new)
    if found:
        yield f"{name} {direction_of(found)}: {', '.join(change.words for change in found)}"


def _of_secrets(old: Body, new: Body) -> Iterator[str]:
    before, after = set(old.get("secrets", ())), set(new.get("secrets", ()))
    if after - before:
        yield f"needs {_count('secret', len(after - before))} {listing(sorted(after - before))} now"
    if before - after:
        yield f"no longer needs {_count('secret', len(before - after))} {listing(sorted(before - after))}"


def _count(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"


def _of_steps(old: Mapping[str, Body], new: Mapping[str, Body]) -> Iterator[str]:
    added, removed = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    if removed:
        yield f"{_count('step', len(removed))} {listing(removed)} removed"
    if added:
        yield f"{_count('step', len(added))} {listing(added)} added"
    alike: dict[str, list[str]] = {}
    for slug in sorted(old.keys() & new.keys()):
        if not same(old[slug], new[slug]):
            alike.setdefault(_of_step(slug, old[slug], new[slug]), []).append(slug)
    for words, slugs in alike.items():
        yield f"{listing(slugs)}: {words}"


def _of_step(slug: str, old: Body, new: Body) -> str:
    """What became of one step; the same words where the same became of several."""
    meaning = [words for part in _PARTS for words in part(slug, old, new)]
    options = list(_of_options(old, new))
    only = "only options changed: " if options and not meaning else ""
    return f"{only}{', '.join(meaning + options)}"


def _of_kind(slug: str, old: Body, new: Body) -> Iterator[str]:
    if old["kind"] != new["kind"]:
        yield f"is a {new['kind']}, was a {old['kind']}"
    before, after = old.get("branch"), new.get("branch")
    if before != after:
        where = f"moved into the branch `{after}`" if after else "moved to the top"
        yield where + (f" from `{before}`" if before else "")


def _of_handler(slug: str, old: Body, new: Body) -> Iterator[str]:
    if old.get("handler") != new.get("handler") and "branch" not in (old["kind"], new["kind"]):
        yield f"calls {_handlers(slug, new)}, called {_handlers(slug, old)}"


def _handlers(slug: str, step: Body) -> str:
    handler = step.get("handler", slug)
    return ", then ".join(f"`{name}`" for name in ([handler] if type(handler) is str else handler))


def _of_depends_on(slug: str, old: Body, new: Body) -> Iterator[str]:
    """Edges that references make go without saying: the reference is said."""
    before, after = set(old.get("depends_on", ())), set(new.get("depends_on", ()))
    told = _referenced(old) ^ _referenced(new)
    if after - before - told:
        yield f"waits for {listing(sorted(after - before - told))} now"
    if before - after - told:
        yield f"no longer waits for {listing(sorted(before - after - told))}"
    if old.get("join", JOIN) != new.get("join", JOIN):
        yield f"`join` is {new.get('join', JOIN)}, was {old.get('join', JOIN)}"


def _referenced(step: Body) -> set[str]:
    return {parse_reference(text).name for text in references_in([step.get("with"), step.get("map")])}


def _of_condition(slug: str, old: Body, new: Body) -> Iterator[str]:
    for key in ("run_if", "run_unless"):
        before, after = old.get(key), new.get(key)
        if same(before, after):
            continue
        if before is None:
            yield f"the condition `{key}` is {_patterns(after)} now"
        elif after is None:
            yield f"the condition `{key}` is gone, was {_patterns(before)}"
        else:
            yield f"the condition `{key}` is {_patterns(after)}, was {_patterns(before)}"
    if old.get("on_unmet", ON_UNMET) != new.get("on_unmet", ON_UNMET):
        yield f"`on_unmet` is {new.get('on_unmet', ON_UNMET)}, was {old.get('on_unmet', ON_UNMET)}"


def _patterns(patterns: Any) -> str:
    return shown(patterns[0] if len(patterns) == 1 else patterns)


def _of_arguments(slug: str, old: Body, new: Body) -> Iterator[str]:
    if not same(old.get("map"), new.get("map")) and old["kind"] == new["kind"]:
        yield f"`map` is {shown(new.get('map'))}, was {shown(old.get('map'))}"
    yield from _of_mapping("with", old.get("with"), new.get("with"))


def _of_mapping(key: str, old: Body | None, new: Body | None) -> Iterator[str]:
    """What became of `with` or `returns`."""
    if old is None or new is None:
        if new is not None:
            yield f"`{key}` is {shown(new)} now"
        elif old is not None:
            yield f"`{key}` is gone"
        return
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield f"`{key}.{name}` is {shown(new[name])} now"
        elif name not in new:
            yield f"`{key}.{name}` is gone"
        elif not same(old[name], new[name]):
            yield f"`{key}.{name}` is {shown(new[name])}, was {shown(old[name])}"


def _of_output(slug: str, old: Body, new: Body) -> Iterator[str]:
    before, after = old.get("output"), new.get("output")
    if before is None and after is not None:
        yield "`output` is declared now"
    elif before is not None and after is None:
        yield "`output` is no longer declared"
    elif before is not None and not same(before, after):
        yield from _of_schema("`output`", before, after)


def _of_options(old: Body, new: Body) -> Iterator[str]:
    for key, (default, words) in _OPTIONS.items():
        before, after = old.get(key, default), new.get(key, default)
        if before != after:
            yield f"`{key}` is {words(after)}, was {words(before)}"
    before, after = old.get("retry", {}), new.get("retry", {})
    for key, words in _RETRY.items():
        default = getattr(RETRY, key)
        if before.get(key, default) != after.get(key, default):
            was, now = words(before.get(key, default)), words(after.get(key, default))
            yield f"`retry.{key}` is {now}, was {was}"


def _duration(ms: Any) -> str:
    """Milliseconds as authors write them, in the largest unit that holds them exactly."""
    unit = next((unit for unit, size in reversed(UNITS.items()) if ms and ms % size == 0), "s")
    return f"{ms // UNITS[unit]}{unit}"


_PARTS = (_of_kind, _of_handler, _of_depends_on, _of_condition, _of_arguments, _of_output)
_OPTIONS: dict[str, tuple[Any, Callable[[Any], str]]] = {
    "timeout": (TIMEOUT, _duration),
    "delay": (DELAY, _duration),
    "queue": (QUEUE, str),
    "priority": (PRIORITY, str),
    "on_failure": (ON_FAILURE, str),
    "max_parallel": (_NO_LIMIT, str),
}
_RETRY: dict[str, Callable[[Any], str]] = {
    "max_attempts": str,
    "base_delay": _duration,
    "max_delay": _duration,
    "jitter": str,
}
