"""Everything that is wrong with one document of a known kind, each at its key or value."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from reconciler.errors import Diagnostic
from reconciler.resource.schema.tunedmodel import TunedModelDocument
from reconciler.source.findings import MOST_FINDINGS
from reconciler.source.positions import Place
from reconciler.source.sentences import addition, dotted, mistake
from reconciler.source.structure import fields_at, homes_of
from reconciler.source.wording import enumerated, nearest, spelt, suggestion

EXACTLY_ONE: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("spec",), ("baseModel", "tunedModelSource", "preTunedModel")),
    (("spec", "preTunedModel"), ("address", "name")),
    (("spec", "dataset"), ("path", "examples")),
    (("spec", "validationDataset"), ("path", "examples")),
)
UNPATCHED = ("name", "kind", "apiVersion")
"""What makes a model the same one in every environment."""
AT_MOST_ONE = ((("spec", "hyperparameters"), ("learningRate", "learningRateMultiplier")),)


class Mistakes:
    """Puts the errors of one document into words: as many as are shown of a file, and one for the rest."""

    def __init__(self, model: type[BaseModel], value: Any, find: Callable[..., Place]) -> None:
        self.model = model
        self.value = value
        self.find = find

    def of(self, error: ValidationError) -> tuple[Diagnostic, ...]:
        """Give a finding for each error, and those that pydantic had no chance to see."""
        found = (e for e in error.errors(include_url=False) if e["type"] != "value_error")
        details = list(islice(found, MOST_FINDINGS + 1))
        misspelt = {self._meant(e["loc"]) for e in details if e["type"] == "extra_forbidden"}
        wanted = [e for e in details if e["type"] != "missing" or e["loc"] not in misspelt]
        return (*map(self._finding, wanted), *self._exclusive())

    def _meant(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Give the path of the field that a stray key was probably meant to be."""
        *parent, last = path
        if last == "namespace":
            return path
        known = fields_at(self.model, tuple(parent))
        return (*parent, to_camel(str(last)) if to_camel(str(last)) in known else nearest(str(last), known))

    def _finding(self, error: ErrorDetails) -> Diagnostic:
        """Word one error of pydantic's."""
        path = tuple(step for step in error["loc"] if step != "[key]")
        about_key = error["type"] == "extra_forbidden"
        place = self.find(path, key=about_key or error["loc"] != path)
        if about_key:
            message, advice = self._stray(path)
        elif error["type"] == "missing":
            message, advice = f"{dotted(path)} is missing", addition(path)
        else:
            message, advice = mistake(path, error, place.written)
        return Diagnostic(place.origin, message, advice)

    def _stray(self, path: tuple[str | int, ...]) -> tuple[str, str]:
        """Word a key that does not belong where it is."""
        *parent, last = path
        key, known = str(last), fields_at(self.model, tuple(parent))
        where = dotted(tuple(parent)) or "a manifest"
        message = f"{spelt(key)} is not a field of {where}"
        if "patch" in parent and key in UNPATCHED:
            return f"an environment can't change the {key} of a model", "remove it"
        if key == "namespace":
            return "namespaces are not supported", "use one workspace for each environment"
        if to_camel(key) in known:
            return message, f"did you mean {to_camel(key)}?"
        if homes := homes_of(self.model).get(to_camel(key)):
            return message, f"it belongs {' or '.join(homes)}"
        return message, suggestion(key, known, "the fields are")

    def _part(self, path: tuple[str, ...]) -> Any:
        """Give what stands at a path; None where it leads nowhere."""
        part = self.value
        for step in path:
            part = part.get(step) if type(part) is dict else None
        return part

    def _exclusive(self) -> Iterator[Diagnostic]:
        """Check the fields that exclude or replace each other; a misspelt key may be the one that is missing."""
        for path, names in (*EXACTLY_ONE, *AT_MOST_ONE) if self.model is TunedModelDocument else ():
            part = self._part(path)
            if type(part) is not dict:
                continue
            given = [name for name in names if part.get(name) is not None]
            if len(given) > 1:
                origin = self.find((*path, given[1]), key=True).origin
                yield Diagnostic(origin, f"{enumerated(given)} exclude each other", "keep one of them")
            strange = part.keys() - set(fields_at(self.model, path))
            if not given and (path, names) in EXACTLY_ONE and not strange:
                yield self._none_of(path, names)

    def _none_of(self, path: tuple[str, ...], names: tuple[str, ...]) -> Diagnostic:
        """Word the lack of all fields of which one is needed: at the null that removes one, if there is such a null."""
        message, whole = f"{dotted(path)} needs one of {enumerated(names)}", self.find(path).origin
        for name in names:
            if (origin := self.find((*path, name)).origin) != whole:
                return Diagnostic(
                    origin, f"{message}; here {name} is null", "write a value there, or add another of them"
                )
        return Diagnostic(whole, message, addition((*path, names[0])))
