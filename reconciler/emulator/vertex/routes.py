"""The methods of Vertex AI that the emulator serves, at v1 and v1beta1.

Source: the HTTP bindings in the service's discovery document.
"""

from collections.abc import Callable
from functools import wraps

from reconciler.emulator import access
from reconciler.emulator.call import Call
from reconciler.emulator.route import Answer, Route
from reconciler.emulator.vertex import creation, endpoints, inference, jobs, models, operations, settlement

_LOCATION = "projects/{project}/locations/{location}"
_JOBS = f"{_LOCATION}/tuningJobs"
_MODELS = f"{_LOCATION}/models"
_ENDPOINTS = f"{_LOCATION}/endpoints"
_VERSIONS = ("v1", "v1beta1")
_POLLED = (*_VERSIONS, "ui")
"""Google's own REST clients read operations at `/ui/`, which the discovery document does not tell."""
_PAGE = ("filter", "pageSize", "pageToken")
_LIST = (*_PAGE, "orderBy", "readMask")


def _method(
    verb: str,
    template: str,
    answer: Callable[[Call], Answer],
    reply: str,
    request: str | None = None,
    root: str = "",
    query: tuple[str, ...] = (),
    versions: tuple[str, ...] = _VERSIONS,
) -> Route:
    """Give a method that first lets come to pass what is due."""

    @wraps(answer)
    def settled(call: Call) -> Answer:
        settlement.settle(call.store, call.settings, call.now)
        return answer(call)

    return Route(verb, template, versions, settled, reply, request, root, query, identify=access.identify_bearer)


def _operations(parent: str) -> tuple[Route, ...]:
    """Give the methods for operations of one kind of parent."""
    one = f"{parent}/operations/{{operation}}"
    many = (*_PAGE, "returnPartialSuccess")
    return (
        _method(
            "GET",
            f"{parent}/operations",
            operations.list_operations,
            "ListOperationsResponse",
            query=many,
            versions=_POLLED,
        ),
        _method("GET", one, operations.get, "Operation", versions=_POLLED),
        _method(
            "POST",
            f"{one}:wait",
            operations.get,
            "Operation",
            "vertex.WaitOperationRequest",
            query=("timeout",),
            versions=_POLLED,
        ),
        _method("POST", f"{one}:cancel", operations.cancel, "Empty", "vertex.NameRequest", versions=_POLLED),
    )


ROUTES = (
    _method("POST", _JOBS, creation.create, "vertex.TuningJob", "vertex.TuningJob", "tuning_job"),
    _method("GET", _JOBS, jobs.list_jobs, "vertex.ListTuningJobsResponse", query=_PAGE),
    _method("GET", f"{_JOBS}/{{job}}", jobs.get, "vertex.TuningJob"),
    _method("POST", f"{_JOBS}/{{job}}:cancel", jobs.cancel, "Empty", "vertex.NameRequest"),
    _method("GET", _MODELS, models.list_models, "vertex.ListModelsResponse", query=_LIST),
    _method("GET", f"{_MODELS}/{{model}}", models.get, "vertex.Model"),
    _method("GET", f"{_MODELS}/{{model}}:listVersions", models.list_versions, "vertex.ListModelsResponse", query=_LIST),
    _method("PATCH", f"{_MODELS}/{{model}}", models.patch, "vertex.Model", "vertex.Model", "model", ("updateMask",)),
    _method("DELETE", f"{_MODELS}/{{model}}", models.delete, "Operation"),
    _method("DELETE", f"{_MODELS}/{{model}}:deleteVersion", models.delete_version, "Operation"),
    _method("GET", _ENDPOINTS, endpoints.list_endpoints, "vertex.ListEndpointsResponse", query=(*_LIST, "gdcZone")),
    _method("GET", f"{_ENDPOINTS}/{{endpoint}}", endpoints.get, "vertex.Endpoint"),
    _method(
        "PATCH",
        f"{_ENDPOINTS}/{{endpoint}}",
        endpoints.patch,
        "vertex.Endpoint",
        "vertex.Endpoint",
        "endpoint",
        ("updateMask",),
    ),
    _method("DELETE", f"{_ENDPOINTS}/{{endpoint}}", endpoints.delete, "Operation"),
    _method(
        "POST",
        f"{_ENDPOINTS}/{{endpoint}}:undeployModel",
        endpoints.undeploy_model,
        "Operation",
        "vertex.UndeployModelRequest",
    ),
    _method(
        "POST",
        f"{_ENDPOINTS}/{{endpoint}}:deployModel",
        endpoints.deploy_model,
        "Operation",
        "vertex.DeployModelRequest",
    ),
    _method(
        "POST",
        f"{_ENDPOINTS}/{{endpoint}}:generateContent",
        inference.generate_content,
        "vertex.GenerateContentResponse",
        "vertex.GenerateContentRequest",
    ),
    _method(
        "POST",
        f"{_ENDPOINTS}/{{endpoint}}:streamGenerateContent",
        inference.stream_generate_content,
        "vertex.GenerateContentResponse",
        "vertex.GenerateContentRequest",
    ),
    *_operations(_LOCATION),
    *_operations(f"{_LOCATION}/{{kind}}/{{resource}}"),
)
