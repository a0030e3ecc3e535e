"""The program as a page's commands call it: as it is, but in a time that passes at once where it only waits.

Called with the file of that time (`tests.zygote.Time`) and the arguments. So trainings take hours in no time, and the
instants that a page shows are the same in every run.
"""

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from tests.zygote import Time, _Clocks


def main() -> int:
    """Run the command in the given time."""
    vars(subprocess)["time"] = SimpleNamespace(**vars(time))  # git takes the time that it takes
    clocks = _Clocks()
    clocks.install()
    clocks.given = Time(Path(sys.argv.pop(1)))
    sys.argv[0] = "reconciler"
    from reconciler.cli.main import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
