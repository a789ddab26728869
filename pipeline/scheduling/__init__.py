"""Airflow from outside: one role's own installation, started, asked and stopped; and backfills.

Top floor, beside `cli` and `demo`: it says when things run, never what they do (`dags/` names the tasks, the
packages below do the work).
"""

from pipeline.scheduling.airflow_home import DAG_FILES, KEPT_VARIABLES, AirflowHome, airflow_of
from pipeline.scheduling.standalone import running_at, scheduler, standalone

__all__ = [
    "DAG_FILES",
    "KEPT_VARIABLES",
    "AirflowHome",
    "airflow_of",
    "running_at",
    "scheduler",
    "standalone",
]
