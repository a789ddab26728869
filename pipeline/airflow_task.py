"""How a task of Airflow ends on an error for people, and what the last task says of those that failed.

Airflow logs a traceback for every exception. An `OcmoError` says what is wrong, where and what to do, and its
traceback says nothing more: so the task logs that text and leaves with the error's exit code. A defect of ours
keeps its traceback.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any, NoReturn

from pipeline.errors import NoDataError, OcmoError

SAID = "failure"
"""The XCom key under which a failing task leaves its text; such texts hold no value of any row."""


@contextlib.contextmanager
def for_people(*others: type[Exception], skips_without_data: bool = False) -> Iterator[None]:
    """While a task works: an `OcmoError`, or one of `others`, ends it with its text and no traceback.

    With `skips_without_data`, having nothing to work on is no failure: the task is skipped, with the reason.

    Raises:
        SystemExit: in place of such an error, with its exit code.
        AirflowSkipException: in place of a `NoDataError`, with `skips_without_data`.
    """
    from airflow.sdk import get_current_context
    from airflow.sdk.exceptions import AirflowSkipException

    faults: tuple[type[Exception], ...] = (OcmoError, *others)
    try:
        yield
    except faults as error:
        if skips_without_data and isinstance(error, NoDataError):
            raise AirflowSkipException(str(error)) from None
        logging.getLogger(__name__).error(str(error))
        get_current_context()["ti"].xcom_push(SAID, str(error))
        raise SystemExit(getattr(error, "exit_code", 1)) from None


def failures_of_this_run() -> list[str]:
    """One line for each task of the current run that has failed by now: which, and what it said.

    Airflow names the parts of a mapped task `<task>_<number>`. A defect of ours has said nothing.
    """
    from airflow.sdk import get_current_context

    ti: Any = get_current_context()["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])[ti.run_id]
    failed = sorted(name for name, state in states.items() if str(state) == "failed")
    return [f"{name}: {_said(ti, name) or 'a defect; its log has the traceback.'}" for name in failed]


def fail(failure: str) -> NoReturn:
    """End the current task with this text, and no traceback.

    Raises:
        SystemExit: always.
    """
    logging.getLogger(__name__).error(failure)
    raise SystemExit(1)


def _said(ti: Any, name: str) -> str | None:
    task, _, part = name.rpartition("_")
    is_mapped = name not in ti.task.dag.task_ids
    where = {"task_ids": task, "map_indexes": int(part)} if is_mapped else {"task_ids": name}
    said: str | None = ti.xcom_pull(key=SAID, **where)
    return said
