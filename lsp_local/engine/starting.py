"""How a worker process begins: what it is told, and whose child it is."""

import argparse
import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def parsed(backends: Iterable[str]) -> argparse.Namespace:
    """Return what `spawning.py` has written on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int)
    parser.add_argument("--parent", type=int)
    parser.add_argument("--listener", type=int)
    parser.add_argument("--lock", type=int)
    parser.add_argument("--stamp", default="")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--backend", choices=backends, required=True)
    parser.add_argument("--n-ctx", type=int, required=True)
    parser.add_argument("--n-threads", type=int, required=True)
    parser.add_argument("--states", type=Path)
    parser.add_argument("--states-bytes", type=int, default=0)
    return parser.parse_args()


def settle(arguments: argparse.Namespace) -> None:
    """Live as long as the one server that we serve, or be nobody's child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the parent's business
    if arguments.parent is not None:
        die_with_parent(arguments.parent)
    elif os.fork():
        # An editor that ends its server with all children of it must not end other windows' model.
        os._exit(0)


def die_with_parent(parent: int) -> None:
    """Let the kernel end this process when the server dies, whatever it is doing (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
