using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// Sends objects to one dataset, some in each request, and says of each what became of it. What a broken connection swallowed is sent again:
/// the gateway knows an object that it has, so nothing doubles. Safe for use from several sides at once.
/// </summary>
/// <param name="gateway">The gateway.</param>
/// <param name="path">Where to, with a query that more can be appended to.</param>
internal sealed class ObjectSender(HostClient gateway, string path)
{
    /// <summary>How often an object is sent that the gateway asks to have again, or has not read.</summary>
    private const int MostRounds = 4;

    /// <summary>Said of an object that found no free worker, and of those behind it; nothing is wrong with them.</summary>
    private const string Busy = "busy";

    /// <summary>Sends these, and hands on each outcome as it is known.</summary>
    /// <param name="items">What is sent, in one request.</param>
    /// <param name="volume">The digest of the volume that they are masks of; null where they are none.</param>
    /// <param name="settled">Hears the outcomes.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <exception cref="HostProblemException">The gateway takes no more, or is gone.</exception>
    public async Task SendAsync(
        IReadOnlyList<UploadItem> items, Sha256Digest? volume, Action<UploadItem, FileOutcome> settled, CancellationToken cancellationToken)
    {
        var to = volume is null ? path : $"{path}&{DicomwebRoutes.VolumeQuery}={volume}";
        var left = items;
        for (var round = 1; left.Count > 0; round++)
        {
            left = await SendOnceAsync(to, left, round >= MostRounds, settled, cancellationToken);
        }
    }

    /// <summary>What is to be sent again.</summary>
    private async Task<List<UploadItem>> SendOnceAsync(
        string to, IReadOnlyList<UploadItem> items, bool isLast, Action<UploadItem, FileOutcome> settled, CancellationToken cancellationToken)
    {
        IReadOnlyList<ObjectOutcome> outcomes;
        try
        {
            var answer = await gateway.StoreAsync(to, () => new MultipartObjects(items), ContractsJson.Strict.UploadedObjects, cancellationToken);
            outcomes = answer.Objects;
        }
        catch (BrokenItemException broken)
        {
            settled(broken.Item, FileOutcomes.Unread(broken.Item.Label, broken.Why.Code, broken.Why.Message));
            return [.. items.Where(item => item != broken.Item)];
        }

        var again = new List<UploadItem>();
        foreach (var (item, outcome) in items.Zip(outcomes))
        {
            if (outcome.Code is "conflict" or "not-authorized")
            {
                // Said of the session or the token, so of every object to come as well.
                throw HostProblemException.Local(outcome.Code, outcome.Reason ?? "The gateway takes no more objects.");
            }

            // Where it is busy for all of them, an answer of another kind says so (503), which is tried again as such.
            if ((outcome.Code == "interrupted" && !isLast) || (outcome.Code == Busy && outcomes.Any(other => other.Code != Busy)))
            {
                again.Add(item);
            }
            else
            {
                settled(item, new(item.Label, outcome.Outcome, outcome.Code ?? "", outcome.Reason ?? "")
                {
                    Object = outcome.Upload is { } upload ? (upload, outcome.Ordinal) : null,
                });
            }
        }

        var unheard = items.Skip(outcomes.Count).ToList();
        if (isLast)
        {
            unheard.ForEach(item => settled(item, FileOutcomes.Unread(item.Label, "not-taken", "The gateway did not read the object to its end.")));
            return again;
        }

        return [.. again, .. unheard];
    }
}
