using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Training.Checkpoints;

/// <summary>What a training's numbers hang on. A checkpoint goes on only where all of it is the same.</summary>
/// <param name="Spec">Of the spec with every field filled in.</param>
/// <param name="Data">Of the shards and the label table.</param>
/// <param name="Libtorch">Its version.</param>
internal sealed record CheckpointOrigin(
    Sha256Digest Spec, long Seed, Sha256Digest Data, string Precision, int Threads, string Device, string Libtorch)
{
    internal static async Task<CheckpointOrigin> OfAsync(string data, TrialPlan plan, Device device, CancellationToken cancellationToken) => new(
        Sha256Digest.Of(Wire.Write(plan.Spec, ContractsJson.Strict.TrialSpec)), plan.Seed, await DataAsync(data, cancellationToken),
        plan.Precision, plan.Threads, device.type.ToString(), __version__);

    /// <summary>What is not the same; null where nothing is.</summary>
    internal string? Difference(CheckpointOrigin other) => this switch
    {
        _ when Spec != other.Spec => "spec",
        _ when Seed != other.Seed => "seed",
        _ when Data != other.Data => "dataset",
        _ when Precision != other.Precision => "precision",
        _ when Threads != other.Threads => "number of threads",
        _ when Device != other.Device => "kind of device",
        _ when Libtorch != other.Libtorch => "version of libtorch",
        _ => null,
    };

    /// <summary>Over the digests of all files, sorted: it does not hang on how shards are named or ordered.</summary>
    private static async Task<Sha256Digest> DataAsync(string folder, CancellationToken cancellationToken)
    {
        var digests = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            await using var stream = File.OpenRead(file);
            digests.Add((await Sha256Digest.OfAsync(stream, cancellationToken)).Hex);
        }

        return Sha256Digest.Of(Encoding.ASCII.GetBytes(string.Join('\n', digests.Order(StringComparer.Ordinal))));
    }
}
