"""The SQL engine and the reference interpreter side by side: the same calls on both, and what each shows afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.runtime.encode import encode
from flowc.runtime.outcome import Completed, Failed
from flowc.simulate import LeasedTask, Simulation
from flowc.simulate.views import TaskKey

Report = tuple[LeasedTask, Any]  # an attempt, and its output or a Failed

LEASE = timedelta(seconds=30)
START = datetime.fromisoformat("2030-01-01T00:00:00+00:00")

_TASK = "run_id, step_slug, task_index, attempt, failures, inputs, item, errors"
_SHOWN = """
select s.run_id::text, jsonb_build_object(
  'run', (select jsonb_build_array(status, output, failed_step,
                                   case when status = 'completed' then skipped_failures end,
                                   extract(epoch from ended_at)) from flowc.runs where run_id = s.run_id),
  'steps', (select jsonb_object_agg(step_slug, jsonb_build_array(status, skip_reason, output))
            from flowc.step_states where run_id = s.run_id),
  'tasks', (select jsonb_agg(jsonb_build_array(step_slug, task_index, status, attempt, failures,
                                               extract(epoch from case when status = 'queued' then visible_at end),
                                               extract(epoch from lease_expires_at))
                             order by step_slug collate "C", task_index)
            from flowc.step_tasks where run_id = s.run_id),
  'errors', (select jsonb_agg(jsonb_build_array(step_slug, task_index, attempt, terminal)
                              order by step_slug collate "C", task_index, attempt)
             from flowc.task_errors where run_id = s.run_id and class not in ('NotAnArray', 'ConditionUnmet')))
