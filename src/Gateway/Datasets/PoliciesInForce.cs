using System.Collections.Concurrent;
using System.Text;
using Scanlock.Policy;

namespace Scanlock.Gateway.Datasets;

/// <summary>The parsed policies of datasets, each revision read once.</summary>
public sealed class PoliciesInForce
{
    private readonly ConcurrentDictionary<string, PolicyDocument> _read = new(StringComparer.Ordinal);

    /// <summary>The policy that decides on this dataset now.</summary>
    public PolicyDocument Of(DatasetRow dataset) => _read.GetOrAdd(dataset.PolicyRevision, _ => Load(dataset.Policy) switch
    {
        PolicyLoad.Loaded loaded => loaded.Policy,
        _ => throw new InvalidDataException($"The stored policy of the dataset '{dataset.Name}' does not load; it was checked when it was stored."),
    });

    /// <summary>A revision that was read before; null where it was not.</summary>
    public PolicyDocument? Known(string revision) => _read.GetValueOrDefault(revision);

    public static PolicyLoad Load(string text) => PolicyLoader.Load(Encoding.UTF8.GetBytes(text));
}
