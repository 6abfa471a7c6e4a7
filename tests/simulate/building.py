"""Short ways to say a definition and to play a run of it, for the tests of the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flowc.simulate import LeasedTask, RunView, Simulation, StepView

Step = dict[str, Any]
ERROR = {"class": "ValueError", "message": "no"}


class Fails:
    """Stands for an output: the handler fails, without retry."""


FAILS = Fails()


def task(**keys: Any) -> Step:
    return {"kind": "task", **keys}


def map_over(source: Any, **keys: Any) -> Step:
    return {"kind": "map", "map": source, **keys}


def branch(**keys: Any) -> Step:
    return {"kind": "branch", **keys}


def flow(steps: Mapping[str, Step], **keys: Any) -> dict[str, Any]:
    return {"flow": "tested", "steps": dict(steps), **keys}


def deployed(steps: Mapping[str, Step], **keys: Any) -> Simulation:
    simulation = Simulation()
    simulation.deploy(flow(steps, **keys))
    return simulation


class Play:
    """A run whose handlers answer what ``outputs`` says for their step (a value, FAILS, or a function of the task)."""

    def __init__(
        self,
        steps: Mapping[str, Step],
        outputs: Mapping[str, Any] | None = None,
        input: Any = None,  # noqa: A002 - the flow file's word
        **keys: Any,
    ) -> None:
        self.simulation = deployed(steps, **keys)
        self.outputs = outputs or {}
        self.run_id = self.simulation.start("tested", {} if input is None else input)
        self.order: list[str] = []
        self.go_on()

    def go_on(self) -> None:
        """Work until nothing is left to do."""
        simulation = self.simulation
        while (due := simulation.next_due()) is not None:
            simulation.advance(max(due - simulation.now, timedelta(0)))
            for leased in simulation.poll():
                self._settle(leased)

    def _settle(self, leased: LeasedTask) -> None:
        self.order.append(leased.step_slug)
        output = self.outputs.get(leased.step_slug, leased.step_slug)
        value = output(leased) if isinstance(output, Callable) else output  # type: ignore[arg-type]
        if isinstance(value, Fails):
            self.simulation.fail(leased, ERROR, retryable=False)
        else:
            self.simulation.complete(leased, value)

    @property
    def run(self) -> RunView:
        return self.simulation.run(self.run_id)

    @property
    def states(self) -> dict[str, StepView]:
        return self.simulation.step_states(self.run_id)

    def became(self) -> dict[str, str]:
        """What became of each step: its skip reason, or else its status."""
        return {slug: state.skip_reason or state.status for slug, state in self.states.items()}
