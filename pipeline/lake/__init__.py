"""The lake: immutable tables, the catalogue that publishes them, and the engine that computes on them.

A table version is a Parquet file sorted by its key and named by its content. A step writes files and then
publishes all of them in one database transaction: everything is seen, or nothing. See docs/adr/0001.
"""

from pipeline.lake.catalogue import Catalogue, Snapshot, TableFile, inputs_digest
from pipeline.lake.engine import EngineSettings, connect
from pipeline.lake.replacing import replace_files
from pipeline.lake.rewriting import PUBLISHED, labelled_files, rewrite, see_published
from pipeline.lake.sql import SqlTable, sql_table
from pipeline.lake.step import Step, engine_settings, open_lake, run_step
from pipeline.lake.store import Lake

__all__ = [
    "PUBLISHED",
    "Catalogue",
    "EngineSettings",
    "Lake",
    "Snapshot",
    "SqlTable",
    "Step",
    "TableFile",
    "connect",
    "engine_settings",
    "inputs_digest",
    "labelled_files",
    "open_lake",
    "replace_files",
    "rewrite",
    "run_step",
    "see_published",
    "sql_table",
]
