"""No core dumps of processes that hold keys."""

from __future__ import annotations

import contextlib


def forbid_core_dumps() -> None:
    """Let this process, and those it starts, leave no core dump when they crash.

    Python cannot wipe a key from memory, so a dump would hold it. Where the system hands dumps to a program,
    that program must honour the limit, as systemd-coredump does. A platform without such limits has no
    `resource`.
    """
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
