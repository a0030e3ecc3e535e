"""The messages of tuning jobs.

The notation is that of `reconciler.emulator.messages`; see `reconciler.emulator.vertex.messages`.
"""

MESSAGES = {
    "vertex.TuningJob": """
        name string output
        tunedModelDisplayName string
        description string
        customBaseModel string only=v1beta1
        baseModel string oneof=source_model
        preTunedModel vertex.PreTunedModel oneof=source_model
        supervisedTuningSpec vertex.SupervisedTuningSpec oneof=tuning_spec
        preferenceOptimizationSpec json oneof=tuning_spec
        distillationSpec json oneof=tuning_spec only=v1beta1
        partnerModelTuningSpec json oneof=tuning_spec only=v1beta1
        veoTuningSpec json oneof=tuning_spec only=v1beta1
        veoLoraTuningSpec json oneof=tuning_spec only=v1beta1
        reinforcementTuningSpec json oneof=tuning_spec only=v1beta1
        fullFineTuningSpec json oneof=tuning_spec only=v1beta1
        labels map<string>
        encryptionSpec vertex.EncryptionSpec
        serviceAccount string
        outputUri string only=v1beta1
        pipelineJob string output only=v1beta1
        state vertex.JobState output
        createTime string output
        startTime string output
        endTime string output
        updateTime string output
        error json output
        experiment string output
        tunedModel vertex.TunedModel output
        tuningDataStats vertex.TuningDataStats output
        evaluateDatasetRuns json[] output
        gcsMetricsUri string output
        """,
    "vertex.PreTunedModel": """
        tunedModelName string
        checkpointId string
        baseModel string output
        """,
    "vertex.SupervisedTuningSpec": """
        trainingDatasetUri string
        validationDatasetUri string
        hyperParameters vertex.SupervisedHyperParameters
        exportLastCheckpointOnly bool
        evaluationConfig json
        tuningMode json only=v1beta1
        """,
    "vertex.SupervisedHyperParameters": """
        epochCount int64
        learningRateMultiplier double
        adapterSize vertex.AdapterSize
        batchSize int64 only=v1beta1
        learningRate double only=v1beta1
        """,
    "vertex.EncryptionSpec": """
        kmsKeyName string
        """,
    "vertex.TunedModel": """
        model string output
        endpoint string output
        checkpoints vertex.TunedModelCheckpoint[] output
        """,
    "vertex.TunedModelCheckpoint": """
        checkpointId string
        epoch int64
        step int64
        endpoint string
        """,
    "vertex.TuningDataStats": """
        supervisedTuningDataStats vertex.SupervisedTuningDataStats
        preferenceOptimizationDataStats json output
        """,
    "vertex.SupervisedTuningDataStats": """
        tuningDatasetExampleCount int64 output
        totalTuningCharacterCount int64 output
        totalBillableCharacterCount int64 output
        totalBillableTokenCount int64 output
        tuningStepCount int64 output
        totalTruncatedExampleCount int64 output
        truncatedExampleIndices int64[] output
        droppedExampleReasons string[] output
        userInputTokenDistribution vertex.Distribution output
        userOutputTokenDistribution vertex.Distribution output
        userMessagePerExampleDistribution vertex.Distribution output
        userDatasetExamples vertex.Content[] output
        """,
    "vertex.Distribution": """
        sum int64 output
        billableSum int64 output
        min double output
        max double output
        mean double output
        median double output
        p5 double output
        p95 double output
        buckets vertex.Bucket[] output
        """,
    "vertex.Bucket": """
        count double output
        left double output
        right double output
        """,
    "vertex.ListTuningJobsResponse": """
        tuningJobs vertex.TuningJob[]
        nextPageToken string
        """,
}
