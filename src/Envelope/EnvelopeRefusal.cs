using Scanlock.Contracts;

namespace Scanlock.Envelope;

/// <summary>
/// Why something encrypted was not opened. A closed set: each kind has a stable <see cref="Name"/> for programs and a message for people;
/// neither ever holds key material or content.
/// </summary>
public abstract record EnvelopeRefusal
{
    private protected EnvelopeRefusal(string name, string message) => (Name, Message) = (name, message);

    /// <summary>A stable kebab-case name, one for each kind of refusal.</summary>
    public string Name { get; }

    /// <summary>One sentence for a person.</summary>
    public string Message { get; }

    public sealed override string ToString() => Message;
}

public sealed record NotCrypt4gh() : EnvelopeRefusal("not-crypt4gh", "this is not a Crypt4GH file: it does not start with 'crypt4gh'");

public sealed record UnsupportedVersion(uint Version)
    : EnvelopeRefusal("unsupported-version", $"Crypt4GH version {Version} is not supported; version 1 is");

public sealed record MalformedHeader(string Detail) : EnvelopeRefusal("malformed-header", $"the Crypt4GH header is malformed: {Detail}");

public sealed record HeaderTooLarge(string Detail)
    : EnvelopeRefusal("header-too-large", $"the Crypt4GH header is over the bounds: {Detail}");

/// <summary>Nothing in the header authenticates under this key: it is for others, or it was altered; the two look the same.</summary>
public sealed record NotForThisKey()
    : EnvelopeRefusal("not-for-this-key", "no header packet opens with this key: the file is for another key, or its header was altered");

public sealed record AllZeroSharedSecret()
    : EnvelopeRefusal("all-zero-shared-secret", "a public key is of low order: its shared secret would be all zero, known to anyone");

public sealed record NotAPublicKey(string Detail) : EnvelopeRefusal("not-a-public-key", $"this is not a Crypt4GH public key: {Detail}");

public sealed record SeveralDataKeys(int Count)
    : EnvelopeRefusal("several-data-keys", $"the header holds {Count} data keys for this reader, not exactly one: a packet was injected");

public sealed record EditListPresent()
    : EnvelopeRefusal("edit-list", "the header holds an edit list, which changes what the body says; edit lists are refused");

public sealed record UnsupportedDataEncryption(uint Method)
    : EnvelopeRefusal("unsupported-data-encryption", $"data encryption method {Method} is not supported; 0 (chacha20_ietf_poly1305) is");

public sealed record SegmentNotAuthentic(long Index)
    : EnvelopeRefusal("segment-not-authentic", $"segment {Index} does not authenticate: it was altered, cut or made under another key");

public sealed record SizesDisagree(long CiphertextBytes, long PlaintextBytes)
    : EnvelopeRefusal(
        "sizes-disagree", $"{PlaintextBytes} bytes of plaintext do not become {CiphertextBytes} bytes of ciphertext, as the manifest says");

public sealed record CiphertextTooShort(long ExpectedBytes, long ActualBytes)
    : EnvelopeRefusal("ciphertext-too-short", $"the ciphertext has {ActualBytes} bytes where {ExpectedBytes} are expected: it was cut");

public sealed record CiphertextTooLong(long ExpectedBytes)
    : EnvelopeRefusal("ciphertext-too-long", $"the ciphertext has more than the expected {ExpectedBytes} bytes: something was added");

public sealed record CiphertextDigestDiffers(Sha256Digest Expected, Sha256Digest Actual)
    : EnvelopeRefusal("ciphertext-digest", $"the ciphertext's digest is {Actual}, not {Expected}: it was altered or is another one's");

public sealed record OverLimit(long Bytes, long Limit)
    : EnvelopeRefusal("over-limit", $"it would open to {Bytes} bytes, more than the {Limit} allowed here");

/// <summary>The body is the expected one byte for byte, but the header's key does not open it.</summary>
public sealed record HeaderOfAnotherBody()
    : EnvelopeRefusal("header-of-another-body", "the header's data key does not open this ciphertext: the header is another one's");

public sealed record KeyFileExists(string Path)
    : EnvelopeRefusal("key-file-exists", $"{Path} is there already; keys are never overwritten");

public sealed record UnreadableKeyFile(string Path, string Detail) : EnvelopeRefusal("unreadable-key-file", $"{Path}: {Detail}");

public sealed record PassphraseNeeded(string Path)
    : EnvelopeRefusal("passphrase-needed", $"{Path} is encrypted and needs its passphrase");

public sealed record WrongPassphrase(string Path)
    : EnvelopeRefusal("wrong-passphrase", $"{Path} does not open with this passphrase: it is another one, or the file was altered");

public sealed record UnsupportedKeyDerivation(string Path, string Derivation, uint Rounds)
    : EnvelopeRefusal(
        "unsupported-key-derivation",
        $"{Path} is encrypted by '{Derivation}' with {Rounds} rounds, which is not supported; scrypt and pbkdf2_hmac_sha256 are");
