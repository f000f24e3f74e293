using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Envelope;

namespace Scanlock.Cli.Envelope;

/// <summary>What the commands say when done. Data has stdout to itself: a transfer speaks on stderr, and only when asked to.</summary>
internal static class EnvelopeOutput
{
    public static int Report(ParseResult parse, KeyPairFiles files)
    {
        var fingerprint = files.PublicKey.Fingerprint().ToString();
        parse.InvocationConfiguration.Output.WriteLine(parse.GetValue(CommandLine.Json)
            ? JsonSerializer.Serialize(
                new KeyPairJson(files.PrivateKeyPath, files.PublicKeyPath, fingerprint), EnvelopeJsonContext.Default.KeyPairJson)
            : $"private key  {files.PrivateKeyPath}\npublic key   {files.PublicKeyPath}\nfingerprint  {fingerprint}");
        return ExitCode.Done;
    }

    public static int Report(ParseResult parse, long plaintextBytes)
    {
        if (parse.GetValue(CommandLine.Json))
        {
            parse.InvocationConfiguration.Error.WriteLine(
                JsonSerializer.Serialize(new TransferJson(plaintextBytes), EnvelopeJsonContext.Default.TransferJson));
        }

        return ExitCode.Done;
    }
}

internal sealed record KeyPairJson(string PrivateKey, string PublicKey, string Fingerprint);

internal sealed record TransferJson(long PlaintextBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KeyPairJson))]
[JsonSerializable(typeof(TransferJson))]
internal sealed partial class EnvelopeJsonContext : JsonSerializerContext;
