using System.Security.Cryptography;

namespace Scanlock.Cli.Envelope;

/// <summary>A passphrase read from a file, wiped on disposal; empty when no file was given.</summary>
internal sealed class Passphrase : IDisposable
{
    private const int MaxBytes = 4096;

    private readonly byte[] buffer = GC.AllocateArray<byte>(MaxBytes + 1, pinned: true);
    private int length;

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, length);

    /// <summary>Why there is no usable passphrase in the file, or null.</summary>
    public string? Problem { get; private set; }

    public static Passphrase Read(string? path)
    {
        var passphrase = new Passphrase();
        if (path is not null)
        {
            passphrase.Fill(path);
        }

        return passphrase;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(buffer);

    private void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (length > MaxBytes)
        {
            Problem = $"{path} holds more than {MaxBytes} bytes";
            return;
        }

        length -= Bytes.EndsWith("\r\n"u8) ? 2 : Bytes.EndsWith("\n"u8) ? 1 : 0;
        Problem = length == 0 ? $"{path} holds no passphrase" : null;
    }
}
