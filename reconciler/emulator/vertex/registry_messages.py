"""The messages of models and endpoints.

The notation is that of `reconciler.emulator.messages`; see `reconciler.emulator.vertex.messages`. The checkpointId of a
DeployedModelRef is never shown: the discovery document has it, the published classes do not.
"""

MESSAGES = {
    "vertex.Model": """
        name string
        versionId string output
        versionAliases string[] immutable
        versionCreateTime string output
        versionUpdateTime string output
        displayName string
        description string
        versionDescription string
        defaultCheckpointId string
        predictSchemata json immutable
        metadataSchemaUri string immutable
        metadata json immutable
        supportedExportFormats json[] output
        trainingPipeline string output
        pipelineJob string immutable
        containerSpec json immutable
        artifactUri string immutable
        supportedDeploymentResourcesTypes json[] output
        supportedInputStorageFormats string[] output
        supportedOutputStorageFormats string[] output
        createTime string output
        updateTime string output
        deployedModels vertex.DeployedModelRef[] output
        explanationSpec json immutable
        etag string
        labels map<string>
        dataStats json immutable
        encryptionSpec vertex.EncryptionSpec immutable
        modelSourceInfo vertex.ModelSourceInfo output
        originalModelInfo json output
        metadataArtifact string output
        baseModelSource vertex.BaseModelSource immutable
        satisfiesPzs bool output
        satisfiesPzi bool output
        checkpoints vertex.Checkpoint[] output
        """,
    "vertex.DeployedModelRef": """
        endpoint string immutable
        deployedModelId string immutable
        checkpointId string immutable
        """,
    "vertex.ModelSourceInfo": """
        sourceType vertex.ModelSourceType
        copy bool
        """,
    "vertex.BaseModelSource": """
        modelGardenSource vertex.ModelGardenSource oneof=source
        genieSource json oneof=source
        """,
    "vertex.ModelGardenSource": """
        publicModelName string
        versionId string
        skipHfModelCache bool
        """,
    "vertex.Checkpoint": """
        checkpointId string
        epoch int64
        step int64
        """,
    "vertex.ListModelsResponse": """
        models vertex.Model[]
        nextPageToken string
        """,
    "vertex.Endpoint": """
        name string
        displayName string
        description string
        deployedModels vertex.DeployedModel[] output
        trafficSplit map<int32>
        etag string
        labels map<string>
        createTime string output
        updateTime string output
        encryptionSpec vertex.EncryptionSpec immutable
        network string immutable
        enablePrivateServiceConnect bool immutable
        privateServiceConnectConfig json immutable
        modelDeploymentMonitoringJob string output
        predictRequestResponseLoggingConfig json immutable
        dedicatedEndpointEnabled bool immutable
        dedicatedEndpointDns string output
        clientConnectionConfig json immutable
        satisfiesPzs bool output
        satisfiesPzi bool output
        genAiAdvancedFeaturesConfig json immutable
        gdcConfig json immutable
        """,
    "vertex.DeployedModel": """
        id string
        model string
        modelVersionId string output
        displayName string
        createTime string output
        checkpointId string
        dedicatedResources json
        automaticResources json
        sharedResources string
        serviceAccount string
        disableExplanations bool
        disableContainerLogging bool
        enableAccessLogging bool
        explanationSpec json
        privateEndpoints json output
        fasterDeploymentConfig json
        speculativeDecodingSpec json
        status json output
        systemLabels map<string>
        gdcConnectedModel string
        """,
    "vertex.ListEndpointsResponse": """
        endpoints vertex.Endpoint[]
        nextPageToken string
        """,
    "vertex.UndeployModelRequest": """
        deployedModelId string
        trafficSplit map<int32>
        """,
    "vertex.DeployModelRequest": """
        deployedModel vertex.DeployedModel
        trafficSplit map<int32>
        """,
}
