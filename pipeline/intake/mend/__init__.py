"""The list to mend: what is wrong with a supplier's files and what to do about it, for the supplier's eyes only.

    rules        what each rule means, and what to do: `rules.yaml`
    summary      a checked or refused file in figures
    delivery     files that were checked together, and what came of them as one delivery
    mend_list    summary, findings by rule, and every finding
    workbook     the list as a workbook
    json_text    the list as JSON
    writing      either of them, as the file's name says

It names files, lines, records and fields; the value of a field is never in it.
"""

from pipeline.intake.mend.delivery import DeliveryResult
from pipeline.intake.mend.mend_list import MendList
from pipeline.intake.mend.summary import Refusal, file_summary
from pipeline.intake.mend.writing import require_mend_path, require_writable, write_mend_list

__all__ = [
    "DeliveryResult",
    "MendList",
    "Refusal",
    "file_summary",
    "require_mend_path",
    "require_writable",
    "write_mend_list",
]
