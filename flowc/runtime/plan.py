"""What a worker needs to know of a step to perform its tasks, worked out once for each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from flowc.db.rows import Task
from flowc.references import INDEX, ITEM
from flowc.runtime.arguments import Call, first_call, later_call
from flowc.runtime.blobs.needs import Needs, needs_of
from flowc.runtime.guard import Guard
from flowc.runtime.handlers import Handlers
from flowc.runtime.outcome import Completed
from flowc.runtime.secrets import Secrets

DEFAULT_TIMEOUT = 60.0


class Transaction(Protocol):
    """An open transaction for the writes of a handler."""

    @property
    def connection(self) -> Any:
        """What the handler gets as `tx`."""

    def complete(self, outcome: Completed) -> Completed:
        """Record the result in it, too; raises Refused or any other exception if nothing can be kept."""


class Transactions(Protocol):
    """Opens transactions for the handlers that ask for one."""

    def open(self, task: Task, seconds: float) -> AbstractContextManager[Transaction]:
        """One that lasts no longer than so many seconds; committed at the end, rolled back if anything is raised."""


class Plan:
    """How the tasks of one step are performed.

    Args:
        definition: the flow's definition.
        slug: a task or a map of it.
        handlers: where the step's callables are found.
        secrets: the values of this process's secrets.
        guard: looks for them in what the handlers return and raise; one of its own by default.
        needs: what the engine reads of the flow's values, where that is known already.
        transactions: opens one for a handler that asks for `tx`; None where there is no database.

    Raises:
        KeyError: the definition has no such step, or the registry no such handler.
    """

    __slots__ = (
        "calls",
        "flow",
        "input_schema",
        "is_async",
        "lacks_inputs",
        "needs",
        "output_schema",
        "secrets",
        "step",
        "timeout",
        "transactions",
        "wants_tx",
    )

    def __init__(
        self,
        definition: Mapping[str, Any],
        slug: str,
        handlers: Handlers,
        secrets: Mapping[str, str],
        guard: Guard | None = None,
        *,
        needs: Mapping[str, Needs] | None = None,
        transactions: Transactions | None = None,
    ) -> None:
        step = definition["steps"][slug]
        names = step.get("handler", slug)
        first, *later = [handlers[name] for name in ([names] if isinstance(names, str) else names)]
        self.flow: str = definition["flow"]
        self.step = slug
        self.calls: tuple[Call, ...] = (first_call(definition, slug, first), *map(later_call, later))
        # In milliseconds in the definition, in seconds here.
        self.timeout: float = step["timeout"] / 1000 if "timeout" in step else DEFAULT_TIMEOUT
        self.input_schema: Any = definition.get("input")
        self.output_schema: Any = step.get("output")
        self.secrets = Secrets(self.flow, definition.get("secrets", ()), secrets, guard)
        # A poll brings an element of a map no more than its item, unless `with` names it.
        asks = self.calls[0].needed - {ITEM, INDEX}
        self.lacks_inputs = step["kind"] == "map" and "with" not in step and bool(asks)
        self.needs = (needs_of(definition) if needs is None else needs).get(slug)
        self.transactions = transactions
        # A parameter with a default is content without a database.
        self.wants_tx = any(call.needs_tx or (transactions and call.takes_tx) for call in self.calls)
        self.is_async = all(call.handler.is_async for call in self.calls)


class Plans:
    """The plans of all steps that came up so far.

    Args:
        handlers, secrets: as for a plan.
        definition_of: the definition of a flow by its slug; None if there is no such flow.
        guard: one for all of them, so that no flow's output holds the secret of another.
        transactions: as for a plan.
    """

    def __init__(
        self,
        handlers: Handlers,
        secrets: Mapping[str, str],
        definition_of: Callable[[str], Mapping[str, Any] | None],
        guard: Guard | None = None,
        transactions: Transactions | None = None,
    ) -> None:
        self._transactions = transactions
        self._handlers = handlers
        self._secrets = secrets
        self._definition_of = definition_of
        self._guard = guard or Guard()
        self._definitions: dict[str, Mapping[str, Any]] = {}
        self._needs: dict[str, Mapping[str, Needs]] = {}
        self._plans: dict[tuple[str, str], Plan] = {}

    def of(self, flow: str, step: str) -> Plan:
        """The plan of a step.

        Raises:
            KeyError: there is no such flow, step or handler.
        """
        plan = self._plans.get((flow, step))
        if plan is None:
            definition = self.definition(flow)
            plan = Plan(
                definition,
                step,
                self._handlers,
                self._secrets,
                self._guard,
                needs=self._needs[flow],
                transactions=self._transactions,
            )
            self._plans[flow, step] = plan
        return plan

    def definition(self, flow: str) -> Mapping[str, Any]:
        """The definition of a flow; raises KeyError if there is no such flow."""
        # A slug has one definition for ever, so that what was read once stays true.
        if flow not in self._definitions:
            definition = self._definition_of(flow)
            if definition is None:
                raise KeyError(flow)
            self._definitions[flow] = definition
            self._needs[flow] = needs_of(definition)
        return self._definitions[flow]
