"""Training data in the staging bucket, under a name made of their digest: what is there need not be sent again."""

import base64
import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from typing import IO

from reconciler.errors import Refused, RemoteError
from reconciler.providers.storage.codec import Place, place
from reconciler.providers.storage.objects import ABSENT, Objects
from reconciler.providers.storage.uploads import PIECE, upload
from reconciler.resource.conversation import line
from reconciler.resource.dataset import Dataset, Example, combine, fingerprint, stored_digest
from reconciler.resource.reason import Reason

KIND = "application/jsonl"


class Staging:
    """The data in one staging bucket."""

    def __init__(self, objects: Objects, folder: Place) -> None:
        """`folder` is what the names of ours begin with."""
        self._objects = objects
        self._folder = folder

    def stage(self, dataset: Dataset, examples: Iterable[Example]) -> str:
        """See to it that the data lie in the bucket; return their URI.

        Raises Refused (DATA_MOVED) if they are not those that were planned, before any of them is sent.
        """
        if not dataset.digest:  # nobody has looked yet at what lies in Cloud Storage
            raise _moved(dataset)
        target = replace(self._folder, name=f"{self._folder.name}data/{dataset.digest.replace(':', '-')}.jsonl")
        if dataset.locator.remote:
            self._copy(dataset, target)
        elif not self._objects.find(target):
            self._send(dataset, examples, target)
        return str(target)

    def _send(self, dataset: Dataset, examples: Iterable[Example], target: Place) -> None:
        """Upload examples. The pass that encodes also digests."""
        with tempfile.TemporaryFile() as file:
            size, md5 = _encode(dataset, examples, file)
            if size <= PIECE:
                file.seek(0)
                blob = self._objects.write(target, file.read(), ABSENT, {}, md5=md5, kind=KIND)
            else:
                blob = upload(self._objects.http, target, file, size, md5, KIND)
        if blob and (blob.size, blob.md5 or md5) != (size, md5):
            self._objects.delete(target, blob.generation)
            raise RemoteError(f"{target} is not what was sent", "apply again")

    def _copy(self, dataset: Dataset, target: Place) -> None:
        """Copy the very object that was planned; later changes to it do not matter."""
        source = place(dataset.locator.path)
        found = self._objects.find(target)
        blob = found.blob if found else self._objects.copy(source, dataset.locator.generation, target)
        if blob is None and (found := self._objects.find(target)):  # another run was first, or our answer was lost
            blob = found.blob
        if blob is None:
            raise _moved(dataset)
        if stored_digest(blob.stored) != dataset.digest:
            self._objects.delete(target, blob.generation)
            raise _moved(dataset)


def _encode(dataset: Dataset, examples: Iterable[Example], file: IO[bytes]) -> tuple[int, str]:
    """Write the lines that are sent; return their size and their MD5 in base64."""
    fingerprints, checksum, size = [], hashlib.md5(usedforsecurity=False), 0
    for example in examples:
        encoded = line(example).encode()
        fingerprints.append(fingerprint(example))
        checksum.update(encoded)
        size += file.write(encoded)
        if len(fingerprints) > dataset.count:
            break
    if combine(fingerprints) != dataset.digest:
        raise _moved(dataset)
    return size, base64.b64encode(checksum.digest()).decode()


def _moved(dataset: Dataset) -> Refused:
    """The data are not those that were planned."""
    where = dataset.locator.path if dataset.locator.remote else dataset.locator.path.rpartition("/")[2]
    what = f"{where or 'inline examples'}: the examples are not those that were planned"
    return Refused(Reason.DATA_MOVED, what, "plan again and review")
