"""The records of a claims message as columns named after the fields of the ZH308 layout.

Every record carries the person, the performance's number and its rank in the order of the message, and the
key by which records of one performance belong together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from pipeline.demo.catalogue import catalogue
from pipeline.demo.parameters import Hospital, Insurer

ORDER = ["person", "number", "rank"]
"""The order of the message: insured, performance, and within it 04, 06 (costs, fee), 16."""

_PERFORMANCE_LIST = "041"  # institutions with DBC care products
_DIAGNOSIS_LIST = "028"  # the DBC typing list
_COSTS, _FEE = "02", "04"  # kinds of tariff: the institution's costs, the specialists' fee
_REFERRED = "01"  # from primary care
_FULL_TARIFF = 10_000  # in hundredths of a per cent
_KEY = {
    "bsn": "bsn",
    "insurer_code": "insurer_code",
    "insured_number": "policy_number",
    "performance_list_code": "list_code",
    "performance_code": "performance_code",
    "performance_start_date": "start_date",
    "performance_sequence_number": "sequence",
}


@dataclass(frozen=True)
class ClaimRecords:
    """The detail records by code, and one row per tariff record with its signed cents and `is_defective`."""

    by_code: dict[str, pl.DataFrame]
    tariffs: pl.DataFrame


def claim_records(
    lines: pl.DataFrame, patients: pl.DataFrame, insurer: Insurer, hospital: Hospital, invoiced: dt.date
) -> ClaimRecords:
    """Records 02, 04, 06 and 16 of one hospital's message.

    Args:
        lines: of `declare`, this hospital's only.
        patients: of `simulate_people`, those with a line only, with `is_defective`.
        insurer: who is to pay.
        hospital: who declares.
        invoiced: the date of the invoice, up to which deaths are known.
    """
    whole = _enriched(lines, patients, insurer)
    tariffs = _tariffs(whole)
    records = {
        "02": _insured(patients, insurer, invoiced),
        "04": _performances(whole, hospital),
        "06": _tariff_records(tariffs),
        "16": _activities(whole),
    }
    return ClaimRecords(records, tariffs)


def _enriched(lines: pl.DataFrame, patients: pl.DataFrame, insurer: Insurer) -> pl.DataFrame:
    """The performances with their patient, their catalogue item, their key and their reference numbers."""
    items = catalogue().drop("price_cents", "addon")
    whole = lines.join(patients.drop("hospital"), on="person", validate="m:1").join(
        items, on="product", validate="m:1"
    )
    same = ["person", "performance_code", "start_date"]
    return whole.sort("person", "number").with_columns(
        insurer_code=pl.lit(insurer.insurer_code),
        list_code=pl.lit(_PERFORMANCE_LIST),
        sequence=pl.int_range(1, pl.len() + 1).over(same),
        debit_credit=pl.when(pl.col("sign") < 0).then(pl.lit("C")).otherwise(pl.lit("D")),
        reference=pl.format("{}{}", "year", pl.col("number").cast(pl.String).str.zfill(8)),
        corrected=pl.format(
            "{}{}", "corrected_year", pl.col("corrected_number").cast(pl.String).str.zfill(8)
        ),
        trajectory_number=pl.format("T{}{}", pl.col("opening_date").dt.year(), "trajectory"),
        is_product=pl.col("product_code").is_not_null(),
    )


def _insured(patients: pl.DataFrame, insurer: Insurer, invoiced: dt.date) -> pl.DataFrame:
    dead = (pl.col("death_date") <= invoiced).fill_null(value=False)
    return patients.select(
        "person",
        bsn="bsn",
        insurer_code=pl.lit(insurer.insurer_code),
        insured_number="policy_number",
        birth_date="birth_date",
        sex_code=pl.col("sex_code").replace_strict({"M": "1", "F": "2"}),
        name_use_01_code=pl.lit("1"),
        insured_name_01="name",
        insured_name_prefix_01="prefix",
        insured_initials="initials",
        postcode="postcode",
        house_number="house_number",
        deceased_code=pl.when(dead).then(pl.lit("1")).otherwise(pl.lit("2")),
        number=pl.lit(0, dtype=pl.Int64),
        rank=pl.lit("02"),
    )


def _performances(whole: pl.DataFrame, hospital: Hospital) -> pl.DataFrame:
    product, addon = pl.col("is_product"), ~pl.col("is_product")
    intensive = pl.col("kind") == "addon_intensive_care"
    return whole.select(
        "person",
        "number",
        birth_date="birth_date",
        forwarding_allowed_code=pl.lit("1"),
        performance_end_date="end_date",
        care_product_code="product_code",
        care_trajectory_number="trajectory_number",
        care_trajectory_start_date="opening_date",
        care_trajectory_end_date="closing_date",
        subtrajectory_number="trajectory_number",
        referral_kind_code=pl.lit(_REFERRED),
        referring_caregiver_code="referrer_code",
        quantity="quantity",
        care_kind_code=pl.when(product).then(pl.lit("11")).when(intensive).then(pl.lit("51")),
        diagnosis_list_code=pl.when(product).then(pl.lit(_DIAGNOSIS_LIST)),
        diagnosis_code="diagnosis_code",
        # Which code stands for what is not in the published layout; 1 for "again" is an assumption.
        redeclaration_code=pl.col("is_redeclared").cast(pl.Int8),
        treating_specialism_code="specialism_code",
        institution_code=pl.when(product).then(pl.lit(hospital.provider_code)),
        care_activity_code=pl.when(addon).then("performance_code"),
        care_activity_number=pl.when(addon).then(pl.format("A{}", "reference")),
        quantity_sign="debit_credit",
        line_reference=pl.format("P{}", "reference"),
        corrected_line_reference=pl.format("P{}", "corrected"),
        rank=pl.lit("04"),
        **_KEY,
    )


def _tariffs(whole: pl.DataFrame) -> pl.DataFrame:
    """One row per component of a performance's price: the fee where there is one, the rest is costs."""
    fee = (pl.col("unit_cents") * pl.col("fee_share") + 0.5).floor().cast(pl.Int64)
    costs = whole.with_columns(tariff_cents=pl.col("unit_cents") - fee, component=pl.lit(_COSTS))
    fees = whole.filter(pl.col("fee_share") > 0).with_columns(tariff_cents=fee, component=pl.lit(_FEE))
    return pl.concat([costs, fees]).with_columns(
        cents=pl.col("tariff_cents") * pl.col("quantity") * pl.col("sign")
    )


