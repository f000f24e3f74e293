using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.Staging;

/// <summary>
/// The ciphertexts at the site, each under its own digest: nothing else can stand under a name, and what is here need not be sent again,
/// whoever sent it. One object serves one connection.
/// </summary>
internal sealed class CiphertextStore(SiteState state, SiteCaps caps, TimeProvider time) : IAsyncDisposable
{
    private const string PartSuffix = ".part";
    private const int MostOpen = 16;
    private static readonly TimeSpan s_countingAgain = TimeSpan.FromSeconds(5);
    private readonly List<(Sha256Digest Digest, PartialCiphertext Partial)> _open = [];
    private long _bytesKept = -1;
    private long _countedAt;

    public async Task<Holding> HaveAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        if (Find(digest) is { } whole)
        {
            // Someone counts on it again: its days of being unused start anew.
            whole.LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
            return new(digest, whole.Length, Complete: true);
        }

        if (!File.Exists(PartPath(digest)) || await OpenAsync(digest, cancellationToken) is not { } partial)
        {
            return new(digest, 0, Complete: false);
        }

        // A process killed between the last byte and the rename left a whole one under a partial name.
        if (partial.Is(digest))
        {
            await FinishAsync(digest, partial);
            return new(digest, partial.Length, Complete: true);
        }

        return new(digest, partial.Length, Complete: false);
    }

    /// <summary>Takes the next bytes; answers <see cref="Stored"/> or <see cref="Refused"/>.</summary>
    public async Task<AgentAnswer> PutAsync(Put put, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (put.Bytes <= 0 || put.Offset < 0 || put.Offset > put.Bytes - body.Length)
        {
            return new Refused(AgentRefusals.BadRequest, $"{body.Length} bytes at {put.Offset} do not lie in an object of {put.Bytes} bytes.");
        }

        if (Find(put.Digest) is { } whole)
        {
            return new Stored(whole.Length, Complete: true);
        }

        if (put.Offset == 0 && put.Bytes > BytesLeft())
        {
            return new Refused(AgentRefusals.Storage, $"The site keeps at most {caps.StorageGiB} GiB, and {put.Bytes} bytes more would not fit.");
        }

        if (await OpenAsync(put.Digest, cancellationToken) is not { } partial)
        {
            return new Refused(AgentRefusals.WrongOffset, "Another connection is sending this object.");
        }

        return partial.Length == put.Offset
            ? await AppendAsync(put, partial, body, cancellationToken)
            : new Refused(AgentRefusals.WrongOffset, $"{partial.Length} bytes of this object are here: go on from there, not from {put.Offset}.");
    }

    /// <summary>Whether the whole of it is here, by its size too.</summary>
    public bool Has(Sha256Digest digest, long bytes) => Find(digest)?.Length == bytes;

    /// <summary>Whether what stands under this digest, if anything does, has it.</summary>
    public async Task<bool> IsIntactAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        if (Find(digest) is not { } whole)
        {
            return true;
        }

        await using var file = whole.OpenRead();
        return await Sha256Digest.OfAsync(file, cancellationToken) == digest;
    }

    /// <summary>Deletes the whole one; a partial one, which is being sent anew, stays.</summary>
    public void DropWhole(Sha256Digest digest) => File.Delete(Path.Combine(state.Staged, digest.Hex));

    /// <summary>Deletes it, whole or partial.</summary>
    public async Task DeleteAsync(Sha256Digest digest)
    {
        await CloseAsync(digest);
        File.Delete(Path.Combine(state.Staged, digest.Hex));
        File.Delete(PartPath(digest));
    }

    /// <summary>Every digest of which something is here, and when it was last written or asked for.</summary>
    public IEnumerable<(Sha256Digest Digest, DateTimeOffset At)> All()
    {
        foreach (var file in new DirectoryInfo(state.Staged).EnumerateFiles())
        {
            if (Sha256Digest.TryParse($"sha256:{Path.GetFileNameWithoutExtension(file.Name)}", out var digest))
            {
                yield return (digest, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));
            }
        }
    }

    private async Task<AgentAnswer> AppendAsync(Put put, PartialCiphertext partial, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            await partial.AppendAsync(body, cancellationToken);
            if (partial.Length < put.Bytes)
            {
                return new Stored(partial.Length, Complete: false);
            }

            if (partial.Is(put.Digest))
            {
                await FinishAsync(put.Digest, partial);
                return new Stored(put.Bytes, Complete: true);
            }
        }
        catch (IOException)
        {
            await CloseAsync(put.Digest);
            return new Refused(AgentRefusals.Storage, "The site's disk does not take these bytes: it is full or failing.");
        }

        await DeleteAsync(put.Digest);
        return new Refused(AgentRefusals.DigestMismatch, $"The {put.Bytes} bytes that arrived are not {put.Digest}; they were dropped.");
    }

    private async Task FinishAsync(Sha256Digest digest, PartialCiphertext partial)
    {
        partial.Finish(Path.Combine(state.Staged, digest.Hex));
        await CloseAsync(digest);
    }

    private async Task<PartialCiphertext?> OpenAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        if (_open.FirstOrDefault(o => o.Digest == digest) is { Partial: { } known })
        {
            return known;
        }

        if (_open.Count == MostOpen)
        {
            await CloseAsync(_open[0].Digest);
        }

        var partial = await PartialCiphertext.OpenAsync(PartPath(digest), cancellationToken);
        if (partial is not null)
        {
            _open.Add((digest, partial));
        }

        return partial;
    }

    private async Task CloseAsync(Sha256Digest digest)
    {
        var index = _open.FindIndex(o => o.Digest == digest);
        if (index >= 0)
        {
            var partial = _open[index].Partial;
            _open.RemoveAt(index);
            await partial.DisposeAsync();
        }
    }

    private long BytesLeft()
    {
        if (_bytesKept < 0 || time.GetElapsedTime(_countedAt) > s_countingAgain)
        {
            _bytesKept = new DirectoryInfo(state.Staged).EnumerateFiles().Sum(file => file.Length);
            _countedAt = time.GetTimestamp();
        }

        return ((long)caps.StorageGiB << 30) - _bytesKept;
    }

    private FileInfo? Find(Sha256Digest digest) => new FileInfo(Path.Combine(state.Staged, digest.Hex)) is { Exists: true } file ? file : null;

    private string PartPath(Sha256Digest digest) => Path.Combine(state.Staged, digest.Hex + PartSuffix);

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, partial) in _open)
        {
            await partial.DisposeAsync();
        }
    }
}