from unnest(%s::uuid[]) as s (run_id)
"""


class Pair:
    """One flow on both engines; every call is made on both, and its answers are held against each other."""

    def __init__(self, conn: psycopg.Connection, definition: dict[str, Any], now: datetime = START) -> None:
        self.conn = conn
        self.definition = definition
        self.flow = definition["flow"]
        self.model = Simulation(now)
        self.runs: list[str] = []
        names = {
            step.get("handler", slug) if isinstance(step.get("handler"), str) else slug
            for slug, step in definition["steps"].items()
        }
        listed = {
            name
            for step in definition["steps"].values()
            for name in step.get("handler", ())
            if isinstance(step.get("handler"), list)
        }
        self.handlers = sorted(names | listed)
        # Planning the views costs ten times what reading them does: plan them once.
        conn.prepare_threshold = 1
        conn.execute("set plan_cache_mode = force_generic_plan")
        self._tell_time()
        self.model.deploy(definition)
        conn.execute(emit([define(definition)], plain=True))  # type: ignore[arg-type]

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.model.advance(by)
        self._tell_time()

    def start(self, value: Any) -> str:
        """Start a run."""
        run_id = str(self._one("select flowc.start_flow(%s, %s)", self.flow, json.dumps(value)))
        self.model.start(self.flow, value, run_id=run_id)
        self.runs.append(run_id)
        return run_id

    def poll(self, limit: int) -> list[LeasedTask]:
        """Lease tasks: which ones is the database's choice among the model's most urgent ones."""
        self.model.expire()
        rows = self.conn.execute(
            f"select {_TASK} from flowc.poll_for_tasks(0, 'w', %s, %s, %s, secrets => array['TOKEN'])",
            [self.handlers, limit, LEASE],
        ).fetchall()
        return self._leased(rows, limit)

    def settle(self, reports: Sequence[Report]) -> list[str]:
        """Report on attempts, all in one call."""
        answers, _ = self._settle(reports, 0)
        return answers

    def settle_and_poll(self, reports: Sequence[Report], limit: int) -> tuple[list[str], list[LeasedTask]]:
        """Report on attempts and lease tasks, all in one call: settling, then polling, as far as anyone can see."""
        self.expire()
        answers, rows = self._settle(reports, limit)
        return answers, self._leased(rows, limit)

    def _settle(self, reports: Sequence[Report], limit: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        results = [
            [task.run_id, task.step_slug, task.task_index, task.attempt, *outcome_of(outcome)]
            for task, outcome in reports
        ]
        rows = self.conn.execute(
            f"select {_TASK}, answer from flowc.settle_and_poll(0, %s, 'w', %s, %s, %s, secrets => array['TOKEN'])",
            [json.dumps(results), self.handlers, limit, LEASE],
        ).fetchall()
        answers = list(
            self.model.settle(
                [
                    (t, Failed(o.error, o.retryable) if isinstance(o, Failed) else Completed(encode(o)))
                    for t, o in reports
                ]
            )
        )
        expected = sorted(
            [t.run_id, t.step_slug, -1 if t.task_index is None else t.task_index, t.attempt, answer]
            for (t, _), answer in zip(reports, answers, strict=True)
            if answer != "ok"
        )
        found = sorted([r[0], r[1], -1 if r[2] is None else r[2], r[3], r[-1]] for r in rows if r[-1] is not None)
        assert found == expected, (found, expected)
        return answers, [row for row in rows if row[-1] is None]

    def _leased(self, rows: Sequence[tuple[Any, ...]], limit: int) -> list[LeasedTask]:
        """The tasks that the database leased, leased from the model too."""
        ready = self.model.ready()
        assert len(rows) == min(limit, len(ready))
        found = [TaskKey(row[0], row[1], row[2]) for row in rows]
        assert sorted(map(self._urgency, found)) == sorted(map(self._urgency, ready))[: len(found)]
        leased = [self.model.lease(key, "w", LEASE) for key in found]
        for row, task in zip(rows, leased, strict=True):
            assert (row[3], row[4]) == (task.attempt, task.failures)
            assert row[6] is None or json.loads(row[6]) == task.item
            assert set(json.loads(row[7] or "{}")) == set(task.errors)
            self._inputs_agree(json.loads(row[5] or "{}"), task)
        return leased

    def extend(self, task: LeasedTask) -> None:
        """Extend one lease."""
        answer = self._one(
            "select (flowc.extend_leases(0, 'w', array[%s]::uuid[], array[%s], array[%s]::int[], array[%s], %s))[1]",
            task.run_id, task.step_slug, task.task_index, task.attempt, LEASE,
        )  # fmt: skip
        assert answer == self.model.extend(task, LEASE)

    def release(self, task: LeasedTask) -> None:
        """Hand back one task."""
        answer = self._one(
            "select (flowc.release_tasks(array[%s]::uuid[], array[%s], array[%s]::int[], array[%s]))[1]",
            task.run_id, task.step_slug, task.task_index, task.attempt,
        )  # fmt: skip
        assert answer == self.model.release(task)

    def expire(self) -> None:
        """Fail what expired."""
        assert self._one("select flowc.expire_leases(0)") == self.model.expire()

    def cancel(self, run_id: str) -> None:
        """Cancel a run."""
        assert self._one("select flowc.cancel_run(%s)", run_id) == self.model.cancel(run_id)

    def retry(self, run_id: str) -> None:
        """Retry a run that failed or was cancelled."""
        assert self._one("select flowc.retry_run(%s)", run_id) == self.model.retry(run_id)

    def agree(self) -> None:
        """Hold what the two engines show of every run against each other."""
        for run_id, found in self.conn.execute(_SHOWN, [self.runs]).fetchall():
            expected = self._expected(run_id)
            for part in ("run", "steps", "tasks", "errors"):
                assert found[part] == expected[part], (part, run_id)

    def close(self) -> None:
        """Leave nothing behind that another pair would poll."""
        for run_id in self.runs:
            self._one("select flowc.cancel_run(%s)", run_id)

    def _expected(self, run_id: str) -> dict[str, Any]:
        run = self.model.run(run_id)
        tasks = [
            [t.step_slug, t.task_index, t.status, t.attempt, t.failures,
             _stamp(t.visible_at) if t.status == "queued" else None,
             _stamp(t.lease_expires_at) if t.status == "started" else None]
            for t in self.model.step_tasks(run_id)
            if t.attempt > 0 or t.status == "queued"
        ]  # fmt: skip
        errors = [
            [e.step_slug, e.task_index, e.attempt, e.terminal] for e in self.model.task_errors(run_id) if e.worker
        ]
        shown = {
            "run": [
                run.status,
                run.output,
                run.failed_step,
                run.skipped_failures if run.status == "completed" else None,
                _stamp(run.ended_at),
            ],
            "steps": {s: [v.status, v.skip_reason, v.output] for s, v in self.model.step_states(run_id).items()},
            "tasks": sorted(tasks, key=_place) or None,
            "errors": sorted(errors, key=_place) or None,
        }
        return json.loads(json.dumps(shown))  # type: ignore[no-any-return]

    def _urgency(self, key: TaskKey) -> int:
        return -int(self.definition["steps"][key.step_slug].get("priority", 0))

    def _inputs_agree(self, sent: dict[str, Any], task: LeasedTask) -> None:
        """What a poll brings is what the handler may see, or the one field of it that `with` reads."""
        for slug, value in sent.items():
            seen = task.inputs.get(slug)
            if value != seen:
                [(key, field)] = value.items()
                assert field == (seen.get(key) if isinstance(seen, dict) else None)

    def _tell_time(self) -> None:
        self.conn.execute("update public.test_clock set at = %s", [self.model.now])

    def _one(self, query: str, *values: Any) -> Any:
        row = self.conn.execute(query, values).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return row[0]


def outcome_of(outcome: Any) -> list[Any]:
    """The tail of a result as settle_and_poll takes it."""
    if isinstance(outcome, Failed):
        return ["failed", outcome.error, outcome.retryable, None]
    return ["ok", outcome]


def _stamp(at: datetime | None) -> float | None:
    """A moment in seconds."""
    return None if at is None else at.timestamp()


def _place(row: list[Any]) -> tuple[Any, ...]:
    return row[0], row[1] is None, row[1] or 0, row[2] if isinstance(row[2], int) else 0
