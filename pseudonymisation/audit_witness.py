"""Whether an audit log is what other roles wrote down of it: nothing cut off, and not the whole written anew.

They wrote down its head as it stood when a manifest was signed. A log that was written anew under another name has no
head that anybody noted; but of a contract and epoch there is one TTP and one OCMO, and of a sealing one supplier.
"""

from __future__ import annotations

from collections.abc import Iterable

from pseudonymisation.audit import DONE, Entry
from pseudonymisation.audit_check import Checked, Fault
from pseudonymisation.identity import OCMO, SUPPLIER, TTP


def contradicted(log: Checked, others: Iterable[Checked]) -> list[Fault]:
    """Where a log differs from what other roles wrote down of it: lines cut off, or the whole written anew."""
    heads = {line.number: line.head for line in log.lines}
    faults = []
    for witness, said in sorted({(w, h) for w, h in _testimonies(log.owner, others)}, key=_by_number):
        number = int(said.partition(":")[0])
        if number not in heads:
            faults.append(Fault(number, f"it is missing: {witness} wrote down that the log had it"))
        elif heads[number] != said:
            faults.append(Fault(number, f"it is another than {witness} wrote down"))
    return faults + _of_another(log, others)


def not_given(log: Checked, others: Iterable[Checked]) -> dict[str, str]:
    """Of whom this log wrote down heads whose log is not among the others: the last head, by owner."""
    given = {other.owner for other in others}
    noted = {owner: head for line in log.lines for owner, head in line.entry.heads.items()}
    return {owner: head for owner, head in sorted(noted.items()) if owner not in given}


def _of_another(log: Checked, others: Iterable[Checked]) -> list[Fault]:
    """Where others wrote down that another did what a log says its owner did."""
    done = {_thing(log.role, line.entry): line.number for line in reversed(log.lines)}
    found = {
        (number, other.owner, name)
        for other in others
        for line in other.lines
        for name in line.entry.heads
        if name != log.owner
        and _role_of(name, other, line.entry) == log.role
        and (number := done.get(_thing(log.role, line.entry), 0))
        and _thing(log.role, line.entry) != ()
    }
    return [
        Fault(number, f"it is of {log.owner}, and {witness} wrote down that {name} did what it tells of")
        for number, witness, name in sorted(found)
    ]


def _thing(role: str, entry: Entry) -> tuple[object, ...]:
    """What only one of a role can have done; empty when an entry does not say."""
    if entry.result != DONE:
        return ()
    if role == SUPPLIER:
        return (entry.digests["halves"],) if "halves" in entry.digests else ()
    return (entry.contract, entry.epoch) if entry.epoch else ()


def _role_of(name: str, witness: Checked, entry: Entry) -> str:
    """The role of who sent a manifest that a witness had before it."""
    if name == entry.supplier:
        return SUPPLIER
    return {OCMO: TTP, TTP: OCMO}.get(witness.role, "")


def _testimonies(owner: str, others: Iterable[Checked]) -> Iterable[tuple[str, str]]:
    for other in others:
        for line in other.lines:
            if owner and owner in line.entry.heads:
                yield other.owner, line.entry.heads[owner]


def _by_number(testimony: tuple[str, str]) -> tuple[int, str, str]:
    witness, said = testimony
    return int(said.partition(":")[0]), witness, said
