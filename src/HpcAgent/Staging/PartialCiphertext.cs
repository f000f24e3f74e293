using System.Security.Cryptography;
using Scanlock.Contracts;

namespace Scanlock.HpcAgent.Staging;

/// <summary>
/// A ciphertext that is not whole yet: a file that only grows, hashed while it does. One connection at a time has it open; what an
/// earlier one left is hashed again when it is opened, so a broken connection or a killed process costs nothing that had arrived.
/// </summary>
internal sealed class PartialCiphertext : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream _file;

    private PartialCiphertext(FileStream file) => _file = file;

    public long Length { get; private set; }

    /// <summary>Opens or makes it; null when another connection has it.</summary>
    public static async Task<PartialCiphertext?> OpenAsync(string path, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            file = new(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            });
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }

        var partial = new PartialCiphertext(file);
        await partial.HashWhatIsThereAsync(cancellationToken);
        return partial;
    }

    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(bytes, cancellationToken);
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    public bool Is(Sha256Digest digest) => Sha256Digest.FromHash(_hash.GetCurrentHash()) == digest;

    /// <summary>Gives a whole ciphertext its name; it is on the disk before it has it.</summary>
    public void Finish(string path)
    {
        _file.Flush(flushToDisk: true);
        File.Move(_file.Name, path, overwrite: true);
    }

    public void Delete() => File.Delete(_file.Name);

    private async Task HashWhatIsThereAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await _file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            _hash.AppendData(buffer, 0, read);
            Length += read;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _file.DisposeAsync();
    }
}
