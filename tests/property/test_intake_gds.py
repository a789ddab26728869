"""What holds for every XML message: cut anywhere it is read the same; damaged it is refused or taken in whole."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import FileRefusedError
from pipeline.intake.rules.findings import FINDINGS
from tests.gds_messages import BSN, MENTAL, claim, credit, debit, insured, read

WHOLE = claim(
    insured(debit(), debit(Referentienummer="R2", **MENTAL), credit()),
    insured(credit(Referentienummer="C2", GerelateerdReferentienummer="R1"), BSN="111222333"),
).encode()

EUROS = st.integers(0, 10**11).map(lambda cents: f"{Decimal(cents) / 100:.2f}")
REFERENCES = st.text("ABCé&<]1 ", min_size=1, max_size=6).map(str.strip).filter(bool)
PERFORMANCES = st.one_of(
    st.builds(
        lambda ref, euros: debit(Referentienummer=ref, DeclaratieBedragInclBtw=euros), REFERENCES, EUROS
    ),
    st.builds(
        lambda ref, of, euros: credit(
            Referentienummer=ref, GerelateerdReferentienummer=of, ToegekendBedragInclBtwFinancieel=euros
        ),
        REFERENCES,
        REFERENCES,
        EUROS,
    ),
)
PERSONS = st.lists(st.lists(PERFORMANCES, max_size=5), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("messages")


def attempt(content, folder):
    """The blocks and facts, or else what the refusal says."""
    try:
        return *read(content, folder), ""
    except FileRefusedError as refused:
        return None, None, str(refused)


def together(blocks):
    """All rows and all findings, in the order of the file."""
    rows = pl.concat([block.rows for block in blocks]).sort("row_number")
    findings = pl.concat([FINDINGS.to_frame(), *(block.findings for block in blocks)])
    return rows, findings.sort(pl.all())


@settings(max_examples=25, deadline=None)
@given(drawn=PERSONS)
def test_what_is_written_is_read_to_the_cent(folder, drawn):
    persons = [insured(*performances, BSN=f"{place:09d}") for place, performances in enumerate(drawn)]
    blocks, facts = read(claim(*persons), folder)
    written = [
        (f"{place:09d}", fields) for place, performances in enumerate(drawn) for _, fields in performances
    ]
    rows = together(blocks)[0] if blocks else pl.DataFrame(schema={"bsn": pl.String, "record_ref": pl.String})
    assert rows["bsn"].to_list() == [bsn for bsn, _ in written]
    assert rows["record_ref"].to_list() == [fields["Referentienummer"] for _, fields in written]
    delivered = sum(block.delivered_cents for block in blocks)
    assert facts.trailer_cents == delivered == (rows["declared_cents"].sum() if blocks else 0)


@settings(max_examples=15, deadline=None)
@given(drawn=PERSONS, piece_events=st.integers(1, 120))
def test_the_size_of_the_pieces_changes_nothing(folder, drawn, piece_events):
    text = claim(*(insured(*performances, BSN=f"{place:09d}") for place, performances in enumerate(drawn)))
    # Read in pieces of few events the file must be longer than what the parser is fed at a time.
    text = text.replace("</gds801:DebetPrestatie>", f"</gds801:DebetPrestatie>{' ' * 70_000}")
    whole, facts = read(text, folder)
    pieces, same_facts = read(text, folder, piece_events=piece_events)
    assert facts == same_facts
    if whole:
        for one, other in zip(together(whole), together(pieces), strict=True):
            assert one.equals(other)


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, len(WHOLE)))
def test_a_message_cut_off_anywhere_is_refused(folder, length):
    if length >= len(WHOLE.rstrip()):
        read(WHOLE[:length], folder)
        return
    with pytest.raises(FileRefusedError) as caught:
        read(WHOLE[:length], folder)
    assert BSN not in str(caught.value)


@settings(max_examples=80, deadline=None)
@given(place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_message_with_any_byte_changed_is_refused_or_still_adds_up(folder, place, byte):
    blocks, facts, said = attempt(WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :], folder)
    if blocks is not None:
        assert facts.trailer_cents == sum(block.delivered_cents for block in blocks)
        said = together(blocks)[1].write_csv()
    assert BSN not in said


ELEMENTS = st.sampled_from(
    [
        "Verzekerde",
        "Prestatie",
        "DebetPrestatie",
        "CreditPrestatie",
        "BSN",
        "Header",
        "Diagnose",
        "Bedrag",
        "Iets",
    ]
)
TREES = st.recursive(
    st.tuples(ELEMENTS, st.text("12-.dC é", max_size=12)),
    lambda inner: st.tuples(ELEMENTS, st.lists(inner, max_size=4)),
    max_leaves=20,
)


def as_xml(tree):
    name, held = tree
    inner = held if isinstance(held, str) else "".join(map(as_xml, held))
    return f"<gds801:{name}>{inner}</gds801:{name}>"


@settings(max_examples=60, deadline=None)
@given(
    tree=TREES,
    place=st.sampled_from(["</gds801:Verzekerde>", "</gds801:DebetPrestatie>", "</gds801:Bericht>"]),
)
def test_any_well_formed_element_anywhere_ends_as_rows_or_one_refusal(folder, tree, place):
    text = WHOLE.decode().replace(place, as_xml(tree) + place, 1)
    blocks, facts, said = attempt(text, folder)
    if blocks is None:
        assert said
    else:
        assert facts.trailer_cents == sum(block.delivered_cents for block in blocks)


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=300) | st.text("<>/&;'= !?[]-abé\x00", max_size=200).map(str.encode))
def test_any_bytes_that_begin_with_a_tag_end_in_one_clear_refusal(folder, content):
    with pytest.raises(FileRefusedError) as caught:
        read(b"<" + content, folder)
    assert str(caught.value)
