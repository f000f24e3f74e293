using System.Security.Cryptography;

namespace Scanlock.Envelope;

/// <summary>
/// Standard Crypt4GH v1 files, header and body in one stream: what <c>scanlock encrypt</c> and <c>decrypt</c> exchange with other
/// implementations, and how results and checkpoints are sealed to a gateway.
/// </summary>
public static class WholeFile
{
    /// <summary>Encrypts to the recipients under a new random key and returns the bytes of plaintext. Neither stream is closed.</summary>
    public static async Task<long> SealAsync(
        Stream plaintext, Stream file, IReadOnlyCollection<PublicKey> recipients, CancellationToken cancellationToken)
    {
        var (plaintextBytes, _) = await SealAsync(plaintext, file, recipients, null, cancellationToken);
        return plaintextBytes;
    }

    /// <summary>Bytes of the file that <see cref="Seal"/> makes for so many recipients.</summary>
    public static int SealedBytes(int plaintextBytes, int recipients) =>
        checked((int)(Header.Bytes(recipients) + Body.CiphertextBytes(plaintextBytes)));

    /// <summary>
    /// Encrypts what is whole in memory, on this thread: for many files side by side, each too small to be worth cutting up between threads.
    /// </summary>
    /// <param name="plaintext">All of the plaintext.</param>
    /// <param name="recipients">Whom to, each once.</param>
    /// <param name="file">Takes the file; <see cref="SealedBytes"/> long.</param>
    public static void Seal(ReadOnlySpan<byte> plaintext, IReadOnlyCollection<PublicKey> recipients, Span<byte> file)
    {
        using var key = DataKey.Random();
        var header = Header.Create(key, recipients);
        header.CopyTo(file);
        Body.Encrypt(plaintext, file[header.Length..], key);
    }

    /// <summary>Encrypts, appending the file to a digest, and returns the bytes of both.</summary>
    internal static async Task<(long PlaintextBytes, long FileBytes)> SealAsync(
        Stream plaintext,
        Stream file,
        IReadOnlyCollection<PublicKey> recipients,
        IncrementalHash? digest,
        CancellationToken cancellationToken)
    {
        using var key = DataKey.Random();
        var header = Header.Create(key, recipients);
        await file.WriteAsync(header, cancellationToken);
        digest?.AppendData(header);
        var body = await Body.EncryptAsync(plaintext, file, key, header.Length, digest, cancellationToken);
        return (body.BytesRead, header.Length + body.BytesWritten);
    }

    /// <summary>
    /// Decrypts a whole file and returns the bytes of plaintext. What was written before a refusal is authentic segment by segment, but the
    /// format itself cannot tell that segments at the end are missing or that whole segments changed places.
    /// </summary>
    public static async Task<Opening<long>> OpenAsync(Stream file, Stream plaintext, PrivateKey reader, CancellationToken cancellationToken)
    {
        var header = await Header.ReadAsync(file, cancellationToken);
        if (header.IsRefused)
        {
            return header.Refusal;
        }

        var opening = Header.Open(header.Value, reader);
        if (opening.IsRefused)
        {
            return opening.Refusal;
        }

        using var keys = opening.Value;
        return await Body.DecryptAsync(file, plaintext, keys, cancellationToken);
    }
}
