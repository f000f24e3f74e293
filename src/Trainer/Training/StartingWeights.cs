using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Training;

/// <summary>The weights that a spec starts from, or evaluates, by their digest.</summary>
internal static class StartingWeights
{
    /// <summary>Loads them into a network in main memory; null when they are there. They lie in the data folder, under their digest.</summary>
    internal static async Task<Result<InitialWeights>.Refused?> LoadAsync(
        Architecture network, TrialSpec spec, string data, Sha256Digest weights, CancellationToken cancellationToken)
    {
        // Looked at again: preparing the data may have taken hours.
        if (await FaultAsync(data, weights, cancellationToken) is { } fault)
        {
            return fault;
        }

        return await InitialWeights.LoadAsync(network, Path.Combine(data, TrainerJob.WeightsFile(weights)), cancellationToken) switch
        {
            Result<InitialWeights>.Refused refused => refused,
            Result<InitialWeights>.Ok({ Fresh.Count: > 0 }) when spec.Task == TrialSpec.Evaluate =>
                Refused($"the file has no last layer for the answers of {spec.Network}; there is nothing to evaluate"),
            _ => null,
        };
    }

    /// <summary>Why they cannot be loaded, as far as no network is needed to say so; null where they lie there whole.</summary>
    internal static async Task<Result<InitialWeights>.Refused?> FaultAsync(string data, Sha256Digest weights, CancellationToken cancellationToken)
    {
        var file = TrainerJob.WeightsFile(weights);
        var path = Path.Combine(data, file);
        return !File.Exists(path) ? Refused($"the data folder has no {file}")
            : await DigestAsync(path, cancellationToken) != weights ? Refused($"{file} has another digest than its name says")
            : null;
    }

    private static async Task<Sha256Digest> DigestAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await Sha256Digest.OfAsync(file, cancellationToken);
    }

    private static Result<InitialWeights>.Refused Refused(string reason) => new(JobFailures.BadData, $"initial_weights: {reason}");
}
