using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;

namespace Scanlock.Envelope;

/// <summary>Keys from passphrases, by the derivations Crypt4GH key files name.</summary>
internal static class PassphraseKey
{
    /// <summary>The format fixes these for scrypt and writes zero rounds.</summary>
    private const int ScryptN = 1 << 14;

    private const int ScryptR = 8;
    private const int ScryptP = 1;
    private const uint Pbkdf2Rounds = 600_000;

    /// <summary>A damaged or hostile file must not keep us busy for hours.</summary>
    private const uint MaxPbkdf2Rounds = 10_000_000;

    private const string Scrypt = "scrypt";
    private const string Pbkdf2 = "pbkdf2_hmac_sha256";

    public static (string Name, uint Rounds) ParametersOf(KeyDerivation derivation) => derivation switch
    {
        KeyDerivation.Scrypt => (Scrypt, 0),
        KeyDerivation.Pbkdf2HmacSha256 => (Pbkdf2, Pbkdf2Rounds),
        _ => throw new ArgumentOutOfRangeException(nameof(derivation)),
    };

    /// <summary>The derivation of that name if it, with so many rounds, is one we do.</summary>
    public static KeyDerivation? Find(string name, uint rounds) => name switch
    {
        Scrypt => KeyDerivation.Scrypt,
        Pbkdf2 when rounds is > 0 and <= MaxPbkdf2Rounds => KeyDerivation.Pbkdf2HmacSha256,
        _ => null,
    };

    public static DataKey Derive(KeyDerivation derivation, ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, uint rounds)
    {
        if (derivation == KeyDerivation.Pbkdf2HmacSha256)
        {
            Span<byte> key = stackalloc byte[SecretKey.Length];
            Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key, (int)rounds, HashAlgorithmName.SHA256);
            return Wrap(key);
        }

        var secret = GC.AllocateArray<byte>(passphrase.Length, pinned: true);
        passphrase.CopyTo(secret);
        try
        {
            return Wrap(SCrypt.Generate(secret, salt.ToArray(), ScryptN, ScryptR, ScryptP, SecretKey.Length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static DataKey Wrap(Span<byte> key)
    {
        var wrapped = new DataKey(key);
        CryptographicOperations.ZeroMemory(key);
        return wrapped;
    }
}
