"""Fuzz the XML reader: whatever the bytes, they end as rows, rejected rows, or one FileRefusedError.

`python -m tests.fuzz.xml --seconds 30`. The corpus begins with small messages that hold every element of the layouts;
the element names are a dictionary, so that mutations stay near to messages.
"""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["pipeline.intake.gds"]):
    from pipeline.intake import gds

import argparse
import sys
import tempfile
from pathlib import Path

from pipeline.errors import FileRefusedError
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.gds.layouts import all_layouts
from pipeline.intake.staging import FileFacts
from tests.gds_messages import MENTAL, answer, claim, credit, debit, insured

LONGEST = 20_000
MEMORY_MB = 2_048
SLOWEST_SECONDS = 10


def corpus() -> list[bytes]:
    """Messages to begin with."""
    referral = {
        "TypeVerwijzingcode": "01",
        "Verwijzer": {"Zorgaanbiedercode": "01000001", "ZorgaanbiederRol": "03"},
    }
    provider = {
        "Zorgaanbiedercode": "04990001",
        "ZorgaanbiederSpecificatie": "0401",
        "ZorgaanbiederRol": "01",
    }
    awarded = {
        "Referentienummer": "R1",
        "ToegekendBedragInclBtwFinancieel": "1.00",
        "Feedback": {"Retourcode": "0435"},
    }
    whole = claim(
        insured(debit(Einddatum="2025-05-07", Verwijzing=referral, Zorgaanbieder=provider), debit(**MENTAL)),
        insured(credit(), Verzekerdennummer="V1", AanvullendeVerzekerdegegevens={"GeslachtCode": "1"}),
    )
    answered = answer(insured(("DebetPrestatie", awarded)), total="1.00")
    rejected = answer(header={"Feedback": {"Retourcode": "8028"}})
    doctype = whole.replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
    texts = (whole, answered, rejected, doctype, whole.replace("\n", ""))
    return [text.encode() for text in texts] + [whole.replace("UTF-8", "UTF-16").encode("utf-16")]


def words() -> list[str]:
    """Names of elements, and pieces of markup."""
    names = {
        name
        for layout in all_layouts()
        for record in layout.records.values()
        for path in (*record.elements, *(one for field in record.fields.values() for one in field.elements))
        for name in path.split("/")
    }
    markup = [
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?x ?>",
        "&#1;",
        "&amp;",
        "<!DOCTYPE",
        "xmlns:a=",
        "/>",
        "</",
    ]
    return [
        *sorted(f"<gds801:{name}>" for name in names),
        *sorted(f"</gds801:{name}>" for name in names),
        *markup,
    ]


def one_input(data: bytes) -> None:
    """Read these bytes as a file.

    Raises:
        AssertionError: when a message that was not refused does not add up.
    """
    path = FOLDER / "message.xml"
    path.write_bytes(data)
    try:
        source = SourceFile.at(path, workspace=FOLDER)
        *blocks, facts = gds.read(source, piece_events=200)
    except FileRefusedError:
        return
    assert isinstance(facts, FileFacts)
    total = sum(block.delivered_cents for block in blocks)
    assert facts.standard != "GDS801" or facts.trailer_cents == total


def main() -> None:
    """Fuzz for a while; libFuzzer ends the process with another code than 0 at the first input that fails."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=30)
    asked = options.parse_args()
    seeds = FOLDER / "corpus"
    seeds.mkdir()
    for place, seed in enumerate(corpus()):
        (seeds / f"{place}.xml").write_bytes(seed)
    dictionary = FOLDER / "words"
    dictionary.write_text("".join(f'"{word}"\n'.replace("\\", "\\\\") for word in words()), encoding="utf-8")
    limits = (
        f"-max_total_time={asked.seconds}",
        f"-max_len={LONGEST}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={SLOWEST_SECONDS}",
        f"-dict={dictionary}",
        f"-artifact_prefix={FOLDER}/",
    )
    atheris.Setup([sys.argv[0], *limits, str(seeds)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = Path(folder)
        main()
