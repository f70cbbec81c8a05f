"""Requantizes a model file with llama.cpp's own quantizer, in a process that may crash."""

import subprocess
import sys
from pathlib import Path

from lsp_local.engine.base import EngineError

MOST_SECONDS = 3600.0
# llama.cpp's numbers. Q4_1 is missing: this library calculates imprecisely with it.
TYPES = {
    "Q8_0": 7,
    "Q6_K": 18,
    "Q5_K_M": 17,
    "Q5_0": 8,
    "Q4_K_M": 15,
    "Q4_0": 2,
    "IQ4_NL": 25,
    "Q8_0_R8": 207,  # rows interleaved, as are those of the next: the same values, read faster
    "Q4_0_R8": 202,
}


def quantize(source: Path, target: Path, kind: str, n_threads: int) -> None:
    """Write `source` with weights of one of `TYPES` to `target`, whole or not at all.

    Raises EngineError, KeyboardInterrupt after the process has ended.
    """
    part = target.with_name(f"{target.name}.part")
    # -P: a `numpy.py` in the user's working directory must not become ours.
    command = [sys.executable, "-P", "-m", "lsp_local.engine.quantizing"]
    command += [str(source), str(part), kind, str(n_threads)]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
        if ran.returncode:
            reason = ran.stderr.strip().rpartition("\n")[2] if ran.returncode > 0 else ""
            raise EngineError(
                f"{source} cannot be requantized to {kind}: "
                f"{reason or f'the process crashed ({ran.returncode})'}"
            )
        part.replace(target)
    except subprocess.TimeoutExpired:
        raise EngineError(f"{source} was not requantized within an hour") from None
    except OSError as error:
        raise EngineError(f"cannot write {target}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def main() -> None:
    """Do it, in this process; the reason of a failure is the last line of standard error."""
    from lsp_local.engine import binding

    source, target, kind, n_threads = sys.argv[1:]
    try:
        binding.open_library()
        binding.quantize(source, target, TYPES[kind], int(n_threads))
    except EngineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
