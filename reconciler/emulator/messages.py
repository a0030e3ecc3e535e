"""The messages of the API as tables, and its enums.

Source: the published protos of google.ai.generativelanguage (tuned_model, permission, text_service,
generative_service, model) and google.longrunning. A row reads: name, type, then any of
`output` (OUTPUT_ONLY), `input` (INPUT_ONLY), `immutable`, `oneof=GROUP`, `only=VERSION`, `not=VERSION`.
A type ending in `[]` is repeated; `json` is any JSON value, not looked into.
"""

MESSAGES = {
    "TunedModel": """
        name string output
        baseModel string immutable oneof=source_model
        tunedModelSource TunedModelSource oneof=source_model
        displayName string
        description string
        state State output
        createTime string output
        updateTime string output
        tuningTask TuningTask
        temperature float
        topP float
        topK int32
        readerProjectNumbers int64[] not=v1beta3
        """,
    "TunedModelSource": """
        tunedModel string immutable
        baseModel string output
        """,
    "TuningTask": """
        startTime string output
        completeTime string output
        snapshots TuningSnapshot[] output
        trainingData Dataset input immutable
        hyperparameters Hyperparameters immutable
        """,
    "TuningSnapshot": """
        step int32 output
        epoch int32 output
        meanLoss float output
        computeTime string output
        """,
    "Hyperparameters": """
        epochCount int32 immutable
        batchSize int32 immutable
        learningRate float immutable oneof=learning_rate_option
        learningRateMultiplier float immutable oneof=learning_rate_option not=v1beta3
        """,
    "Dataset": """
        examples TuningExamples
        """,
    "TuningExamples": """
        examples TuningExample[]
        multiturnExamples json[] only=v1alpha
        """,
    "TuningExample": """
        textInput string
        output string
        """,
    "ListTunedModelsResponse": """
        tunedModels TunedModel[]
        nextPageToken string
        """,
    "Permission": """
        name string output
        granteeType GranteeType immutable
        emailAddress string immutable
        role Role
        """,
    "ListPermissionsResponse": """
        permissions Permission[]
        nextPageToken string
        """,
    "TransferOwnershipRequest": """
        name string
        emailAddress string
        """,
    "Operation": """
        name string
        metadata json
        done bool
        error json
        response json
        """,
    "ListOperationsResponse": """
        operations Operation[]
        nextPageToken string
        """,
    "Model": """
        name string
        baseModelId string
        version string
        displayName string
        description string
        inputTokenLimit int32
        outputTokenLimit int32
        supportedGenerationMethods string[]
        temperature float
        topP float
        topK int32
        """,
    "ListModelsResponse": """
        models Model[]
        nextPageToken string
        """,
    "GenerateContentRequest": """
        model string
        systemInstruction Content
        contents Content[]
        tools json[]
        toolConfig json
        safetySettings json[]
        generationConfig GenerationConfig
        cachedContent string
        """,
    "Content": """
        parts Part[]
        role string
        """,
    "Part": """
        text string
        inlineData json
        fileData json
        functionCall json
        functionResponse json
        executableCode json
        codeExecutionResult json
        """,
    "GenerationConfig": """
        candidateCount int32
        stopSequences string[]
        maxOutputTokens int32
        temperature float
        topP float
        topK int32
        seed int32
        responseMimeType string
        responseSchema json
        responseModalities json[]
        presencePenalty float
        frequencyPenalty float
        responseLogprobs bool
        logprobs int32
        thinkingConfig json
        """,
    "GenerateContentResponse": """
        candidates Candidate[]
        """,
    "Candidate": """
        content Content
        finishReason FinishReason
        index int32
        """,
    "GenerateTextRequest": """
        model string
        prompt TextPrompt
        temperature float
        candidateCount int32
        maxOutputTokens int32
        topP float
        topK int32
        safetySettings json[]
        stopSequences string[]
        """,
    "TextPrompt": """
        text string
        """,
    "GenerateTextResponse": """
        candidates TextCompletion[]
        """,
    "TextCompletion": """
        output string
        """,
    "CancelOperationRequest": """
        name string
        """,
    "Empty": "",
}

ENUMS: dict[str, tuple[str, ...]] = {
    "State": ("STATE_UNSPECIFIED", "CREATING", "ACTIVE", "FAILED"),
    "GranteeType": ("GRANTEE_TYPE_UNSPECIFIED", "USER", "GROUP", "EVERYONE"),
    "Role": ("ROLE_UNSPECIFIED", "OWNER", "WRITER", "READER"),
    "FinishReason": ("FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS"),
}
