"""The messages of Vertex AI as tables, and its enums, in the notation of `reconciler.emulator.messages`.

Source: the discovery document of aiplatform v1 and the published protos of google.cloud.aiplatform; fields of
v1beta1 only are marked so. `map<KIND>` is a map from strings. Names carry a prefix, for the Gemini API has messages
of the same name. What the emulator does not look into is `json`.
"""

from reconciler.emulator.vertex import content_messages, registry_messages, tuning_messages

MESSAGES = {
    **tuning_messages.MESSAGES,
    **registry_messages.MESSAGES,
    **content_messages.MESSAGES,
    "vertex.NameRequest": """
        name string
        """,
    "vertex.WaitOperationRequest": """
        name string
        timeout string
        """,
}

ENUMS: dict[str, tuple[str, ...]] = {
    "vertex.JobState": (
        *("JOB_STATE_UNSPECIFIED", "JOB_STATE_QUEUED", "JOB_STATE_PENDING", "JOB_STATE_RUNNING"),
        *("JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLING", "JOB_STATE_CANCELLED"),
        *("JOB_STATE_PAUSED", "JOB_STATE_EXPIRED", "JOB_STATE_UPDATING", "JOB_STATE_PARTIALLY_SUCCEEDED"),
    ),
    # TWO came later than THIRTY_TWO, so its number is 6.
    "vertex.AdapterSize": (
        *("ADAPTER_SIZE_UNSPECIFIED", "ADAPTER_SIZE_ONE", "ADAPTER_SIZE_FOUR", "ADAPTER_SIZE_EIGHT"),
        *("ADAPTER_SIZE_SIXTEEN", "ADAPTER_SIZE_THIRTY_TWO", "ADAPTER_SIZE_TWO"),
    ),
    "vertex.ModelSourceType": (
        *("MODEL_SOURCE_TYPE_UNSPECIFIED", "AUTOML", "CUSTOM", "BQML", "MODEL_GARDEN", "GENIE"),
        *("CUSTOM_TEXT_EMBEDDING", "MARKETPLACE"),
    ),
}
