using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Audit;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Searches;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;

namespace Scanlock.Contracts;

/// <summary>The JSON forms of all contracts; use <see cref="Strict"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(JwsHeader))]
[JsonSerializable(typeof(BrokerToken))]
[JsonSerializable(typeof(SampleRecord))]
[JsonSerializable(typeof(DatasetManifest))]
[JsonSerializable(typeof(DatasetArchive))]
[JsonSerializable(typeof(SignedArchive))]
[JsonSerializable(typeof(LabelRow))]
[JsonSerializable(typeof(IntakeGreeting))]
[JsonSerializable(typeof(IntakeTask))]
[JsonSerializable(typeof(IntakeBegun))]
[JsonSerializable(typeof(IntakeHead))]
[JsonSerializable(typeof(IntakeSample))]
[JsonSerializable(typeof(IntakeRendition))]
[JsonSerializable(typeof(IntakeReference))]
[JsonSerializable(typeof(IntakeMask))]
[JsonSerializable(typeof(MaskFacts))]
[JsonSerializable(typeof(IntakeVerdict))]
[JsonSerializable(typeof(SampleFacts))]
[JsonSerializable(typeof(RefusalCode))]
[JsonSerializable(typeof(DeidentificationOptions))]
[JsonSerializable(typeof(DeidentificationReport))]
[JsonSerializable(typeof(QuarantineCode))]
[JsonSerializable(typeof(AccessRequest))]
[JsonSerializable(typeof(Permit))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(KeyRelease))]
[JsonSerializable(typeof(Progress))]
[JsonSerializable(typeof(ResultBundle))]
[JsonSerializable(typeof(PurgeReceipt))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(AgentAnswer))]
[JsonSerializable(typeof(IReadOnlyList<Reason>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<DatasetEntry>))]
[JsonSerializable(typeof(CreateDataset))]
[JsonSerializable(typeof(ReplacePolicy))]
[JsonSerializable(typeof(UploadSession))]
[JsonSerializable(typeof(KnownObjectsQuery))]
[JsonSerializable(typeof(KnownObjects))]
[JsonSerializable(typeof(ObjectOutcome))]
[JsonSerializable(typeof(UploadReport))]
[JsonSerializable(typeof(UploadedObjects))]
[JsonSerializable(typeof(CreateUploadToken))]
[JsonSerializable(typeof(CreatedUploadToken))]
[JsonSerializable(typeof(IReadOnlyList<UploadTokenView>))]
[JsonSerializable(typeof(DropUploads))]
[JsonSerializable(typeof(DroppedUploads))]
[JsonSerializable(typeof(QuarantinePage))]
[JsonSerializable(typeof(QuarantineChoice))]
[JsonSerializable(typeof(QuarantineDecided))]
[JsonSerializable(typeof(QualityReport))]
[JsonSerializable(typeof(PreviewChoice))]
[JsonSerializable(typeof(SamplePreview))]
[JsonSerializable(typeof(LabelUpload))]
[JsonSerializable(typeof(LabelReport))]
[JsonSerializable(typeof(SealVersion))]
[JsonSerializable(typeof(SealedVersion))]
[JsonSerializable(typeof(IReadOnlyList<RequestView>))]
[JsonSerializable(typeof(DecideRequest))]
[JsonSerializable(typeof(PermitView))]
[JsonSerializable(typeof(KeyExchange))]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(ProgressReport))]
[JsonSerializable(typeof(ResultSubmission))]
[JsonSerializable(typeof(IReadOnlyList<ResultView>))]
[JsonSerializable(typeof(ReceiptSubmission))]
[JsonSerializable(typeof(GatewayIdentity))]
[JsonSerializable(typeof(ExperimentSpec))]
[JsonSerializable(typeof(TrialIdentity))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, JsonElement>))]
[JsonSerializable(typeof(SubmitExperiment))]
[JsonSerializable(typeof(IReadOnlyList<ExperimentView>))]
[JsonSerializable(typeof(ReleaseModels))]
[JsonSerializable(typeof(IReadOnlyList<SiteView>))]
[JsonSerializable(typeof(IReadOnlyList<KnownGateway>))]
[JsonSerializable(typeof(TrialSpec))]
[JsonSerializable(typeof(TrainerJob))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(TrialMetrics))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>Snake case, unknown, missing and repeated members refused.</summary>
    public static ContractsJson Strict => Default;
}
