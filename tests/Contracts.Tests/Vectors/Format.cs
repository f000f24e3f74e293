using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Scanlock.Contracts.Agent;

namespace Scanlock.Contracts.Tests.Vectors;

/// <summary>A wire format and the vectors that fix its bytes.</summary>
/// <param name="Value">The type it reads to.</param>
/// <param name="ReadAndWrite">Reads bytes strictly and writes what was read, as it travels.</param>
internal sealed record Format(Type Value, Func<byte[], byte[]> ReadAndWrite)
{
    /// <summary>Every vector (its file name without <c>.json</c>) and the format it is of.</summary>
    public static IReadOnlyDictionary<string, Format> ByVector { get; } = All();

    private static Dictionary<string, Format> All()
    {
        var contracts = ContractsJson.Strict;
        var all = new Dictionary<string, Format>(StringComparer.Ordinal)
        {
            ["access-request"] = Canonical(contracts.AccessRequest),
            ["audit-entry"] = Canonical(contracts.AuditEntry),
            ["broker-token"] = Canonical(contracts.BrokerToken),
            ["dataset-archive"] = Canonical(contracts.DatasetArchive),
            ["dataset-manifest"] = Canonical(contracts.DatasetManifest),
            ["experiment-spec"] = Canonical(contracts.ExperimentSpec),
            ["intake-accepted"] = Canonical(contracts.IntakeVerdict),
            ["intake-greeting"] = Canonical(contracts.IntakeGreeting),
            ["intake-quarantined"] = Canonical(contracts.IntakeVerdict),
            ["intake-refused"] = Canonical(contracts.IntakeVerdict),
            ["intake-task"] = Canonical(contracts.IntakeTask),
            ["job"] = Canonical(contracts.Job),
            ["key-release"] = Canonical(contracts.KeyRelease),
            ["key-request"] = Canonical(contracts.KeyRequest),
            ["label-row"] = Canonical(contracts.LabelRow),
            ["permit"] = Canonical(contracts.Permit),
            ["progress"] = Canonical(contracts.Progress),
            ["progress-failure"] = Canonical(contracts.Progress),
            ["progress-line"] = Canonical(contracts.ProgressLine),
            ["purge-receipt"] = Canonical(contracts.PurgeReceipt),
            ["result-bundle"] = Canonical(contracts.ResultBundle),
            ["sample-record"] = Canonical(contracts.SampleRecord),
            ["sample-record-bare"] = Canonical(contracts.SampleRecord),
            ["trainer-job"] = Canonical(contracts.TrainerJob),
            ["trial-metrics"] = Canonical(contracts.TrialMetrics),
            ["trial-metrics-segmentation"] = Canonical(contracts.TrialMetrics),
            ["trial-spec"] = Canonical(contracts.TrialSpec),
        };
        AddKinds(all, contracts.AgentRequest);
        AddKinds(all, contracts.AgentAnswer);
        return all;
    }

    private static Format Canonical<T>(JsonTypeInfo<T> type)
        where T : class => new(typeof(T), bytes => Wire.Write(Wire.Read(bytes, type), type));

    /// <summary>A frame's JSON is as the serializer writes it: its kind must stand first, so it is not canonical.</summary>
    private static void AddKinds<T>(Dictionary<string, Format> all, JsonTypeInfo<T> type)
        where T : class
    {
        foreach (var kind in type.PolymorphismOptions!.DerivedTypes)
        {
            all.Add($"agent-{kind.TypeDiscriminator}", new(kind.DerivedType, bytes =>
            {
                var read = Wire.Read(bytes, type);
                Assert.IsType(kind.DerivedType, read);
                return JsonSerializer.SerializeToUtf8Bytes(read, type);
            }));
        }
    }
}
