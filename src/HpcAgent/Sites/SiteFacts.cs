using Scanlock.Contracts;
using Scanlock.HpcAgent.Measuring;

namespace Scanlock.HpcAgent.Sites;

/// <summary>What is true of the site and its node besides what its file says.</summary>
/// <param name="Trainers">Installed trainers by what they measure; two folders that measure the same are one trainer.</param>
internal sealed record SiteFacts(IReadOnlyDictionary<Sha256Digest, TrainerPlace> Trainers, IsolationSupport Isolation)
{
    public static async Task<SiteFacts> GatherAsync(Site site, CancellationToken cancellationToken)
    {
        var trainers = new Dictionary<Sha256Digest, TrainerPlace>();
        foreach (var place in site.Trainers)
        {
            trainers.TryAdd((await TrainerMeasurement.OfAsync(place, cancellationToken)).Trainer, place);
        }

        return new(trainers, await IsolationSupport.ProbeAsync(site.Isolation, cancellationToken));
    }
}
