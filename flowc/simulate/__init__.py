"""The reference interpreter: flows run in memory, without a clock and without a database."""

from flowc.simulate.engine import LEASE, Simulation
from flowc.simulate.refusal import Refused
from flowc.simulate.run import Finished, Worker, finished, run_flow
from flowc.simulate.views import LeasedTask, RunView, StepView, TaskKey, TaskView

__all__ = [
    "LEASE",
    "Finished",
    "LeasedTask",
    "Refused",
    "RunView",
    "Simulation",
    "StepView",
    "TaskKey",
    "TaskView",
    "Worker",
    "finished",
    "run_flow",
]