def _tariff_records(tariffs: pl.DataFrame) -> pl.DataFrame:
    return tariffs.select(
        "person",
        "number",
        tariff_kind_code="component",
        treating_specialism_code="specialism_code",
        tariff_cents="tariff_cents",
        tariff_percentage=pl.lit(_FULL_TARIFF),
        calculated_cents=pl.col("cents").abs(),
        calculated_sign="debit_credit",
        declared_cents=pl.col("cents").abs(),
        declared_sign="debit_credit",
        line_reference=pl.format("T{}{}", "reference", "component"),
        corrected_line_reference=pl.format("T{}{}", "corrected", "component"),
        rank=pl.format("06{}", "component"),
        **_KEY,
    )


def _activities(whole: pl.DataFrame) -> pl.DataFrame:
    return whole.filter(pl.col("is_product") & pl.col("activity_code").is_not_null()).select(
        "person",
        "number",
        care_activity_number=pl.format("A{}", "reference"),
        care_activity_code="activity_code",
        care_activity_start_date="activity_date",
        care_activity_end_date="activity_date",
        quantity="quantity",
        treating_specialism_code="specialism_code",
        quantity_sign="debit_credit",
        line_reference=pl.format("Z{}", "reference"),
        corrected_line_reference=pl.format("Z{}", "corrected"),
        rank=pl.lit("16"),
        **_KEY,
    )
