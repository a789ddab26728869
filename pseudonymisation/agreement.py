"""What the roles of one contract agreed before the first delivery: keys, engine, limits.

Each role holds a copy and checks everything it receives against its own: nothing in a delivery can
change it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from pseudonymisation.engine import Scope, engine
from pseudonymisation.envelope import X25519, Context, suites
from pseudonymisation.errors import AgreementError, BatchRefusedError, PseudonymisationError
from pseudonymisation.identity import OCMO, SUPPLIER, TTP, PublicIdentity, require_name
from pseudonymisation.jsonfields import misfits

DROP, REFUSE = "drop", "refuse"

_COPY = "Correct it with the other parties, and give each the same copy."


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The pseudonymisation agreement of one contract.

    Attributes:
        epoch: number of the period in which pseudonyms stay the same; a new one gives all new pseudonyms.
        key_version: version of the suppliers' shared secret.
        minimum_persons, maximum_persons: how many persons one delivery may hold, both included.
        bsn_policy: what a supplier does with a number that cannot be a BSN: "drop" the row and count it,
            or "refuse" the file.
        allow_test_numbers: dummies and test numbers count as BSNs (contracts on synthetic data only).

    Raises:
        AgreementError: when the parts do not fit together.
    """

    contract: str
    epoch: int
    key_version: int
    ttp: PublicIdentity
    ocmo: PublicIdentity
    suppliers: tuple[PublicIdentity, ...]
    minimum_persons: int
    maximum_persons: int
    engine: str = "hmac-2step-v1"
    suite: str = X25519
    bsn_policy: str = DROP
    allow_test_numbers: bool = False

    def __post_init__(self) -> None:
        require_name(self.contract, "name of the contract")
        engine(self.engine)
        _require(self.suite in suites(), f"'{self.suite}' is no suite")
        _require(self.bsn_policy in (DROP, REFUSE), f"'{self.bsn_policy}' is no policy for numbers")
        _require(self.epoch >= 1 and self.key_version >= 1, "epoch and key_version count from 1")
        _require(1 <= self.minimum_persons <= self.maximum_persons, "no number of persons is allowed")
        _require(bool(self.suppliers), "there is no supplier")
        roles = [(self.ttp, TTP), (self.ocmo, OCMO), *((s, SUPPLIER) for s in self.suppliers)]
        for identity, role in roles:
            _require(identity.role == role, f"{identity.name} has the role {identity.role}, not {role}")
            _require(
                identity.suite == self.suite,
                f"the sealing key of {identity.name} is not of suite {self.suite}",
            )
        for field in ("name", "signing_key", "sealing_key"):
            values = {getattr(identity, field) for identity, _ in roles}
            _require(len(values) == len(roles), f"two roles have the same {field}")

    @classmethod
    def load(cls, path: Path) -> Agreement:
        """Read an agreement from its JSON file.

        Raises:
            AgreementError: when it is missing, has other fields than these, or does not fit together.
        """
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise AgreementError(
                "There is no agreement", where=str(path), remedy="Exchange identities and write it first."
            ) from None
        except OSError as error:
            raise AgreementError(
                f"The agreement cannot be read ({error.strerror})",
                where=str(path),
                remedy="See to it that the user who runs this role may read it.",
            ) from None
        except ValueError:
            raise AgreementError("The agreement is not JSON", where=str(path), remedy=_COPY) from None
        try:
            return cls._from_json(raw)
        except PseudonymisationError as error:
            raise AgreementError(error.what, where=str(path), remedy=error.remedy) from None
        except TypeError:
            raise AgreementError(
                "The agreement's suppliers are not a list", where=str(path), remedy=_COPY
            ) from None

    @classmethod
    def _from_json(cls, raw: object) -> Agreement:
        wrong = misfits(cls, raw)
        if wrong:
            raise AgreementError(
                f"The agreement does not have the right fields ({', '.join(wrong)})", remedy=_COPY
            )
        fields_ = cast("dict[str, Any]", raw)
        identities = {role: PublicIdentity.from_json(fields_[role]) for role in (TTP, OCMO)}
        suppliers = tuple(PublicIdentity.from_json(supplier) for supplier in fields_["suppliers"])
        return cls(**{**fields_, **identities, "suppliers": suppliers})

    def write(self, path: Path) -> None:
        """Write the agreement as JSON; the same agreement gives the same bytes."""
        raw = {field.name: getattr(self, field.name) for field in fields(self)}
        raw |= {"ttp": self.ttp.to_json(), "ocmo": self.ocmo.to_json()}
        raw["suppliers"] = [supplier.to_json() for supplier in self.suppliers]
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(raw, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(path)

    @property
    def scope(self) -> Scope:
        """Where this agreement's pseudonyms are valid."""
        return Scope(self.contract, self.epoch, self.key_version)

    @property
    def label(self) -> str:
        """What every column of pseudonyms carries: protocol, engine, TTP, contract, epoch."""
        return f"ocp1:{self.engine}:{self.ttp.name}:{self.contract}:{self.epoch}"

    def context(self, kind: str, supplier: str, delivery: str) -> Context:
        """What the blobs of one delivery are bound to."""
        return Context(
            kind=kind,
            engine=self.engine,
            suite=self.suite,
            contract=self.contract,
            epoch=self.epoch,
            key_version=self.key_version,
            supplier=supplier,
            delivery=delivery,
        )

    def supplier(self, name: str) -> PublicIdentity:
        """The supplier of this name; AgreementError when it is none of the contract's."""
        for supplier in self.suppliers:
            if supplier.name == name:
                return supplier
        raise AgreementError(
            f"'{name}' is no supplier of contract {self.contract}",
            remedy=f"Suppliers: {', '.join(supplier.name for supplier in self.suppliers)}.",
        )

    def require_contract(self, contract: str) -> None:
        """Raise AgreementError when a delivery is for another contract than this one."""
        if contract != self.contract:
            raise AgreementError(
                f"The delivery is for contract {contract}, the agreement for {self.contract}",
                remedy="Seal it under the agreement of its own contract.",
            )

    def require_identity(self, ring: PublicIdentity, agreed: PublicIdentity) -> None:
        """Raise AgreementError unless a key ring is the one that the parties agreed on."""
        if ring != agreed:
            raise AgreementError(
                f"The key ring of {ring.name} is not that of {agreed.name} in the agreement",
                remedy="Compare fingerprints; exchange identities again if the ring was renewed.",
            )

    def require_batch(self, persons: int, where: str) -> None:
        """Raise BatchRefusedError unless a delivery's number of persons is within the limits."""
        if not self.minimum_persons <= persons <= self.maximum_persons:
            raise BatchRefusedError(
                f"The delivery holds {persons} persons; the agreement allows "
                f"{self.minimum_persons} to {self.maximum_persons}",
                where=where,
                remedy="The supplier must deliver the agreed population, or the parties change it.",
            )


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise AgreementError(
            f"The agreement does not fit together: {otherwise}",
            remedy=_COPY,
        )
