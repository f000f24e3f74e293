namespace Scanlock.Envelope.Tests;

/// <summary>Bytes to encrypt, and the envelope around them in memory.</summary>
internal static class Content
{
    /// <summary>The sizes at which something changes: nothing, a segment's edge, a block's edge, many blocks.</summary>
    public static TheoryData<int> Sizes { get; } =
        [0, 1, 65535, 65536, 65537, (8 * 65536) - 1, 8 * 65536, (8 * 65536) + 1, (5 * 1024 * 1024) + 3];

    /// <summary>The pattern of the vectors.</summary>
    public static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(((i * 31L) + 7) % 251))];

    public static async Task<byte[]> SealAsync(byte[] plaintext, params PublicKey[] recipients)
    {
        using var file = new MemoryStream();
        var bytes = await WholeFile.SealAsync(new MemoryStream(plaintext), file, recipients, CancellationToken.None);
        Assert.Equal(plaintext.Length, bytes);
        return file.ToArray();
    }

    /// <summary>Opens a whole file; what was written before a refusal comes back with it.</summary>
    public static async Task<(EnvelopeRefusal? Refusal, byte[] Plaintext)> OpenAsync(byte[] file, PrivateKey reader)
    {
        using var plaintext = new MemoryStream();
        var opening = await WholeFile.OpenAsync(new MemoryStream(file), plaintext, reader, CancellationToken.None);
        if (!opening.IsRefused)
        {
            Assert.Equal(plaintext.Length, opening.Value);
        }

        return (opening.Refusal, plaintext.ToArray());
    }
}
