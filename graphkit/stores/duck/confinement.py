"""Confinement of this process, for good: the files it may read, its memory, and its sockets."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_SET_NO_NEW_PRIVS = 38
_READ_FILE = 1 << 2
_FILE_ACCESS = (13, 14, 15, 15, 16)
"""Number of kinds of file access in the first versions; later ones have no more."""
_TCP = 0b11
"""Binding and connecting, from version 4 on."""
_SIGNALS_AND_SOCKETS = 0b11
"""Signals and sockets of outside processes, from version 6 on."""


def landlock_version() -> int:
    """Return this kernel's version of Landlock, 0 for none."""
    if sys.platform != "linux":
        return 0
    version: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(version, 0)


def allow_only(readable: Iterable[Path]) -> int:
    """Forbid this thread, and those it will start, all files but some that it may read.

    Returns
    -------
    int
        The version of Landlock that forbids it; 0 where there is none, and nothing is forbidden.

    References
    ----------
    .. [1] Landlock: unprivileged access control.
           https://docs.kernel.org/userspace-api/landlock.html
    """
    version = landlock_version()
    if not version:
        return 0
    libc = ctypes.CDLL(None)
    kinds = (1 << _FILE_ACCESS[min(version, len(_FILE_ACCESS)) - 1]) - 1
    network, scope = _TCP * (version >= 4), _SIGNALS_AND_SOCKETS * (version >= 6)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = struct.pack("=QQQ", kinds, network, scope)[:size]
    ruleset: int = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), 0)
    for path in readable:
        file = os.open(path, os.O_PATH)
        libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", _READ_FILE, file), 0)
        os.close(file)
    libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refused = libc.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return 0 if refused else version


def lock_in(path: Path, memory: int) -> None:
    """Limit what this process may take, for good: memory, and of all files one database."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_AS)  # a lower one may be in force
        most = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    log = path.with_name(f"{path.name}.wal")
    allow_only(p for p in (path, log) if p.is_file())


def open_no_more() -> None:
    """Let this process open nothing from now on: no file, no socket."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
