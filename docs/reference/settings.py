"""The page of the settings: which files and variables there are, the code says; what each does, this module.

A setting that the code knows and this module does not, or the other way round, is an error here, so that the
page cannot fall behind.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from docs.reference.markdown import code, document, table
from pipeline.home import CHECKOUT

INTRODUCTION = """\
Each role has one folder, its home, with its settings file, its key ring and its state. Relative paths in a settings
file are relative to the home. A key that is no setting is an error, so that a typing mistake does not pass for a
default. In the demonstration all homes lie under one folder, `var/` or what `OCMO_HOME` names."""

FILES = {
    "ocmo.yaml": (
        "The OCMO",
        {
            "inbox": "drop folder in which suppliers' tables and the TTP's maps arrive",
            "ttp_outbox": "drop folder towards the TTP, for acknowledgements of what was opened",
            "contracts": "folder with one YAML file per contract that this OCMO serves",
            "database_url": "the register and the catalogue, as SQLAlchemy writes it; PostgreSQL in production",
            "memory_limit": "what one DuckDB connection may use, as DuckDB writes it",
            "threads": "how many threads one DuckDB connection may use",
        },
    ),
    "supplier.yaml": (
        "A supplier",
        {
            "name": "the supplier's name in the agreement",
            "ttp_outbox": "drop folder towards the TTP: identifiers",
            "ocmo_outbox": "drop folder towards the OCMO: tables",
            "outside_period_share": "a delivery is refused when more than this share of a table's rows, from 0 to 1, "
            "are of another year than its period",
            "deliveries": "what is planned: each with `delivery_id`, `period` (calendar year), `delivered_on` (date), "
            "`replaces` (the own earlier delivery whose place it takes, if any) and `files`, each with a `path` and, "
            "for a table, the `mapping` that reads it and, when it is known, how many `rows` it should have",
        },
    ),
}
"""By file: the role, and what each setting is."""

COMPUTED = {
    "root.name": "the name of the home's folder",
    "[]": "none",
    "str(CHECKOUT / 'contracts')": "`contracts/` in the source tree",
    """f"sqlite:///{root / 'register.sqlite'}\"""": "`sqlite:///<home>/register.sqlite`",
}
"""In words, the defaults that the code computes, by the expression that does."""

TTP_KEYS = {
    "inbox": "drop folder in which suppliers' identifiers arrive",
    "outbox": "drop folder towards the OCMO, for maps",
    "days_ahead": "how many days a delivery may be dated after the day of a round",
}

BESIDE = """\
Beside the settings file a home holds: `keys/` (the key ring: folder 0700, files 0600); at a supplier
`agreement.json`, `mappings/`, `layouts/` (layouts and code lists of its own), `sealed/` (a receipt for each
delivery) and `rejected/` (rows to mend, with their reasons); at the TTP and the OCMO
`agreements/<contract>.json`; at the TTP `seen.json` and `refused.json`; at the OCMO `register.sqlite`, `lake/`,
`reports/`, `spill/` and, once somebody objected, `objections/`. Each has its audit log, `audit.jsonl`. While a
rotation is on, the agreement of the next epoch lies beside that of now, with `.next` before its ending."""

VARIABLES = {
    "OCMO_HOME": "folder that holds one home per role; default `var` in the source tree",
    "OCMO_TTP_HOME": "the TTP's home, for `dags/ttp.py` in the TTP's Airflow",
    "OCMO_CUSTODY": "the two custodians' shares of a key ring, as `<first file>:<second file>`; default: "
    "`custody/` in the ring",
    "OCMO_PASSPHRASE_FILE": "a private file with the passphrase of a key ring that has one, or `/dev/fd/N`; default: "
    "it is typed",
    "OCMO_NEW_PASSPHRASE_FILE": "the same for the passphrase that `ocmo keys renew` or `destroy` gives the ring",
    "OCMO_TOKEN_PIN_FILE": "a private file with the PIN of a ring's PKCS#11 token, or `/dev/fd/N`; default: "
    "it is typed",
}

VARIABLE = re.compile(r"""["'](OCMO_[A-Z_]+)["']""")


def page() -> str:
    """Settings by role, then the variables."""
    return document(
        "Settings",
        INTRODUCTION,
        *(_file(name, defaults) for name, defaults in sorted(_settings_files())),
        _ttp(),
        f"## What else a home holds\n\n{BESIDE}",
        f"## Variables of the environment\n\n{_variables()}",
    )


def _settings_files() -> Iterator[tuple[str, dict[str, str]]]:
    """(file name, default by setting) of every call of `read_settings` in the code."""
    for path in sorted((CHECKOUT / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "read_settings":
                file, defaults = node.args
                if not (isinstance(file, ast.BinOp) and isinstance(defaults, ast.Dict)):
                    raise TypeError(f"{path.name}: read_settings wants `root / 'file'` and its defaults")
                names = (ast.literal_eval(key) for key in defaults.keys if key is not None)
                values = (_default(value) for value in defaults.values)
                yield ast.literal_eval(file.right), dict(zip(names, values, strict=True))


def _default(value: ast.expr) -> str:
    """A default as a reader would write it; what is computed, in words."""
    if isinstance(value, ast.Constant):
        return code(value.value)
    source = ast.unparse(value)
    return COMPUTED.get(source, code(source))


def _file(name: str, defaults: dict[str, str]) -> str:
    role, says = FILES[name]
    _require_same(name, set(says), set(defaults))
    rows = ((code(key), defaults[key], meaning) for key, meaning in says.items())
    return f"## {role}: {name}\n\n" + table(("setting", "default", "what it is"), rows)


def _ttp() -> str:
    from pseudonymisation.today import DAYS_AHEAD

    source = (CHECKOUT / "pseudonymisation" / "ttp_home.py").read_text(encoding="utf-8")
    _require_same("ttp.json", set(TTP_KEYS), set(re.findall(r'settings(?:\.get\(|\[)"(\w+)"', source)))
    defaults = {"days_ahead": code(DAYS_AHEAD)}
    rows = ((code(key), defaults.get(key, "must be given"), says) for key, says in TTP_KEYS.items())
    return "## The TTP: ttp.json\n\n" + table(("setting", "default", "what it is"), rows)


def _variables() -> str:
    sources = [path for folder in ("pipeline", "pseudonymisation", "dags") for path in _python(folder)]
    found = {name for path in sources for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    _require_same("the environment", set(VARIABLES), found)
    return table(("variable", "what it is"), ((code(key), says) for key, says in VARIABLES.items()))


def _python(folder: str) -> list[Path]:
    return sorted((CHECKOUT / folder).rglob("*.py"))


def _require_same(where: str, told: set[str], known: set[str]) -> None:
    """Raise ValueError when the page and the code do not know the same settings."""
    if told != known:
        raise ValueError(f"{where}: told here but not in the code, or the reverse: {sorted(told ^ known)}")
