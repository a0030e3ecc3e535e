"""Examples that are training data and validation data too: a model is then measured by what it has learned."""

from reconciler.errors import ReconcilerError
from reconciler.resource.dataset import Dataset, combine, fingerprint
from reconciler.source.cache import Cache, key
from reconciler.source.examples import FileExamples


def shared(training: Dataset, validation: Dataset, cache: Cache | None) -> int:
    """Count the validation examples that are training examples as well; 0 where one of the two can't be read.

    Both are read again, so the answer is kept in the cache under the two digests.
    """
    if training.locator.remote or validation.locator.remote:
        return 0
    name = key(b"overlap", training.digest, validation.digest)
    known = cache.get(name) if cache else None
    if type(known) is int:
        return known
    try:
        learned = _fingerprints(training)
        measured = learned if validation.digest == training.digest else _fingerprints(validation)
    except ReconcilerError:  # changed meanwhile, and told when it is to be sent
        return 0
    distinct = set(learned)
    count = sum(mark in distinct for mark in measured)
    if cache and (combine(learned), combine(measured)) == (training.digest, validation.digest):
        cache.put(name, count)
    return count


def _fingerprints(dataset: Dataset) -> list[bytes]:
    return [fingerprint(example) for example in FileExamples().open(dataset)]
