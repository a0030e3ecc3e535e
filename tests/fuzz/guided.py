"""One target under libFuzzer, which looks for inputs that reach new code: `guided NAME FOLDER -OPTION=...`.

FOLDER is the corpus: the target's seeds are put there first, and every input that reached something new is added. The
process ends with 0 after `-runs` inputs, and otherwise at the first one that shows a mistake.
"""

import logging
import resource
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["reconciler"]):
    from tests.fuzz.targets import TARGETS

PROCESSOR_TIME = 1800
"""Seconds of this process, in all."""


def main() -> None:
    """Fuzz until the runs are over."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    target = TARGETS[name]
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_TIME, PROCESSOR_TIME))
    logging.disable(logging.CRITICAL)
    for number, seed in enumerate(target.seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    words = folder.with_suffix(".words")
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words))
    atheris.Setup([sys.argv[0], str(folder), f"-dict={words}", *sys.argv[3:]], target.check)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    """A word as libFuzzer's dictionaries have it; it takes no longer ones."""
    return "".join(f"\\x{byte:02X}" for byte in word[:64])


if __name__ == "__main__":
    main()
