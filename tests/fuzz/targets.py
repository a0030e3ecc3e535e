"""Everything that is fuzzed, by name."""

from tests.fuzz import answers, calls, files
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {**files.TARGETS, **answers.TARGETS, **calls.TARGETS}
