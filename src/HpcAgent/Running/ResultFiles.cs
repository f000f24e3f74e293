using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.HpcAgent.KeyHolding;
using Scanlock.HpcAgent.Queue;

namespace Scanlock.HpcAgent.Running;

/// <summary>The sealed parts of a result on their way to the job's folder: bounded, and hashed here, not only where they were made.</summary>
internal sealed class ResultFiles(JobFolder folder, long maxModelBytes) : IAsyncDisposable
{
    private readonly Dictionary<string, (FileStream File, IncrementalHash Hash)> _parts = new(StringComparer.Ordinal);

    /// <summary>False when it is no part of a result, or too much of one.</summary>
    public async Task<bool> AppendAsync(string part, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!SealedParts.All.Contains(part))
        {
            return false;
        }

        if (!_parts.TryGetValue(part, out var open))
        {
            open = (new(folder.Part(part), new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }), IncrementalHash.CreateHash(HashAlgorithmName.SHA256));
            _parts.Add(part, open);
        }

        var most = Envelope.Header.MaxBytes + Envelope.Body.CiphertextBytes(part == SealedParts.Model ? maxModelBytes : OutputCheck.MaxMetricsBytes);
        if (open.File.Length + bytes.Length > most)
        {
            return false;
        }

        open.Hash.AppendData(bytes.Span);
        await open.File.WriteAsync(bytes, cancellationToken);
        return true;
    }

    /// <summary>Whether both parts lie in the folder as the holder says they should.</summary>
    public async Task<bool> FinishAsync(SealedPart metrics, SealedPart model) =>
        await IsAsync(SealedParts.Metrics, metrics) && await IsAsync(SealedParts.Model, model);

    private async Task<bool> IsAsync(string part, SealedPart said)
    {
        if (!_parts.TryGetValue(part, out var open))
        {
            return false;
        }

        await open.File.FlushAsync();
        open.File.Flush(flushToDisk: true);
        return new SealedPart(Sha256Digest.FromHash(open.Hash.GetCurrentHash()), open.File.Length) == said;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (file, hash) in _parts.Values)
        {
            await file.DisposeAsync();
            hash.Dispose();
        }
    }
}
