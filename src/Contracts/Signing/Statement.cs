using System.Buffers.Text;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Scanlock.Contracts.Signing;

/// <summary>
/// A kind of signed statement: the exact <c>typ</c> of its JWS (RFC 7515, compact, ES256) and the JSON type of its payload.
/// A signature over one kind is no signature over another.
/// </summary>
public sealed record StatementKind<T>(string Typ, JsonTypeInfo<T> Json)
    where T : class
{
    /// <summary>Longest compact form that is read: what a stranger can make us hold in memory.</summary>
    public int MaxLength { get; init; } = 1 << 20;

    public Statement<T> Sign(T value, SigningKey key)
    {
        var payload = Wire.Write(value, Json);
        var header = JwsHeader.Write(Typ, key.Public.Id);
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        var signature = key.Sign(Encoding.ASCII.GetBytes(signed));
        return new(value, $"{signed}.{Base64Url.EncodeToString(signature)}", key.Public.Id, Sha256Digest.Of(payload));
    }

    /// <summary>Which key a statement names as its signer, before anything in it is believed.</summary>
    /// <exception cref="WireFormatException">It is not a JWS of this kind.</exception>
    public string SignerOf(string compact) => Split(compact).Header.Kid;

    /// <summary>
    /// What a statement claims, signature unchecked: for a carrier that holds no key of the signer and decides nothing by it.
    /// </summary>
    /// <exception cref="WireFormatException">It is not a JWS of this kind, or its payload not this format.</exception>
    public Statement<T> ReadUnverified(string compact)
    {
        var (header, _, payload, _) = Split(compact);
        return new(Wire.Read(payload, Json), compact, header.Kid, Sha256Digest.Of(payload));
    }

    /// <summary>Checks kind, signature and format, in this order.</summary>
    /// <exception cref="WireFormatException">Any of them fails.</exception>
    public Statement<T> Verify(string compact, VerifyingKey key)
    {
        var (header, signedLength, payload, signature) = Split(compact);
        if (header.Kid != key.Id)
        {
            throw new WireFormatException($"This {Typ} is signed by another key than the one expected.");
        }

        if (!key.Verify(Encoding.ASCII.GetBytes(compact, 0, signedLength), signature))
        {
            throw new WireFormatException($"The signature of this {Typ} does not verify.");
        }

        var value = Wire.Read(payload, Json);
        if (!payload.AsSpan().SequenceEqual(Wire.Write(value, Json)))
        {
            throw new WireFormatException($"The payload of this {Typ} is not canonical JSON.");
        }

        return new(value, compact, header.Kid, Sha256Digest.Of(payload));
    }

    private (JwsHeader Header, int SignedLength, byte[] Payload, byte[] Signature) Split(string compact)
    {
        if (compact.Length > MaxLength)
        {
            throw new WireFormatException($"A {Typ} of {compact.Length} characters; the bound is {MaxLength}.");
        }

        var first = compact.IndexOf('.', StringComparison.Ordinal);
        var last = compact.LastIndexOf('.');
        if (first <= 0 || last <= first || compact.AsSpan(first + 1, last - first - 1).Contains('.') || !Ascii.IsValid(compact))
        {
            throw new WireFormatException($"Not a {Typ}: no compact JWS.");
        }

        try
        {
            var header = Wire.Read(Base64Url.DecodeFromChars(compact.AsSpan(0, first)), ContractsJson.Strict.JwsHeader);
            if (header is not { Alg: "ES256" } || header.Typ != Typ)
            {
                throw new WireFormatException($"Not a {Typ}: its header says alg '{header.Alg}', typ '{header.Typ}'.");
            }

            return (header, last, Base64Url.DecodeFromChars(compact.AsSpan(first + 1, last - first - 1)),
                Base64Url.DecodeFromChars(compact.AsSpan(last + 1)));
        }
        catch (FormatException e) when (e is not WireFormatException)
        {
            throw new WireFormatException($"Not a {Typ}: not base64url.", e);
        }
    }
}

/// <summary>A statement whose signature was made or checked here, but where it was expressly read unverified.</summary>
/// <param name="Value">What it says.</param>
/// <param name="Compact">The JWS, as it travels.</param>
/// <param name="Signer">The signing key's <see cref="VerifyingKey.Id"/>.</param>
/// <param name="Digest">SHA-256 of the payload: how other statements refer to this one.</param>
public sealed record Statement<T>(T Value, string Compact, string Signer, Sha256Digest Digest)
    where T : class;

/// <summary>The protected header of every statement; nothing else is accepted in it.</summary>
public sealed record JwsHeader(string Alg, string Kid, string Typ)
{
    internal static byte[] Write(string typ, string kid) => Wire.Write(new JwsHeader("ES256", kid, typ), ContractsJson.Strict.JwsHeader);
}
