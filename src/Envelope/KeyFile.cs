using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Scanlock.Envelope;

/// <summary>
/// Crypt4GH key files: base64 between <c>-----BEGIN CRYPT4GH PUBLIC KEY-----</c> or <c>PRIVATE KEY</c> lines. A public key is its 32 bytes;
/// a private key is the <c>c4gh-v1</c> encoding of <see cref="PrivateKeyEncoding"/>.
/// </summary>
public static class KeyFile
{
    /// <summary>More than any key file has.</summary>
    private const int MaxBytes = 16 * 1024;

    private const string Public = "CRYPT4GH PUBLIC KEY";
    private const string Private = "CRYPT4GH PRIVATE KEY";

    /// <summary>What some implementations write around an encrypted private key.</summary>
    private const string EncryptedPrivate = "CRYPT4GH ENCRYPTED PRIVATE KEY";

    /// <summary>
    /// Writes a new key pair as <c>PREFIX.sec</c>, mode 0600, encrypted where there is a passphrase (an empty one is none), and
    /// <c>PREFIX.pub</c>. Never overwrites: if either is there already, neither is written.
    /// </summary>
    public static Opening<KeyPairFiles> Generate(
        string prefix, ReadOnlySpan<byte> passphrase, KeyDerivation derivation = KeyDerivation.Scrypt)
    {
        var (privatePath, publicPath) = ($"{prefix}.sec", $"{prefix}.pub");
        foreach (var path in new[] { privatePath, publicPath })
        {
            if (File.Exists(path))
            {
                return new KeyFileExists(path);
            }
        }

        using var key = PrivateKey.Generate();
        WritePrivate(privatePath, key, passphrase, derivation);
        var complete = false;
        try
        {
            WriteNew(new FileStream(publicPath, FileMode.CreateNew, FileAccess.Write), Public, key.PublicKey.Bytes);
            complete = true;
        }
        finally
        {
            if (!complete)
            {
                File.Delete(privatePath);
            }
        }

        return new KeyPairFiles(privatePath, publicPath, key.PublicKey);
    }

    public static Opening<PublicKey> ReadPublic(string path)
    {
        var data = ReadArmour(path, Public);
        if (data.IsRefused)
        {
            return data.Refusal;
        }

        var key = PublicKey.FromBytes(data.Value);
        return key.IsRefused ? new UnreadableKeyFile(path, key.Refusal.Message) : key;
    }

    /// <summary>Reads a private key; an empty <paramref name="passphrase"/> is none.</summary>
    public static Opening<PrivateKey> ReadPrivate(string path, ReadOnlySpan<byte> passphrase)
    {
        var data = ReadArmour(path, Private, EncryptedPrivate);
        if (data.IsRefused)
        {
            return data.Refusal;
        }

        try
        {
            return PrivateKeyEncoding.Decode(path, data.Value, passphrase);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(data.Value);
        }
    }

    private static void WritePrivate(string path, PrivateKey key, ReadOnlySpan<byte> passphrase, KeyDerivation derivation)
    {
        var encoded = GC.AllocateArray<byte>(PrivateKeyEncoding.MaxBytes, pinned: true);
        try
        {
            var length = PrivateKeyEncoding.Encode(key, passphrase, derivation, encoded);
            WriteNew(OwnerOnlyFile.Create(path, FileMode.CreateNew), Private, encoded.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    /// <summary>Fills a file that was just created, or deletes it. One line of base64: some readers of the format take no more.</summary>
    private static void WriteNew(FileStream created, string label, ReadOnlySpan<byte> data)
    {
        var base64 = GC.AllocateArray<byte>(Base64.GetMaxEncodedToUtf8Length(data.Length), pinned: true);
        var complete = false;
        try
        {
            using var file = created;
            Base64.EncodeToUtf8(data, base64, out _, out var length);
            file.Write(Encoding.ASCII.GetBytes($"-----BEGIN {label}-----\n"));
            file.Write(base64.AsSpan(0, length));
            file.Write(Encoding.ASCII.GetBytes($"\n-----END {label}-----\n"));
            file.Flush(flushToDisk: true);
            complete = true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(base64);
            if (!complete)
            {
                File.Delete(created.Name);
            }
        }
    }

    private static Opening<byte[]> ReadArmour(string path, params ReadOnlySpan<string> labels)
    {
        if (!File.Exists(path))
        {
            return new UnreadableKeyFile(path, "there is no such file");
        }

        var text = GC.AllocateArray<byte>(MaxBytes, pinned: true);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            if (!PemEncoding.TryFindUtf8(text.AsSpan(0, length), out var fields))
            {
                return new UnreadableKeyFile(path, $"there is no '-----BEGIN {labels[0]}-----' block in it");
            }

            var label = Encoding.UTF8.GetString(text.AsSpan(0, length)[fields.Label]);
            if (!labels.Contains(label))
            {
                return new UnreadableKeyFile(path, $"it is a '{label}' file where a '{labels[0]}' is expected");
            }

            var data = GC.AllocateArray<byte>(fields.DecodedDataLength, pinned: true);
            var status = Base64.DecodeFromUtf8(text.AsSpan(0, length)[fields.Base64Data], data, out _, out _);
            return status == OperationStatus.Done ? data : new UnreadableKeyFile(path, "its base64 is damaged");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }
}

/// <summary>Where a new key pair was written, and its public half.</summary>
public sealed record KeyPairFiles(string PrivateKeyPath, string PublicKeyPath, PublicKey PublicKey);
