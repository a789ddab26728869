"""The layouts of XML messages: what they name exists, and a new edition is a file and no code."""

from __future__ import annotations

import re

import pytest
import yaml

from pipeline.canonical.care_types import care_types
from pipeline.errors import LayoutError
from pipeline.intake import gds
from pipeline.intake.gds.layouts import LAYOUTS, all_layouts
from pipeline.intake.gds.performances import stagings
from tests.gds_messages import CLAIM, claim, debit, insured, source

TITLES = ["GDS801 1.0", "GDS801 2.0", "GDS802 1.0", "GDS802 2.0"]


def raw(name):
    return yaml.safe_load((LAYOUTS / "gds" / f"{name}.yaml").read_text(encoding="utf-8"))


def put(folder, described):
    (folder / "gds").mkdir()
    (folder / "gds" / "own.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    return folder


def test_the_layouts_are_those_of_the_two_editions():
    assert [layout.title for layout in all_layouts()] == TITLES
    assert all("Vektis" in layout.source for layout in all_layouts())


@pytest.mark.parametrize("layout", all_layouts(), ids=TITLES)
def test_every_mapping_names_fields_and_columns_that_exist(layout):
    assert set(stagings(layout)) == {"debit", "credit"}


@pytest.mark.parametrize("layout", all_layouts(), ids=TITLES)
def test_every_kind_of_care_is_a_known_one(layout):
    for mapping in layout.canonical["claim_line"].values():
        assert set(mapping["columns"]["care_type_code"].get("codes", {}).values()) <= set(care_types())


@pytest.mark.parametrize("name", ["gds801", "gds802"])
def test_every_element_is_one_that_the_published_rules_name(name, reference):
    """But for those that the layout says it assumes: no rule is about them."""
    described = raw(name)
    paths = [path for record in described["records"].values() for path in record["elements"]]
    paths += [
        one for record in described["records"].values() for f in record["fields"] for one in f["elements"]
    ]
    named = {element for path in paths for element in path.split("/")}
    published = (reference / "vektis" / "GDS801_structure.md").read_text(encoding="utf-8")
    assumed = {"Prestatiecode", "PrestatieCode", "Zorgtrajectnummer"}
    assert {one for one in named if not re.search(rf"\b{one}\b", published)} <= assumed


@pytest.mark.parametrize("name", ["gds801", "gds802"])
def test_every_rule_is_one_of_the_published_with_its_return_code(name, reference):
    published = (reference / "vektis" / "GDS801_structure.md").read_text(encoding="utf-8")
    for rule in raw(name)["rules"]:
        assert re.search(rf"(VC|/){rule['rule'][2:]}\b", published)
        assert re.search(rf"[\[/]{rule['return_code']}[\]/]", published)


def test_an_edition_in_a_folder_of_one_s_own_is_read_without_a_change_of_code(tmp_path):
    described = raw("gds801")
    described["editions"] = [{"version": "3.0", "source": "made up"}]
    described["records"]["debit"]["fields"][0]["elements"] = ["Kenmerk"]
    described["rules"] = []
    folder = put(tmp_path, described)
    performance = debit(Referentienummer=None, Kenmerk="K1")
    text = claim(insured(performance), header={"Berichtversie": "3"})
    block, facts = gds.read(source(text, tmp_path), folder)
    assert (facts.standard, facts.version) == ("GDS801", "3.0")
    assert block.rows["line_ref"].to_list() == ["04990001|K1"]


def changed(key, value):
    described = raw("gds801")
    described["editions"] = [{"version": "3.0", "source": "made up"}]
    return described | {key: value}


def ruled(**said):
    return changed(
        "rules", [{"rule": "VC1", "return_code": "1", "of": "debit", "field": "x", "says": "x", **said}]
    )


@pytest.mark.parametrize(
    ("described", "said"),
    [
        (changed("picks", {"p": {"record": "nothing", "where": {"x": "1"}}}), "no field 'nothing.x'"),
        (changed("total", {"field": "nothing", "sign": "s", "of": {}, "strict": True}), "'message.nothing'"),
        (ruled(), "VC1"),
        (ruled(must=[{"field": "a"}]), "condition of rule VC1"),
        (changed("records", {}), "no field"),
        ("nothing", "TypeError"),
        (raw("gds801"), "the same message as GDS801 1.0"),
    ],
)
def test_a_layout_that_cannot_be_used_says_what_is_wrong(described, said, tmp_path):
    with pytest.raises(LayoutError, match=re.escape(said)):
        all_layouts(put(tmp_path, described))


def test_a_file_that_is_no_yaml_is_no_layout_and_is_not_repeated(tmp_path):
    (tmp_path / "gds").mkdir()
    (tmp_path / "gds" / "own.yaml").write_text("a: [111222333", encoding="utf-8")
    with pytest.raises(LayoutError, match=r"no layout of an XML message.*own\.yaml, line") as caught:
        all_layouts(tmp_path)
    assert "111222333" not in str(caught.value)


def test_the_namespace_tells_the_standard():
    assert {layout.standard for layout in all_layouts() if layout.namespace == CLAIM} == {"GDS801"}
