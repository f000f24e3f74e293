using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Datasets;

/// <summary>A gateway whose workers are all taken by others for long.</summary>
public sealed class BusyGatewayTests : IDisposable
{
    private const string Studies = "POST /dicomweb/datasets/ward/studies";
    private readonly LoopbackHost _host = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_upload_comes_back_as_often_as_it_is_told_to()
    {
        _host.Answer(Studies, [.. Enumerable.Repeat<string?>(null, 10), Objects("""{"ordinal":0,"outcome":"stored","code":null,"reason":null}""")]);
        var run = await UploadAsync(1);

        Assert.StartsWith("'ward': 1 stored, 0 already there, 0 refused, of 1.", run.OutputText, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task What_found_no_worker_behind_what_was_stored_is_sent_again()
    {
        const string Busy = """{"ordinal":-1,"outcome":"refused","code":"busy","reason":"Later."}""";
        const string Stored = """{"ordinal":0,"outcome":"stored","code":null,"reason":null}""";
        string?[] rounds = [.. Enumerable.Range(0, 6).Select(round => Objects([Stored, .. Enumerable.Repeat(Busy, 5 - round)]))];
        _host.Answer(Studies, rounds);
        var run = await UploadAsync(6);

        Assert.Equal("", run.Error);
        Assert.StartsWith("'ward': 6 stored, 0 already there, 0 refused, of 6.", run.OutputText, StringComparison.Ordinal);
    }

    private static string Objects(params IEnumerable<string> outcomes) => $$"""{"objects":[{{string.Join(',', outcomes)}}]}""";

    private async Task<ScanlockRun> UploadAsync(int files)
    {
        Directory.CreateDirectory(_folder["scans"]);
        for (var file = 0; file < files; file++)
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder["scans"], $"{file}.dcm"), [.. new byte[128], .. "DICM"u8, (byte)file]);
        }

        await File.WriteAllTextAsync(_folder["token"], "slu_" + new string('a', 43));
        File.SetUnixFileMode(_folder["token"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await _host.RunAsync($"dataset upload {_folder["scans"]} --dataset ward --gateway {_host.Url} --token-file {_folder["token"]} --jobs 1");
    }
}
