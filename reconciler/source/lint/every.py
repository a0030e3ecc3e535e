"""Every rule that is not part of reading: the observers of examples, and the checks of manifests."""

from reconciler.source.lint.encoding import Damage
from reconciler.source.lint.epochs import unusual_epochs
from reconciler.source.lint.outputs import Blanks, Imbalance, NearEmpty
from reconciler.source.lint.persons import Persons
from reconciler.source.lint.secrets import Secrets, secrets_in_manifest
from reconciler.source.lint.templates import Templates
from reconciler.source.observer import Observer, Program

EDITION = "1"
"""Of what the observers find. Another one: data that was read before is looked at again."""


def observers() -> tuple[Observer, ...]:
    """Make one of each, for one dataset."""
    return Imbalance(), NearEmpty(), Blanks(), Templates(), Damage(), Secrets(), Persons()


EVERY = Program(EDITION, observers, (unusual_epochs, secrets_in_manifest))
"""For a run that checks, or trains."""
