"""Resource names: `projects/P/locations/L/COLLECTION/ID`, models also with `@VERSION`.

A project has an id and a number. The service takes either and answers with the number; here a project without a
number in the settings keeps its id.
"""

import re
from typing import NamedTuple

from reconciler.emulator import status
from reconciler.emulator.call import Call
from reconciler.emulator.settings import Settings

_PROJECT = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_LOCATION = re.compile(r"[a-z]+(-[a-z]+[0-9]+)?")
_NAME = re.compile(r"projects/([^/]+)/locations/([^/]+)/([A-Za-z]+)/([^/@:]+)(?:@([^/@:]+))?")


class Name(NamedTuple):
    """A resource name taken apart; `version` is empty where none is said."""

    parent: str
    collection: str
    id: str
    version: str

    def __str__(self) -> str:
        """Give the name with its version."""
        return f"{self.parent}/{self.collection}/{self.id}{f'@{self.version}' if self.version else ''}"


def parent_of(call: Call) -> str:
    """Give the location that the path names; raise ApiError 400 for a project or a location that cannot be."""
    return _parent(call.path["project"], call.path["location"], call.settings)


def parse(text: str, settings: Settings) -> Name:
    """Take a resource name apart; raise ApiError 400 where it is none."""
    found = _NAME.fullmatch(text)
    if found is None:
        raise status.bad_field("name", f"Invalid resource name: {text}")
    project, location, collection, resource, version = found.groups(default="")
    return Name(_parent(project, location, settings), collection, resource, version)


def missing(name: str) -> status.ApiError:
    """Say that there is no such resource (404)."""
    return status.ApiError(404, f"The resource {name} is not found.")


def _parent(project: str, location: str, settings: Settings) -> str:
    if not _PROJECT.fullmatch(project):
        raise status.bad_field("name", f"Invalid project: {project}")
    if not _LOCATION.fullmatch(location):
        raise status.bad_field("name", f"Invalid location: {location}")
    return f"projects/{settings.project_numbers.get(project, project)}/locations/{location}"
