"""Reading datasets once more, example by example, for sending them."""

from collections.abc import Iterator

from reconciler.errors import ReconcilerError
from reconciler.resource.dataset import Dataset, Example
from reconciler.source import tree
from reconciler.source.formats import rows
from reconciler.source.rows import Flaw


class FileExamples:
    """Opens datasets again for sending: the same examples that were digested, or an error."""

    def open(self, dataset: Dataset) -> Iterator[Example]:
        """Yield every example in file order; raise ReconcilerError where the file does not give one.

        Of data in Cloud Storage nothing is yielded: the provider has the service copy it, and it never comes here.
        """
        locator = dataset.locator
        if locator.remote:
            return
        if locator.format == "inline":
            yield from locator.inline
            return
        try:
            with tree.open_regular(locator.path) as stream:
                for line, _, item in rows(stream, locator):
                    if isinstance(item, Flaw):
                        raise ReconcilerError(f"{locator.path}:{line}: {item.message}", "plan again")
                    yield item
        except OSError as error:
            raise ReconcilerError(f"{locator.path}: {error.strerror}", "plan again") from error
