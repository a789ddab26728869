"""The records of a hospital's performances as columns named after the fields of the ZH308 layout.

Every record carries what the message is ordered by, and the key by which records of one performance belong together.
"""

from __future__ import annotations

import polars as pl

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


def performance_records(whole: pl.DataFrame) -> pl.DataFrame:
    """Records 04: what was done."""
    product, addon = pl.col("is_product"), ~pl.col("is_product")
    intensive = pl.col("care_type_code") == "addon_intensive_care"
    return whole.select(
        "quarter_end",
        "person",
        "label",
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
        institution_code=pl.when(product).then("provider_code"),
        care_activity_code=pl.when(addon).then("performance_code"),
        care_activity_number=pl.when(addon).then(pl.format("A{}", "reference")),
        quantity_sign="debit_credit",
        line_reference=pl.format("P{}", "reference"),
        corrected_line_reference=pl.format("P{}", "corrected"),
        rank=pl.lit("04"),
        **_KEY,
    )


def tariffs_of(whole: pl.DataFrame) -> pl.DataFrame:
    """One row per component of a performance's price: the fee where there is one, the rest is costs.

    With component, tariff_cents (per unit) and declared_cents (signed).
    """
    fee = (pl.col("unit_cents") * pl.col("fee_share") + 0.5).floor().cast(pl.Int64)
    costs = whole.with_columns(tariff_cents=pl.col("unit_cents") - fee, component=pl.lit(_COSTS))
    fees = whole.filter(pl.col("fee_share") > 0).with_columns(tariff_cents=fee, component=pl.lit(_FEE))
    return pl.concat([costs, fees]).with_columns(
        declared_cents=pl.col("tariff_cents") * pl.col("quantity") * pl.col("sign")
    )


def tariff_records(tariffs: pl.DataFrame) -> pl.DataFrame:
    """Records 06: what it costs (of `tariffs_of`)."""
    return tariffs.select(
        "quarter_end",
        "person",
        "label",
        "number",
        tariff_kind_code="component",
        treating_specialism_code="specialism_code",
        tariff_cents="tariff_cents",
        tariff_percentage=pl.lit(_FULL_TARIFF),
        calculated_cents=pl.col("declared_cents").abs(),
        calculated_sign="debit_credit",
        declared_cents=pl.col("declared_cents").abs(),
        declared_sign="debit_credit",
        line_reference=pl.format("T{}{}", "reference", "component"),
        corrected_line_reference=pl.format("T{}{}", "corrected", "component"),
        rank=pl.format("06{}", "component"),
        **_KEY,
    )


def activity_records(whole: pl.DataFrame) -> pl.DataFrame:
    """Records 16: the operations within products."""
    return whole.filter(pl.col("is_product") & pl.col("activity_code").is_not_null()).select(
        "quarter_end",
        "person",
        "label",
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
