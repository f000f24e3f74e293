using System.Collections.ObjectModel;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What a job was to do and may hand out: everything that a result is held against.</summary>
/// <param name="Bounds">The permit's bounds.</param>
/// <param name="Minima">The permit's minima.</param>
/// <param name="Egress">The permit's egress rules.</param>
public sealed record GateRules(TrialSpec Spec, long Seed, SpecBounds Bounds, Minima Minima, EgressRules Egress)
{
    /// <summary>Keys of the dataset's samples, where metrics may name samples at all: no other names leave in metrics.</summary>
    public IReadOnlySet<string> Samples { get; init; } = ReadOnlySet<string>.Empty;

    /// <summary>The rules for a job under its permit; null when its spec is not one, and then nothing of it may leave.</summary>
    public static GateRules? For(Job job, Permit permit) => TrialSpecReader.Read(job.Spec) is TrialSpecResult.Valid valid
        ? new GateRules(valid.Spec, job.Seed, permit.Bounds, permit.Minima, permit.Egress)
        : null;

    /// <param name="steps">Steps of the training, by its metrics.</param>
    public ModelRules ForModel(long? steps) => new(Spec.Network, Bounds.Parameters, Egress.MaxBytes, Egress.Precision, steps)
    {
        Channels = Spec.Channels,
    };
}

/// <summary>What a model is held against.</summary>
/// <param name="Network">The network it must be, one of <see cref="TrialNetworks"/>.</param>
/// <param name="MaxParameters">The most numbers that training changes.</param>
/// <param name="MaxBytes">The most bytes that may leave.</param>
/// <param name="Precision"><c>bf16</c> or <c>f32</c>.</param>
/// <param name="Steps">Steps of the training, which the network's own counters must say; null where they are not known.</param>
public sealed record ModelRules(string Network, long MaxParameters, long MaxBytes, string Precision, long? Steps)
{
    /// <summary>Channels of the images that the network was trained on.</summary>
    public long Channels { get; init; } = 1;

    /// <summary>Outputs of the network: two classes or one logit per pixel, where nothing else is said.</summary>
    public long Outputs { get; init; } = TrialNetworks.Of(Network).UsualOutputs;

    /// <summary>
    /// What the released file says of how it was made (P12), as its metadata. It comes from the gate's caller; a model may bring the same
    /// along, and nothing else.
    /// </summary>
    public IReadOnlyDictionary<string, string> Provenance { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>Reasons of the gate: sentences of its own, with numbers of the rules and names of closed lists, never anything from the file.</summary>
internal static class Because
{
    public static Reason Refused(string sentence) => new("gate", Line: 0, "deny", sentence);
}
