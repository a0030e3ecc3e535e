"""The messages of questions, answers and training examples.

The notation is that of `reconciler.emulator.messages`; see `reconciler.emulator.vertex.messages`.
"""

MESSAGES = {
    "vertex.GenerateContentRequest": """
        model string
        contents vertex.Content[]
        systemInstruction vertex.Content
        cachedContent string
        tools json[]
        toolConfig json
        labels map<string>
        safetySettings json[]
        modelArmorConfig json
        outputConfig json
        continuationToken string
        generationConfig vertex.GenerationConfig
        """,
    "vertex.GenerationConfig": """
        temperature float
        topP float
        topK float
        candidateCount int32
        maxOutputTokens int32
        stopSequences string[]
        responseLogprobs bool
        logprobs int32
        presencePenalty float
        frequencyPenalty float
        seed int32
        responseMimeType string
        responseSchema json
        responseJsonSchema json
        responseModalities json[]
        responseFormat json[]
        routingConfig json
        audioTimestamp bool
        audioTranscriptionConfig json
        enableAffectiveDialog bool
        imageConfig json
        mediaResolution json
        speechConfig json
        thinkingConfig json
        translationConfig json
        """,
    "vertex.Content": """
        role string
        parts vertex.Part[]
        """,
    "vertex.Part": """
        text string oneof=data
        inlineData json oneof=data
        fileData json oneof=data
        functionCall json oneof=data
        functionResponse json oneof=data
        executableCode json oneof=data
        codeExecutionResult json oneof=data
        thought bool
        thoughtSignature string
        videoMetadata json
        mediaResolution json
        speechMetadata json
        audioTranscription json
        """,
    "vertex.GenerateContentResponse": """
        candidates vertex.Candidate[] output
        modelVersion string output
        createTime string output
        responseId string output
        promptFeedback json output
        usageMetadata vertex.UsageMetadata
        """,
    "vertex.Candidate": """
        index int32 output
        content vertex.Content output
        finishReason FinishReason output
        """,
    "vertex.UsageMetadata": """
        promptTokenCount int32
        candidatesTokenCount int32
        totalTokenCount int32
        """,
    "vertex.TuningExample": """
        systemInstruction vertex.Content
        contents vertex.Content[]
        tools json[]
        """,
}
