using System.CommandLine;
using Scanlock.Envelope;

namespace Scanlock.Cli.Envelope;

/// <summary><c>keygen</c>, <c>encrypt</c>, <c>decrypt</c>: Crypt4GH files for anyone, no gateway needed.</summary>
internal static class EnvelopeCommands
{
    public static IEnumerable<Command> All() => [Keygen(), Encrypt(), Decrypt()];

    private static Command Keygen()
    {
        var prefix = new Option<string>("--out")
        {
            Required = true,
            HelpName = "PREFIX",
            Description = "Write PREFIX.sec (mode 0600) and PREFIX.pub; neither may exist.",
        };
        var passphrase = PassphraseFile("Encrypt the private key with the passphrase this file holds.");
        var command = new Command("keygen", "Make a Crypt4GH key pair.") { prefix, passphrase };
        command.SetAction(parse =>
        {
            using var secret = Passphrase.Read(parse.GetValue(passphrase));
            if (secret.Problem is not null)
            {
                return Failure.Report(parse, ExitCode.Failed, "passphrase-file", secret.Problem);
            }

            var files = KeyFile.Generate(parse.GetRequiredValue(prefix), secret.Bytes);
            return files.IsRefused ? Fail(parse, ExitCode.Failed, files.Refusal) : EnvelopeOutput.Report(parse, files.Value);
        });
        return command;
    }

    private static Command Encrypt()
    {
        var to = new Option<string[]>("--to")
        {
            Required = true,
            HelpName = "PUB",
            Description = "A recipient's public key file; give it once for each recipient.",
        };
        var command = new Command("encrypt", "Encrypt stdin to stdout as Crypt4GH, for one or more public keys.") { to };
        command.SetAction(async (parse, cancellationToken) =>
        {
            if (!Console.IsOutputRedirected)
            {
                return Failure.Report(parse, ExitCode.Usage, "terminal", "ciphertext is no text: send stdout to a file or a program");
            }

            var files = parse.GetRequiredValue(to);
            if (files.Length > Header.MaxPackets)
            {
                return Failure.Report(parse, ExitCode.Usage, "recipients", $"{files.Length} recipients; at most {Header.MaxPackets} fit");
            }

            var recipients = new List<PublicKey>();
            foreach (var opening in files.Select(KeyFile.ReadPublic))
            {
                if (opening.IsRefused)
                {
                    return Fail(parse, ExitCode.Failed, opening.Refusal);
                }

                recipients.Add(opening.Value);
            }

            await using var input = new StandardInput();
            await using var output = new StandardOutput();
            using var progress = TransferProgress.Start(parse, input);
            var bytes = await WholeFile.SealAsync(input, output, recipients, cancellationToken);
            return EnvelopeOutput.Report(parse, bytes);
        });
        return command;
    }

    private static Command Decrypt()
    {
        var key = new Option<string>("--key") { Required = true, HelpName = "SEC", Description = "Your private key file." };
        var passphrase = PassphraseFile("The passphrase the private key is encrypted with.");
        var command = new Command(
            "decrypt",
            "Decrypt a Crypt4GH file from stdin to stdout. Exits 4, having written only what is authentic, if the file is not intact or "
            + "not for this key. The format itself cannot tell that whole 64 KiB segments are missing or in another order.")
        {
            key,
            passphrase,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var secret = Passphrase.Read(parse.GetValue(passphrase));
            if (secret.Problem is not null)
            {
                return Failure.Report(parse, ExitCode.Failed, "passphrase-file", secret.Problem);
            }

            var opening = KeyFile.ReadPrivate(parse.GetRequiredValue(key), secret.Bytes);
            if (opening.IsRefused)
            {
                return Fail(parse, ExitCode.Failed, opening.Refusal);
            }

            using var reader = opening.Value;
            await using var input = new StandardInput();
            await using var output = new StandardOutput();
            using var progress = TransferProgress.Start(parse, input);
            var bytes = await WholeFile.OpenAsync(input, output, reader, cancellationToken);
            progress?.Dispose();
            return bytes.IsRefused ? Fail(parse, ExitCode.VerificationFailed, bytes.Refusal) : EnvelopeOutput.Report(parse, bytes.Value);
        });
        return command;
    }

    private static Option<string?> PassphraseFile(string description) =>
        new("--passphrase-file") { HelpName = "F", Description = $"{description} One line end at its end is not part of it." };

    private static int Fail(ParseResult parse, int exitCode, EnvelopeRefusal refusal)
    {
        var hint = refusal is PassphraseNeeded ? ": give --passphrase-file" : "";
        return Failure.Report(parse, exitCode, refusal.Name, refusal.Message + hint);
    }
}
