"""The methods of the Gemini API, and the way from a path to a method of either API.

Source: the HTTP bindings of the published service definitions. A path that no row has answers as Google's front
end does, with an HTML page.
"""

from collections.abc import Mapping

from reconciler.emulator import catalog, creation, inference, models, operations, permissions
from reconciler.emulator.route import Route
from reconciler.emulator.settings import Settings
from reconciler.emulator.vertex.routes import ROUTES as VERTEX

_ALL = ("v1beta", "v1beta3", "v1alpha")
_CONTENT = ("v1", "v1beta", "v1alpha")
_OPERATIONS = ("v1", *_ALL)
_PAGE = ("pageSize", "pageToken")
_MODEL = "tunedModels/{model}"


ROUTES = (
    Route("POST", "tunedModels", _ALL, creation.create, "Operation", "TunedModel", "tuned_model", ("tunedModelId",)),
    Route(
        "GET",
        "tunedModels",
        ("v1beta", "v1alpha"),
        models.list_models,
        "ListTunedModelsResponse",
        query=(*_PAGE, "filter"),
    ),
    Route("GET", "tunedModels", ("v1beta3",), models.list_models, "ListTunedModelsResponse", query=_PAGE),
    Route("GET", _MODEL, _ALL, models.get, "TunedModel"),
    Route("PATCH", _MODEL, _ALL, models.patch, "TunedModel", "TunedModel", "tuned_model", ("updateMask",)),
    Route("DELETE", _MODEL, _ALL, models.delete, "Empty"),
    Route(
        "POST",
        f"{_MODEL}:generateContent",
        _CONTENT,
        inference.generate_content,
        "GenerateContentResponse",
        "GenerateContentRequest",
    ),
    Route(
        "POST",
        f"{_MODEL}:streamGenerateContent",
        _CONTENT,
        inference.stream_generate_content,
        "GenerateContentResponse",
        "GenerateContentRequest",
    ),
    Route(
        "POST",
        f"{_MODEL}:generateText",
        _ALL,
        inference.generate_text,
        "GenerateTextResponse",
        "GenerateTextRequest",
    ),
    Route(
        "POST",
        f"{_MODEL}:transferOwnership",
        _ALL,
        permissions.transfer_ownership,
        "Empty",
        "TransferOwnershipRequest",
    ),
    Route("POST", f"{_MODEL}/permissions", _ALL, permissions.create, "Permission", "Permission", "permission"),
    Route("GET", f"{_MODEL}/permissions", _ALL, permissions.list_permissions, "ListPermissionsResponse", query=_PAGE),
    Route("GET", f"{_MODEL}/permissions/{{permission}}", _ALL, permissions.get, "Permission"),
    Route(
        "PATCH",
        f"{_MODEL}/permissions/{{permission}}",
        _ALL,
        permissions.patch,
        "Permission",
        "Permission",
        "permission",
        ("updateMask",),
    ),
    Route("DELETE", f"{_MODEL}/permissions/{{permission}}", _ALL, permissions.delete, "Empty"),
    Route(
        "GET",
        f"{_MODEL}/operations",
        _OPERATIONS,
        operations.list_operations,
        "ListOperationsResponse",
        query=(*_PAGE, "filter", "returnPartialSuccess"),
    ),
    Route("GET", f"{_MODEL}/operations/{{operation}}", _OPERATIONS, operations.get, "Operation"),
    Route(
        "POST",
        f"{_MODEL}/operations/{{operation}}:cancel",
        _OPERATIONS,
        operations.cancel,
        "Empty",
        "CancelOperationRequest",
    ),
    Route("GET", "operations", ("v1",), operations.not_supported, "Empty", query=(*_PAGE, "filter", "name")),
    Route("DELETE", "operations/{operation}", ("v1",), operations.not_supported, "Empty"),
    Route("GET", "models", _OPERATIONS, catalog.list_models, "ListModelsResponse", query=_PAGE),
    Route("GET", "models/{base}", _OPERATIONS, catalog.get_model, "Model"),
)


def find(verb: str, path: str, settings: Settings) -> tuple[Route, Mapping[str, str]] | None:
    """Give the method that a path asks for and the variables in it, or None.

    The versions at which operations are bound are a setting: the published tables disagree about them.
    """
    for route in (*ROUTES, *VERTEX):
        variables = route.match(verb, path)
        if variables is not None:
            return (route, variables) if variables["version"] in _bound(route, settings) else None
    return None


def _bound(route: Route, settings: Settings) -> tuple[str, ...]:
    if route.answer is operations.cancel:
        return settings.cancel_versions
    if route.answer in (operations.get, operations.list_operations):
        return settings.operation_versions
    return route.versions
