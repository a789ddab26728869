"""XML as files have it: encodings, line ends, damage, and what is refused as unsafe."""

from __future__ import annotations

import gzip

import pytest

from pipeline.errors import FileRefusedError, TruncatedFileError, UnknownStandardError
from pipeline.intake import gds
from tests.gds_messages import BSN, CLAIM, answer, claim, debit, insured, read

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol">
{}
]><gds801:Bericht xmlns:gds801="http://ei.vektis.nl/declaratiebericht573">&lol9;</gds801:Bericht>""".format(
    "\n".join(f'<!ENTITY lol{i} "{f"&lol{i - 1 or str()};" * 10}">' for i in range(1, 10))
)


def references(content, folder, **options):
    blocks, _ = read(content, folder, **options)
    return [ref for block in blocks for ref in block.rows["record_ref"]]


def refusal(content, folder, kind=FileRefusedError):
    with pytest.raises(FileRefusedError) as caught:
        read(content, folder)
    assert type(caught.value) is kind
    assert BSN not in str(caught.value)
    return str(caught.value)


def encoded(encoding, declared):
    text = claim(insured(debit(Referentienummer="Ré")))
    return text.replace("UTF-8", declared).encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("latin-1", "ISO-8859-1"),
        ("windows-1252", "windows-1252"),
        ("iso-8859-15", "ISO-8859-15"),
        ("utf-16", "UTF-16"),
    ],
)
def test_an_encoding_that_is_declared_is_read_right(encoding, declared, tmp_path):
    assert references(encoded(encoding, declared), tmp_path) == ["Ré"]


def test_text_in_another_encoding_than_declared_is_refused_with_its_line(tmp_path):
    said = refusal(encoded("latin-1", "UTF-8"), tmp_path)
    assert "no well-formed XML (not well-formed (invalid token)) in message.xml, line 39" in said
    assert 'encoding="windows-1252"' in said


@pytest.mark.parametrize("declared", ["klingon", "shift_jis"])
def test_an_encoding_that_is_not_known_is_refused(declared, tmp_path):
    assert "encoding that is not known" in refusal(encoded("utf-8", declared), tmp_path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_change_no_field(end, tmp_path):
    assert references(claim().replace("\n", end).encode(), tmp_path) == ["R1"]


def test_a_packed_message_is_opened(tmp_path):
    assert references(gzip.compress(claim().encode()), tmp_path) == ["R1"]


def test_prefixes_comments_and_sections_of_characters_are_all_the_same(tmp_path):
    text = claim().replace("gds801:", "").replace("xmlns:gds801", "xmlns")
    text = text.replace(">R1<", "><!-- the first --><![CDATA[R]]>&#49;<").replace(
        "<Header>", "<?x y?><Header>"
    )
    assert references(text, tmp_path) == ["R1"]


@pytest.mark.parametrize(
    "head", [b"<a/>", b" \r\n<a/>", b"\xef\xbb\xbf<a/>", "\ufeff<a/>".encode("utf-16-le")]
)
def test_what_begins_with_a_tag_is_meant_as_xml(head):
    assert gds.is_xml(head)


@pytest.mark.parametrize("head", [b"", b"0117601", b"bsn;naam", b"PK\x03\x04", b"\xff\xfeb\x00s\x00n\x00"])
def test_what_does_not_is_no_xml(head):
    assert not gds.is_xml(head)


def test_a_billion_laughs_is_one_refusal_at_its_line(tmp_path):
    said = refusal(LAUGHS, tmp_path)
    assert said.startswith("The file declares a document type (DOCTYPE)")
    assert "message.xml, line 2" in said


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE x PUBLIC '-//x' 'http://127.0.0.1/x.dtd'>",
        "<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1/x'> %p;]>",
    ],
)
def test_external_references_are_refused_and_not_followed(doctype, tmp_path):
    assert "DOCTYPE" in refusal(claim().replace("?>", f"?>{doctype}", 1), tmp_path)


def test_an_entity_that_nobody_declared_is_refused(tmp_path):
    assert "undefined entity" in refusal(claim().replace(">R1<", ">&r1;<"), tmp_path)


def test_elements_too_deep_are_refused(tmp_path):
    deep = "<a>" * 70 + "</a>" * 70
    assert "more than 64 deep" in refusal(
        claim().replace("</gds801:Header>", f"{deep}</gds801:Header>"), tmp_path
    )


@pytest.mark.parametrize("where", ["<gds801:BSN>", "<gds801:Referentienummer>"])
def test_a_text_that_is_too_long_is_refused(where, tmp_path):
    said = refusal(claim().replace(where, where + "x" * 200_000), tmp_path)
    assert "more than 1,000 characters" in said


def test_a_long_text_that_nobody_reads_is_left_out(tmp_path):
    assert references(claim(insured(debit(Commentaar="x" * 500_000))), tmp_path) == ["R1"]


def test_a_tag_without_end_is_refused_before_it_fills_memory(tmp_path):
    attributes = " ".join(f'a{i}="x"' for i in range(200_000))
    said = refusal(claim().replace("<gds801:Verzekerde>", f"<gds801:Verzekerde {attributes}>"), tmp_path)
    assert "longer than 1 MiB" in said


@pytest.mark.parametrize("element", ["<u{0}/>", "<u{0}:u xmlns:u{0}='u'/>", "<u a{0}=''/>"])
def test_names_without_end_are_refused_before_they_fill_memory(element, tmp_path):
    many = "".join(element.format(i) for i in range(12_000))
    assert "More than 10,000 different names" in refusal(
        claim().replace("</gds801:Verzekerde>", f"{many}</gds801:Verzekerde>"), tmp_path
    )


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_file_says_so(content, tmp_path):
    assert "empty" in refusal(content, tmp_path, TruncatedFileError)


def test_a_message_cut_off_says_where(tmp_path):
    text = claim()
    said = refusal(text[: text.index("<gds801:Aantal>") + 4], tmp_path, TruncatedFileError)
    assert said.startswith("The file ends before the message does (unclosed token) in message.xml, line 43")


@pytest.mark.parametrize(
    "text",
    [
        "<a/>",
        claim(namespace=CLAIM.replace("573", "999")),
        claim(root="Boodschap"),
        claim(header={"Berichtversie": "3"}),
        claim(header={"Berichtcode": "574"}),
        claim(header={"Berichtversie": None}),
    ],
)
def test_another_message_or_version_is_answered_with_the_known_ones(text, tmp_path):
    said = refusal(text, tmp_path, UnknownStandardError)
    assert said.endswith("Known are: GDS801 1.0, GDS801 2.0, GDS802 1.0, GDS802 2.0.")


def test_a_version_that_is_not_known_is_named(tmp_path):
    said = refusal(claim(header={"Berichtversie": "3"}), tmp_path, UnknownStandardError)
    assert "(message 573, version 3.0)" in said


def test_what_stands_in_place_of_a_version_is_not_repeated(tmp_path):
    assert BSN not in refusal(claim(header={"Berichtversie": BSN}), tmp_path, UnknownStandardError)


@pytest.mark.parametrize("version", ["1", "01", "2"])
def test_zeros_before_a_version_do_not_count(version, tmp_path):
    _, facts = read(claim(header={"Berichtversie": version, "Berichtsubversie": "00"}), tmp_path)
    assert (facts.standard, facts.version) == ("GDS801", f"{int(version)}.0")


def test_elements_that_nobody_knows_are_left_out_and_told(tmp_path):
    _, facts = read(claim(insured(debit(Nieuw={"Diep": "1"}, Referentie2="1"))), tmp_path)
    assert facts.warnings == (
        "The file holds elements that the layout does not know (Nieuw); they were left out.",
    )


def test_the_parts_of_an_answer_that_repeat_the_claim_are_not_told_as_unknown(tmp_path):
    _, facts = read(answer(insured(("DebetPrestatie", {"Referentienummer": "R1", "Nieuw": "1"}))), tmp_path)
    assert facts.warnings == ()
