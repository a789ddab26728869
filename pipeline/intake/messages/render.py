"""Write fixed-width records from columns: the opposite of `fixed_width`.

Used to make messages: synthetic ones, and those of the round-trip tests.
"""

from __future__ import annotations

import polars as pl

from pipeline.errors import LayoutError
from pipeline.intake.messages.record_layout import Field, Layout


def render(layout: Layout, record_code: str, frame: pl.DataFrame) -> pl.Series:
    """One line of `layout.record_length` characters per row of the frame, without line ends.

    Columns carry the layout's field names; what is absent or null is left empty (N zeros, AN blanks). The
    record code is filled in, and in the opening record the message's version, and its code unless it is given. N
    takes whole numbers, text of digits, and dates (written EEJJMMDD), right-aligned and zero-filled; AN takes text,
    left-aligned.

    Raises:
        LayoutError: when a column is no field of the record, or a value does not fit its field.
    """
    record = layout.records[record_code]
    unknown = sorted(set(frame.columns) - set(record.fields))
    if unknown:
        raise LayoutError(f"{', '.join(unknown)}: no field of record {record_code}", where=layout.title)
    fixed = {"record_code": record_code}
    if record is layout.header:
        fixed |= {"message_version": layout.message_version, "message_subversion": layout.message_subversion}
        fixed |= {} if "message_code" in frame.columns else {"message_code": layout.message_codes[0]}
    given = frame.with_columns(pl.lit(code).alias(name) for name, code in fixed.items())
    values = given.select(_text(name, dtype) for name, dtype in given.schema.items())
    _refuse_misfits(layout, record_code, values)
    padded = (_padded(field, given=field.name in values.columns) for field in record.fields.values())
    return values.select(pl.concat_str(list(padded)).alias("line")).to_series()


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    """The column as unpadded text, never null."""
    if isinstance(dtype, pl.Null):
        return pl.lit("").alias(name)
    value = pl.col(name)
    text = value.dt.strftime("%Y%m%d") if isinstance(dtype, pl.Date) else value.cast(pl.String)
    return text.fill_null("")


def _padded(field: Field, *, given: bool) -> pl.Expr:
    if not given:
        return pl.lit(("0" if field.type == "N" else " ") * field.length)
    value = pl.col(field.name)
    return value.str.zfill(field.length) if field.type == "N" else value.str.pad_end(field.length)


def _refuse_misfits(layout: Layout, record_code: str, values: pl.DataFrame) -> None:
    """Raise for the first field with a value that is too long or, where digits are asked, holds others."""
    fields = [field for field in layout.records[record_code].fields.values() if field.name in values.columns]
    counts = values.select(_misfits(field).sum().alias(field.name) for field in fields).row(0, named=True)
    for field in fields:
        if counts[field.name]:
            first = values.select(_misfits(field).arg_max()).item()
            raise LayoutError(
                f"{counts[field.name]} values do not fit field '{field.name}' ({field.type} {field.length})",
                where=f"record {record_code} of {layout.title}, first in row {first}",
            )


def _misfits(field: Field) -> pl.Expr:
    value = pl.col(field.name)
    too_long = value.str.len_chars() > field.length
    return too_long | value.str.contains(r"[^0-9]") if field.type == "N" else too_long
