using System.Security.Cryptography;
using Scanlock.Contracts;

namespace Scanlock.Envelope;

/// <summary>
/// Ciphertext of a known digest and length. It is decrypted while it is hashed, in one pass, into a place nobody else knows yet;
/// that place becomes known only when everything has been checked.
/// </summary>
internal sealed class CheckedContent(Stream ciphertext, Sha256Digest expected, long expectedBytes)
{
    /// <summary>A null <paramref name="header"/> means that the ciphertext is a whole file, which begins with it.</summary>
    public async Task<Opening<long>> OpenToFileAsync(
        ReadOnlyMemory<byte>? header, PrivateKey reader, string path, CancellationToken cancellationToken)
    {
        var unnamed = path + ".unchecked";
        try
        {
            Opening<long> opening;

            // Create, not CreateNew: a file of that name can only have been left by a process that was killed.
            await using (var file = OwnerOnlyFile.Create(unnamed, FileMode.Create))
            {
                opening = await OpenAsync(header, reader, long.MaxValue, _ => file, cancellationToken);
            }

            if (!opening.IsRefused)
            {
                File.Move(unnamed, path);
            }

            return opening;
        }
        finally
        {
            File.Delete(unnamed);
        }
    }

    /// <inheritdoc cref="OpenToFileAsync"/>
    public async Task<Opening<byte[]>> OpenToMemoryAsync(
        ReadOnlyMemory<byte>? header, PrivateKey reader, int limit, CancellationToken cancellationToken)
    {
        byte[] plaintext = [];
        var opened = false;
        try
        {
            var opening = await OpenAsync(header, reader, limit, Allocate, cancellationToken);
            opened = !opening.IsRefused;
            return opening.IsRefused ? opening.Refusal : plaintext;
        }
        finally
        {
            if (!opened)
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        }

        MemoryStream Allocate(long bytes) => new(plaintext = GC.AllocateUninitializedArray<byte>((int)bytes));
    }

    private async Task<Opening<long>> OpenAsync(
        ReadOnlyMemory<byte>? header, PrivateKey reader, long limit, Func<long, Stream> destination, CancellationToken cancellationToken)
    {
        await using var digesting = new DigestingStream(ciphertext, expectedBytes);
        var whole = header is null;
        if (header is null)
        {
            var reading = await Header.ReadAsync(digesting, cancellationToken);
            if (reading.IsRefused)
            {
                return await PreferIntegrityAsync(digesting, reading.Refusal, cancellationToken);
            }

            header = reading.Value;
        }

        var key = Header.OpenSingle(header.Value.Span, reader);
        if (key.IsRefused)
        {
            return whole ? await PreferIntegrityAsync(digesting, key.Refusal, cancellationToken) : key.Refusal;
        }

        using var keys = new DataKeys();
        keys.Add(key.Value);
        var plaintextBytes = Body.PlaintextBytes(expectedBytes - digesting.Count);
        if (plaintextBytes > limit)
        {
            return new OverLimit(plaintextBytes, limit);
        }

        var body = await Body.DecryptAsync(digesting, destination(plaintextBytes), keys, cancellationToken);
        if (!body.IsRefused)
        {
            return await CheckAsync(digesting, cancellationToken) is { } refusal ? refusal : body;
        }

        EnvelopeRefusal why = body.Refusal is SegmentNotAuthentic { Index: 0 } ? new HeaderOfAnotherBody() : body.Refusal;
        return await PreferIntegrityAsync(digesting, why, cancellationToken);
    }

    /// <summary>
    /// What fails to open may only do so because the ciphertext is not the expected one, which is then the better reason to give.
    /// </summary>
    private async Task<EnvelopeRefusal> PreferIntegrityAsync(
        DigestingStream digesting, EnvelopeRefusal refusal, CancellationToken cancellationToken) =>
        await CheckAsync(digesting, cancellationToken) ?? refusal;

    private async Task<EnvelopeRefusal?> CheckAsync(DigestingStream digesting, CancellationToken cancellationToken)
    {
        await digesting.DrainAsync(cancellationToken);
        if (digesting.OverBound)
        {
            return new CiphertextTooLong(expectedBytes);
        }

        if (digesting.Count < expectedBytes)
        {
            return new CiphertextTooShort(expectedBytes, digesting.Count);
        }

        var actual = digesting.Digest();
        return actual == expected ? null : new CiphertextDigestDiffers(expected, actual);
    }
}
