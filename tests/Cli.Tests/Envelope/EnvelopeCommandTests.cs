using System.Security.Cryptography;
using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Envelope;

public sealed class EnvelopeCommandTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly byte[] plaintext = RandomNumberGenerator.GetBytes(300_000);

    [Fact]
    public async Task What_is_encrypted_for_two_keys_decrypts_with_each()
    {
        await KeygenAsync("one");
        await KeygenAsync("two");
        var encrypted = await ScanlockProgram.RunAsync(plaintext, "encrypt", "--to", folder["one.pub"], "--to", folder["two.pub"]);
        Assert.Equal((0, ""), (encrypted.ExitCode, encrypted.Error));
        foreach (var key in new[] { "one.sec", "two.sec" })
        {
            var decrypted = await ScanlockProgram.RunAsync(encrypted.Output, "decrypt", "--key", folder[key]);
            Assert.Equal((0, ""), (decrypted.ExitCode, decrypted.Error));
            Assert.Equal(plaintext, decrypted.Output);
        }
    }

    [Fact]
    public async Task Nothing_encrypts_and_decrypts_to_nothing()
    {
        await KeygenAsync("mine");
        var encrypted = await ScanlockProgram.RunAsync([], "encrypt", "--to", folder["mine.pub"]);
        var decrypted = await ScanlockProgram.RunAsync(encrypted.Output, "decrypt", "--key", folder["mine.sec"]);
        Assert.Equal(0, decrypted.ExitCode);
        Assert.Empty(decrypted.Output);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_tampered_file_ends_with_4_and_only_what_is_authentic_is_written()
    {
        await KeygenAsync("mine");
        var encrypted = (await ScanlockProgram.RunAsync(plaintext, "encrypt", "--to", folder["mine.pub"])).Output;
        encrypted[124 + 65564 + 100] ^= 1;
        var decrypted = await ScanlockProgram.RunAsync(encrypted, "decrypt", "--key", folder["mine.sec"]);
        Assert.Equal(4, decrypted.ExitCode);
        Assert.StartsWith("scanlock decrypt: segment 1 does not authenticate", decrypted.Error, StringComparison.Ordinal);
        Assert.Equal(plaintext[..65536], decrypted.Output);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Another_key_ends_with_4_and_writes_nothing()
    {
        await KeygenAsync("mine");
        await KeygenAsync("other");
        var encrypted = await ScanlockProgram.RunAsync(plaintext, "encrypt", "--to", folder["mine.pub"]);
        var decrypted = await ScanlockProgram.RunAsync(encrypted.Output, "decrypt", "--key", folder["other.sec"], "--json");
        Assert.Equal(4, decrypted.ExitCode);
        Assert.Empty(decrypted.Output);
        Assert.Equal("not-for-this-key", JsonDocument.Parse(decrypted.Error).RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_passphrase_protects_the_private_key_and_a_line_end_is_no_part_of_it()
    {
        await File.WriteAllTextAsync(folder["with-line-end"], "correct horse\n");
        await File.WriteAllTextAsync(folder["without"], "correct horse");
        await File.WriteAllTextAsync(folder["wrong"], "battery staple\n");
        await KeygenAsync("mine", "--passphrase-file", folder["with-line-end"]);
        var encrypted = (await ScanlockProgram.RunAsync(plaintext, "encrypt", "--to", folder["mine.pub"])).Output;
        string[] decrypt = ["decrypt", "--key", folder["mine.sec"]];
        Assert.Equal(plaintext, (await ScanlockProgram.RunAsync(encrypted, [.. decrypt, "--passphrase-file", folder["without"]])).Output);
        var wrong = await ScanlockProgram.RunAsync(encrypted, [.. decrypt, "--passphrase-file", folder["wrong"]]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("does not open with this passphrase", wrong.Error, StringComparison.Ordinal);
        var none = await ScanlockProgram.RunAsync(encrypted, decrypt);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("give --passphrase-file", none.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task An_empty_passphrase_file_is_refused_rather_than_leaving_the_key_clear(string passphrase)
    {
        await File.WriteAllTextAsync(folder["empty"], passphrase);
        var run = await ScanlockProgram.RunAsync("keygen", "--out", folder["mine"], "--passphrase-file", folder["empty"]);
        Assert.Equal(1, run.ExitCode);
        Assert.False(File.Exists(folder["mine.sec"]));
    }

    [Fact]
    public async Task Keygen_says_where_the_keys_are_and_never_overwrites_them()
    {
        var first = await ScanlockProgram.RunAsync("keygen", "--out", folder["mine"], "--json");
        var result = JsonDocument.Parse(first.Output).RootElement;
        Assert.Equal(folder["mine.sec"], result.GetProperty("private_key").GetString());
        Assert.Equal(folder["mine.pub"], result.GetProperty("public_key").GetString());
        var key = await File.ReadAllTextAsync(folder["mine.sec"]);
        var second = await ScanlockProgram.RunAsync("keygen", "--out", folder["mine"]);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains(folder["mine.sec"], second.Error, StringComparison.Ordinal);
        Assert.Equal(key, await File.ReadAllTextAsync(folder["mine.sec"]));
    }

    [Fact]
    public async Task Json_says_how_much_was_encrypted_on_stderr_and_leaves_stdout_to_the_data()
    {
        await KeygenAsync("mine");
        var encrypted = await ScanlockProgram.RunAsync(plaintext, "encrypt", "--to", folder["mine.pub"], "--json");
        Assert.Equal(plaintext.Length, JsonDocument.Parse(encrypted.Error).RootElement.GetProperty("plaintext_bytes").GetInt32());
        Assert.StartsWith("crypt4gh", System.Text.Encoding.Latin1.GetString(encrypted.Output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("> /dev/full", "scanlock encrypt: No space left on device")]
    [InlineData("| true", "scanlock encrypt: Broken pipe")]
    [Trait("promise", "P11")]
    public async Task Ciphertext_that_cannot_be_written_ends_with_1_and_the_reason(string redirection, string reason)
    {
        await KeygenAsync("mine");
        await File.WriteAllBytesAsync(folder["large"], new byte[4 << 20]);

        // Standard input stays open and silent after the file: the failure must not wait for it.
        var run = await ScanlockProgram.RunShellAsync(
            $"exec 3< <(cat '{folder["large"]}'; exec sleep 600); feeder=$!; "
            + $"(set -o pipefail; scanlock encrypt --to '{folder["mine.pub"]}' <&3 {redirection}); code=$?; kill $feeder; exit $code");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(reason, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ciphertext_goes_where_the_shells_output_stands()
    {
        await KeygenAsync("mine");
        var run = await ScanlockProgram.RunShellAsync(
            $"{{ echo before; echo secret | scanlock encrypt --to '{folder["mine.pub"]}'; echo after; }} > '{folder["out"]}'");
        Assert.Equal(0, run.ExitCode);
        var written = await File.ReadAllBytesAsync(folder["out"]);
        Assert.Equal("before\n"u8.Length + 124 + 28 + "secret\n"u8.Length + "after\n"u8.Length, written.Length);
        Assert.True(written.AsSpan().StartsWith("before\ncrypt4gh"u8));
        Assert.True(written.AsSpan().EndsWith("after\n"u8));
    }

    [Theory]
    [InlineData("encrypt")]
    [InlineData("decrypt")]
    [InlineData("keygen")]
    [InlineData("encrypt", "--to")]
    [InlineData("encrypt", "--frobnicate")]
    [InlineData("frobnicate")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments) =>
        Assert.Equal(2, (await ScanlockProgram.RunAsync(arguments)).ExitCode);

    [Theory]
    [InlineData("encrypt", "--to")]
    [InlineData("decrypt", "--key")]
    public async Task A_key_file_that_is_not_there_is_named(string command, string option)
    {
        var run = await ScanlockProgram.RunAsync(command, option, folder["nowhere"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"scanlock {command}: {folder["nowhere"]}: there is no such file\n", run.Error);
    }

    public void Dispose() => folder.Dispose();

    private async Task KeygenAsync(string name, params string[] more)
    {
        var run = await ScanlockProgram.RunAsync(["keygen", "--out", folder[name], .. more]);
        Assert.True(run.ExitCode == 0, run.Error);
    }
}
