"""The meaning of a flow file: the flow and its steps, defaults merged in, every mention of a step with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from flowc.compiler.document import Document, Path
    from flowc.diagnostic import Diagnostic, Related, Rule

Kind = Literal["task", "map", "branch"]

# Names that no step can have: they mean something else in references and among a handler's parameters.
RESERVED: Final = frozenset({"input", "item", "index", "ctx", "tx", "secret", "previous"})

# Built-in defaults, frozen for the digests that begin with `fc1:`.
JOIN: Final = "all"
ON_UNMET: Final = "skip"
ON_FAILURE: Final = "fail"
TIMEOUT: Final = 60_000
DELAY: Final = 0
QUEUE: Final = "default"
PRIORITY: Final = 0


class Mention(NamedTuple):
    """One place that names a step or one of `input`, `item`, `index`.

    ``owner`` is the key in ``Flow.steps`` of the step that holds it, None for `returns`; ``key`` the YAML key below
    which it stands (``depends_on with map run_if run_unless returns``); ``name`` what it names, empty where ``text``
    is no reference; ``fields`` the path below the name. In conditions the name is a key of the document.
    """

    owner: str | None
    key: str
    name: str
    fields: tuple[str, ...]
    path: Path
    text: str

    @property
    def in_condition(self) -> bool:
        """Whether it is a key of a pattern."""
        return self.key in {"run_if", "run_unless"}


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and when a task is tried again; delays in milliseconds, jitter a share of the wait."""

    max_attempts: int = 3
    base_delay: int = 1_000
    max_delay: int = 300_000
    jitter: int | float = 0.1


RETRY: Final = Retry()


@dataclass(slots=True)  # never changed; frozen, each would take four times as long to make
class Step:
    """A step as it will run: attributes are the YAML keys, durations in milliseconds, defaults filled in.

    ``path`` is its place in the document and ``written`` what stands there (empty if that is no mapping).
    ``branch`` is the enclosing branch, as a key of ``Flow.steps``.
    ``joins`` and ``conditions`` are the slugs of its join and condition edges, sorted; they may name steps that do
    not exist, which is for the checks to say. ``handler`` is empty where none can be told.
    """

    slug: str
    path: Path
    written: Mapping[str, Any]
    kind: Kind
    branch: str | None
    depends_on: tuple[str, ...]
    join: str
    run_if: tuple[dict[str, Any], ...]
    run_unless: tuple[dict[str, Any], ...]
    on_unmet: str
    handler: tuple[str, ...]
    with_: dict[str, Any] | None
    output: dict[str, Any] | None
    retry: Retry
    timeout: int
    delay: int
    queue: str
    priority: int
    on_failure: str
    map_: str | list[Any] | None
    max_parallel: int | None
    joins: tuple[str, ...]
    conditions: tuple[str, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow: its steps flat and in file order, those inside branches included.

    ``steps`` is keyed by slug; where a slug is used again, the later step is kept under a key that no slug can be.
    ``whole`` is False where some of `steps` could not be read, so that a name nobody declares may be one of those.
    ``strays`` are the mentions that are not plainly another step with an output, for the checks to explain;
    ``inputs`` those of the run's input; ``long_texts`` the literals in `with`, `map` and `returns` that are long
    enough to be a credential, with their paths.
    """

    document: Document
    written: Mapping[str, Any]
    flow: str
    input: dict[str, Any] | None
    secrets: tuple[str, ...]
    steps: dict[str, Step]
    returns: Any
    strays: tuple[Mention, ...]
    inputs: tuple[Mention, ...]
    long_texts: tuple[tuple[Path, str], ...]
    whole: bool

    def diagnose(
        self,
        rule: Rule,
        mention: Mention,
        message: str,
        *,
        label: str = "",
        help: str | None = None,  # noqa: A002 - the word of the reports
        related: tuple[Related, ...] = (),
    ) -> Diagnostic:
        """A diagnostic at the very place of ``mention``."""
        return self.document.diagnose(
            rule, mention.path, message, label=label, help=help, related=related, key=mention.in_condition
        )

    def branches_of(self, step: Step) -> list[Step]:
        """The branches around ``step``, the innermost first."""
        found = []
        slug = step.branch
        while slug is not None:
            around = self.steps[slug]
            found.append(around)
            slug = around.branch
        return found
