"""The roles apart for real: three user ids, three closed homes, and nothing between them but drop folders."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.three_users import CONTRACT, DELIVERY, PERSONS, USERS, ThreeUsers

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be three users")

TAKE_IN = """
import datetime as dt
from pathlib import Path
from pipeline import night
from pipeline.home import OcmoHome
home = OcmoHome.open(Path("."))
for name in night.new_arrivals(home, dt.date(2026, 2, 1)):
    print(name, night.take_in(home, name).outcome)
"""
TRY = """
import json, sys
for path in json.load(sys.stdin):
    try:
        open(path, "rb").close()
        print("opened", path)
    except PermissionError:
        pass
"""
LIST = """
import os, json, sys
for path in json.load(sys.stdin):
    try:
        os.listdir(path)
        print("listed", path)
    except PermissionError:
        pass
"""
DECRYPT = """
import json, sys
from pathlib import Path
from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import BlobRefusedError
from pseudonymisation.keys import KeyRing
ring = KeyRing.open(Path("keys"))
agreement = Agreement.load(Path(sys.argv[1]))
for kind, table, path in json.load(sys.stdin):
    info = agreement.context(kind, "one", sys.argv[2]).info(table, 1, 1)
    try:
        ring.decrypt(Path(path).read_bytes(), info)
        print("opened", table)
    except BlobRefusedError:
        print("refused", table)
"""


@pytest.fixture(scope="module")
def delivered() -> Iterator[ThreeUsers]:
    """The supplier has sealed, the TTP mapped and the OCMO taken in; each as its own user."""
    world = ThreeUsers.make()
    world.done("one", "supplier", "seal", "--home", ".")
    shutil.copytree(world.root / "drop", world.root / "as-sealed")
    world.done("ttp", "ttp", "run", "--home", ".")
    taken = world.python_as("ocmo", "-c", TAKE_IN)
    assert (taken.exit_code, taken.said) == (0, f"{DELIVERY} linked\n"), taken.complained
    yield world
    shutil.rmtree(world.root)


def files_below(*folders: Path) -> list[str]:
    """Every file there, which root can list."""
    return [str(path) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def test_what_each_wrote_is_its_own(delivered: ThreeUsers) -> None:
    for name, user in USERS.items():
        home = delivered.home(name)
        assert home.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_uid for path in home.rglob("*")} == {user}
    owners = {path.name: path.stat().st_uid for path in (delivered.root / "drop" / "ocmo").glob("[!.]*")}
    assert owners == {DELIVERY: USERS["one"], f"{DELIVERY}.map": USERS["ttp"]}


def test_the_delivery_went_its_whole_way_and_the_ttp_forgets_it(delivered: ThreeUsers) -> None:
    logs = [str(delivered.home(name) / "audit.jsonl") for name in ("ttp", "ocmo")]
    kept = [[json.loads(line)["action"] for line in Path(log).read_text().splitlines()] for log in logs]
    assert [actions[-2:] for actions in kept] == [["key-made", "map"], ["open", "acknowledge"]]
    assert delivered.done("ttp", "ttp", "run", "--home", ".").startswith(
        f"{DELIVERY}: forgotten, {PERSONS} persons"
    )
    assert not list((delivered.root / "drop" / "ttp").glob("[!.]*"))


@pytest.mark.parametrize("role", USERS)
def test_no_role_can_open_a_file_of_another_s_home(delivered: ThreeUsers, role: str) -> None:
    others = [delivered.home(name) for name in USERS if name != role]
    foreign = files_below(*others)
    assert any(path.endswith("exchange.key") for path in foreign)
    assert delivered.python_as(role, "-c", TRY, given=json.dumps(foreign)).said == ""
    folders = [str(home / part) for home in others for part in (".", "keys")]
    assert delivered.python_as(role, "-c", LIST, given=json.dumps(folders)).said == ""


def test_the_keys_that_it_cannot_open_are_there_for_their_owner(delivered: ThreeUsers) -> None:
    """So that the test before is not passed because nothing was there."""
    own = files_below(delivered.home("ttp") / "keys")
    said = delivered.python_as("ttp", "-c", TRY, given=json.dumps(own)).said
    assert said.splitlines() == [f"opened {path}" for path in own]


@pytest.mark.parametrize(("role", "drop"), [("ocmo", "ttp"), ("ttp", "ocmo")])
def test_no_role_can_read_what_was_put_down_for_another(delivered: ThreeUsers, role: str, drop: str) -> None:
    sealed = [path for path in files_below(delivered.root / "as-sealed" / drop) if path.endswith(".blob")]
    there = [path.replace("as-sealed", "drop") for path in sealed]
    assert sealed
    for path in there:
        if not Path(path).exists():  # the TTP may have removed it
            Path(path).parent.mkdir(exist_ok=True)
            shutil.copy2(path.replace("/drop/", "/as-sealed/"), path)
            for each in (Path(path).parent, Path(path)):
                os.chown(each, USERS["one"], USERS[drop])
            Path(path).parent.chmod(0o2770)
    assert delivered.python_as(role, "-c", TRY, given=json.dumps(there)).said == ""


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [("ttp", "identifiers", "insured"), ("ocmo", "insured", "identifiers")],
)
def test_handed_another_s_blob_no_role_can_open_it(
    delivered: ThreeUsers, role: str, own: str, foreign: str
) -> None:
    """Somebody copies the sealed bytes where all can read them."""
    handed = delivered.root / "handed"
    handed.mkdir(exist_ok=True)
    asked = []
    for kind, table, drop in (("identifiers", "identifiers", "ttp"), ("tables", "insured", "ocmo")):
        copy = handed / f"{table}.blob"
        shutil.copyfile(delivered.root / "as-sealed" / drop / DELIVERY / f"{table}-0001.blob", copy)
        copy.chmod(0o644)
        asked.append((kind, table, str(copy)))
    agreement = f"agreements/{CONTRACT}.json"
    said = delivered.python_as(role, "-c", DECRYPT, agreement, DELIVERY, given=json.dumps(asked)).said
    assert set(said.splitlines()) == {f"opened {own}", f"refused {foreign}"}


@pytest.mark.parametrize("role", ["one", "ttp"])
def test_no_role_can_use_another_s_ring(delivered: ThreeUsers, role: str) -> None:
    ended = delivered.run(role, "keys", "show", str(delivered.home("ocmo") / "keys"))
    assert ended.exit_code != 0
    assert "ocmo (ocmo)" not in ended.said
