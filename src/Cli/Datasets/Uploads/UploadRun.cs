using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Scanlock.Contracts;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>Tells which of these objects the gateway has, by their positions.</summary>
internal delegate Task<IReadOnlyCollection<int>> AskKnown(IReadOnlyList<Sha256Digest> digests, CancellationToken cancellationToken);

/// <summary>
/// One upload: items are read some at a time, the gateway is asked which of them it has, and the others are sent by several senders side by
/// side while the next are read. Whatever ends it, what is known by then of each file is in <see cref="Outcomes"/>.
/// </summary>
/// <param name="askKnown">Null where nobody may ask: a token sends, and learns nothing of what is there.</param>
/// <param name="sender">Made when the first object has to be sent.</param>
/// <param name="progress">Is told of each file that is done.</param>
/// <param name="jobs">How many send at the same time.</param>
internal sealed class UploadRun(AskKnown? askKnown, Func<CancellationToken, Task<ObjectSender>> sender, ObjectProgress progress, int jobs) : IDisposable
{
    private const int FirstQuestion = 64;
    private const int MostInQuestion = 1000;

    // A request's own cost is shared by its objects; a broken one is sent again as a whole.
    private const int MostInRequest = 8;
    private const long MostBytesInRequest = 8L << 20;

    private readonly Lock _settling = new();
    private readonly SemaphoreSlim _starting = new(1);
    private readonly List<FileOutcome> _outcomes = [];
    private ObjectSender? _sender;

    public IReadOnlyList<FileOutcome> Outcomes => _outcomes;

    /// <summary>Runs to its end or its first failure, which is thrown when nothing is under way any more.</summary>
    public async Task RunAsync(IReadOnlyList<UploadItem> items, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var missing = Channel.CreateBounded<UploadItem>(jobs * MostInRequest * 2);
        ExceptionDispatchInfo? first = null;
        var parts = Enumerable.Range(0, jobs).Select(_ => SendAsync(missing.Reader, stop.Token)).Append(ReadAsync(items, missing.Writer, stop.Token));
        await Task.WhenAll(parts.Select(GuardAsync));
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();

        async Task GuardAsync(Task part)
        {
            try
            {
                await part;
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
                await stop.CancelAsync();
            }
        }
    }

    public void Dispose() => _starting.Dispose();

    private async Task ReadAsync(IReadOnlyList<UploadItem> items, ChannelWriter<UploadItem> missing, CancellationToken cancellationToken)
    {
        for (var start = 0; start < items.Count;)
        {
            var next = items.Skip(start).Take(start == 0 ? FirstQuestion : MostInQuestion).ToList();
            start += next.Count;
            foreach (var item in await MissingAsync(next, cancellationToken))
            {
                await missing.WriteAsync(item, cancellationToken);
            }
        }

        missing.Complete();
    }

    /// <summary>What of these is to be sent: what can be read, is no archive, and is not there yet.</summary>
    private async Task<IEnumerable<UploadItem>> MissingAsync(List<UploadItem> items, CancellationToken cancellationToken)
    {
        var digests = new Sha256Digest?[items.Count];
        await Parallel.ForAsync(0, items.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken }, async (i, cancellation) =>
        {
            try
            {
                digests[i] = await ItemDigest.OfAsync(items[i], whole: askKnown is not null, cancellation);
            }
            catch (IOException e)
            {
                var why = UnreadableItemException.Of(e);
                Settle(items[i], FileOutcomes.Unread(items[i].Label, why.Code, why.Message));
                return;
            }

            if (digests[i] is null)
            {
                Settle(items[i], UploadContents.Archive(items[i].Label));
            }
        });
        var readable = Enumerable.Range(0, items.Count).Where(i => digests[i] is not null).ToList();
        var known = askKnown is null || readable.Count == 0
            ? []
            : (await askKnown([.. readable.Select(i => digests[i]!.Value)], cancellationToken)).Select(position => readable[position]).ToHashSet();
        foreach (var i in known)
        {
            Settle(items[i], new(items[i].Label, FileOutcomes.Duplicate, "", ""));
        }

        return readable.Where(i => !known.Contains(i)).Select(i => items[i]);
    }

    private async Task SendAsync(ChannelReader<UploadItem> missing, CancellationToken cancellationToken)
    {
        while (await missing.WaitToReadAsync(cancellationToken))
        {
            var request = new List<UploadItem>();
            for (long bytes = 0; request.Count < MostInRequest && bytes < MostBytesInRequest && missing.TryRead(out var item); bytes += item.Length)
            {
                request.Add(item);
            }

            if (request.Count > 0)
            {
                await SendAsync(request, await StartedAsync(cancellationToken), cancellationToken);
            }
        }
    }

    /// <summary>Masks go each in a request of its own, which says of which volume it is.</summary>
    private async Task SendAsync(List<UploadItem> request, ObjectSender started, CancellationToken cancellationToken)
    {
        await started.SendAsync(request.FindAll(item => item.Volume is null), volume: null, Settle, cancellationToken);
        foreach (var mask in request.FindAll(item => item.Volume is not null))
        {
            Sha256Digest? volume;
            try
            {
                volume = await ItemDigest.OfAsync(mask.Volume!, whole: true, cancellationToken);
            }
            catch (IOException)
            {
                Settle(mask, FileOutcomes.Unread(mask.Label, "unreadable-volume", "The volume it is the mask of cannot be read."));
                continue;
            }

            await started.SendAsync([mask], volume, Settle, cancellationToken);
        }
    }

    private async Task<ObjectSender> StartedAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return _sender ??= await sender(cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    private void Settle(UploadItem item, FileOutcome outcome)
    {
        lock (_settling)
        {
            _outcomes.Add(outcome);
        }

        progress.Done(outcome.Code.Length == 0 && outcome.Outcome == FileOutcomes.Duplicate ? 0 : item.Length);
    }
}

/// <summary>What an item's bytes are, read once before any of them is sent.</summary>
internal static class ItemDigest
{
    private const int StartBytes = 4;

    /// <summary>The SHA-256 of its bytes; null where it is an archive.</summary>
    /// <param name="item">What to read.</param>
    /// <param name="whole">False where the digest is not needed: then only the start is read, and the digest is of that.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<Sha256Digest?> OfAsync(UploadItem item, bool whole, CancellationToken cancellationToken)
    {
        await using var stream = item.Open();
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        var count = await stream.ReadAtLeastAsync(buffer, StartBytes, throwOnEndOfStream: false, cancellationToken);
        if (ZipSource.IsArchive(buffer.AsSpan(0, count)))
        {
            return null;
        }

        while (count > 0)
        {
            hash.AppendData(buffer, 0, count);
            count = whole ? await stream.ReadAsync(buffer, cancellationToken) : 0;
        }

        return Sha256Digest.FromHash(hash.GetHashAndReset());
    }
}
