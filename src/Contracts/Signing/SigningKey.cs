using System.Security.Cryptography;
using System.Text;

namespace Scanlock.Contracts.Signing;

/// <summary>An ES256 key pair (ECDSA on P-256, RFC 7518 section 3.4) that signs one kind of thing.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        Public = VerifyingKey.FromPem(key.ExportSubjectPublicKeyInfoPem());
    }

    public VerifyingKey Public { get; }

    public static SigningKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a PKCS#8 key in PEM.</summary>
    /// <exception cref="WireFormatException">It is not a P-256 private key.</exception>
    public static SigningKey FromPem(string pem) => new(Es256.Read(pem, privateKey: true));

    public string ExportPem() => _key.ExportPkcs8PrivateKeyPem();

    internal byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => _key.Dispose();
}

/// <summary>The public half of a <see cref="SigningKey"/>. Two are equal when they are the same point.</summary>
public sealed class VerifyingKey : IEquatable<VerifyingKey>
{
    private readonly ECParameters _point;

    private VerifyingKey(ECParameters point)
    {
        _point = point;
        X = Base64Url(point.Q.X!);
        Y = Base64Url(point.Q.Y!);
        Id = Base64Url(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));
    }

    /// <summary>The JWK thumbprint (RFC 7638), base64url: how the key is named in statements and compared by people.</summary>
    public string Id { get; }

    /// <summary>The JWK coordinate x, base64url.</summary>
    public string X { get; }

    /// <summary>The JWK coordinate y, base64url.</summary>
    public string Y { get; }

    /// <summary>Reads a SubjectPublicKeyInfo in PEM.</summary>
    /// <exception cref="WireFormatException">It is not a P-256 public key.</exception>
    public static VerifyingKey FromPem(string pem)
    {
        using var key = Es256.Read(pem, privateKey: false);
        return new(key.ExportParameters(includePrivateParameters: false));
    }

    public string ExportPem()
    {
        using var key = ECDsa.Create(_point);
        return key.ExportSubjectPublicKeyInfoPem();
    }

    internal bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create(_point);
        return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public bool Equals(VerifyingKey? other) => other is not null && other.Id == Id;

    public override bool Equals(object? obj) => Equals(obj as VerifyingKey);

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Id;

    private static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}

internal static class Es256
{
    public static ECDsa Read(string pem, bool privateKey)
    {
        var label = privateKey ? "PRIVATE KEY" : "PUBLIC KEY";
        var key = ECDsa.Create();
        try
        {
            if (!PemEncoding.TryFind(pem, out var fields) || !pem.AsSpan()[fields.Label].SequenceEqual(label))
            {
                throw new WireFormatException($"Not an ES256 key: no PEM block '{label}'.");
            }

            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != "1.2.840.10045.3.1.7")
            {
                throw new WireFormatException("Not an ES256 key: the curve is not P-256.");
            }

            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new WireFormatException("Not an ES256 key: the PEM block does not hold one.", e);
        }
        catch (WireFormatException)
        {
            key.Dispose();
            throw;
        }
    }
}
