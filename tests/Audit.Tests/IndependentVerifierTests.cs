using System.Diagnostics;
using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

/// <summary>Our logs, verified by a program that shares nothing with ours but the published formats.</summary>
[Trait("promise", "P8")]
public sealed class IndependentVerifierTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0), InlineData(1), InlineData(256), InlineData(700)]
    public async Task A_log_that_we_wrote_verifies_there(int entries)
    {
        await using (var log = AuditLog.Open(_folder["log"], Logs.Signer, TimeProvider.System))
        {
            await Task.WhenAll(Enumerable.Range(0, entries).Select(i =>
                log.AppendAsync(Logs.Entry($"{i}", comment: "Größe \"5\" \\ \u2014 \u0001 😀"), TestContext.Current.CancellationToken)));
        }

        var (exit, answer) = await VerifyAsync();
        Assert.True(exit == 0, answer.ToString());
        var head = Logs.ReadCheckpoint(_folder["log"]);
        Assert.Equal((entries, head.Root.ToBase64()), (answer.GetProperty("size").GetInt64(), answer.GetProperty("root").GetString()));
        Assert.Equal(
            Enumerable.Range(0, entries).Select(i => $"{i}").Order(),
            answer.GetProperty("entries").EnumerateArray().Select(e => e.GetString()!).Order());
    }

    [Fact]
    public async Task A_log_of_more_than_65536_entries_verifies_there()
    {
        Logs.Write(_folder["log"], 65_536 + 300, bytes: i => JsonSerializer.SerializeToUtf8Bytes(new { id = i }));
        var (exit, answer) = await VerifyAsync();
        Assert.True(exit == 0, answer.ToString());
        Assert.True((await Logs.VerifyAsync(_folder["log"])).Verified);
    }

    [Fact]
    public async Task What_we_find_altered_is_found_there()
    {
        Logs.Write(_folder["log"], 10, bytes: i => JsonSerializer.SerializeToUtf8Bytes(new { id = i }));
        var path = _folder["log", "tile", "entries", "000.p", "10"];
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(4, (await VerifyAsync()).Exit);
    }

    private async Task<(int Exit, JsonElement Answer)> VerifyAsync()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python), "Debian's python3 is not installed.");
        using (var probe = Start(Python, "-c", "import nacl.signing"))
        {
            await probe.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipUnless(probe.ExitCode == 0, "python3-nacl is not installed.");
        }

        using var process = Start(Python, Path.Combine(Repository.Root, "tests/Audit.Tests/Reference/tlog.py"), "verify", _folder["log"]);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, JsonDocument.Parse(output).RootElement);
    }

    private static Process Start(string program, params string[] arguments)
    {
        var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false } };
        Assert.True(process.Start());
        return process;
    }
}
