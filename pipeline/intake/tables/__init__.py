"""Tables in any form (CSV of any dialect, Parquet, XLSX), read through a supplier's mapping file.

mapping_file, form            the mapping, and what it may say of a file's form
encoding, dialect             what a CSV does not say of itself
records, cells, csv_reader    a CSV's bytes to rows
parquet_reader                Parquet, some rows at a time
sheet_reader, sheet_limits    a sheet of a workbook, and whether the workbook is safe to open
opened, header                what the three have in common; which column a mapping means
found_notation, plain_text    dates and amounts, however they are written, in one notation
reader                        a file through its mapping to blocks of canonical rows
"""

from pipeline.intake.tables.mapping_file import MappingFile, load_mapping
from pipeline.intake.tables.reader import open_table, read

__all__ = ["MappingFile", "load_mapping", "open_table", "read"]
