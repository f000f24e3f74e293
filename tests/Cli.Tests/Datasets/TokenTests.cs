using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;
using static Scanlock.Cli.Tests.Datasets.UploadTests;

namespace Scanlock.Cli.Tests.Datasets;

public sealed class TokenTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_token_sends_without_a_sign_in_until_it_is_revoked_and_what_it_sent_can_be_dropped()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 3);
        var made = await gateway.RunAsync($"dataset token create {dataset} --for 'PACS ward 3' --days 7 --out {_folder["token"]}");
        Assert.Equal(0, made.ExitCode);
        var token = (await File.ReadAllTextAsync(_folder["token"])).Trim();
        Assert.DoesNotContain(token, made.OutputText, StringComparison.Ordinal);
        Assert.Contains($"/dicomweb/datasets/{dataset}\"", made.OutputText, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["token"]));
        var upload = $"SCANLOCK_CONFIG={_folder["nobody"]} scanlock dataset upload {scans} --dataset {dataset} --gateway {gateway.Url} --token-file {_folder["token"]}";

        var sent = await ScanlockProgram.RunShellAsync(upload);
        var again = await ScanlockProgram.RunShellAsync(upload);
        var listed = Assert.Single((await gateway.JsonAsync($"dataset token list {dataset}")).EnumerateArray());
        await gateway.JsonAsync($"dataset token revoke {dataset} 'PACS ward 3'");
        var revoked = await ScanlockProgram.RunShellAsync(upload);

        Assert.StartsWith($"'{dataset}': 6 stored, 0 already there", sent.OutputText, StringComparison.Ordinal);
        Assert.Equal((0, 0), (sent.ExitCode, again.ExitCode));
        Assert.StartsWith($"'{dataset}': 0 stored, 6 already there", again.OutputText, StringComparison.Ordinal);
        Assert.Equal(("PACS ward 3", "active"), (listed.GetProperty("name").GetString(), listed.GetProperty("state").GetString()));
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, listed.GetProperty("last_used_at").ValueKind);
        Assert.Equal(1, revoked.ExitCode);
        Assert.Contains("6 of 6 files were not sent", revoked.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await gateway.RunAsync($"dataset token drop {dataset} 'PACS ward 3' < /dev/null")).ExitCode);
        Assert.Equal(6, Number(await gateway.JsonAsync($"dataset token drop {dataset} 'PACS ward 3' --yes"), "samples"));
        Assert.Equal(6, Number(await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}"), "stored"));
    }

    [Fact]
    public async Task A_token_that_others_may_read_or_that_is_none_is_not_used()
    {
        await File.WriteAllTextAsync(_folder["open"], "slu_secret");
        File.SetUnixFileMode(_folder["open"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        await File.WriteAllTextAsync(_folder["none"], "hunter2");
        File.SetUnixFileMode(_folder["none"], UnixFileMode.UserRead);

        var open = await gateway.RunAsync($"dataset upload {_folder.Path} --dataset d --token-file {_folder["open"]}");
        var none = await gateway.RunAsync($"dataset upload {_folder.Path} --dataset d --token-file {_folder["none"]}");
        var nowhere = await gateway.RunAsync($"dataset upload {_folder.Path} --token-file {_folder["none"]}");

        Assert.Equal((1, 1, 2), (open.ExitCode, none.ExitCode, nowhere.ExitCode));
        Assert.Contains("chmod 600", open.Error, StringComparison.Ordinal);
        Assert.Contains("holds no upload token", none.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_shown_once_and_never_over_a_file_that_is_there()
    {
        var dataset = await gateway.NewDatasetAsync();
        await File.WriteAllTextAsync(_folder["there"], "mine");

        var shown = await gateway.RunAsync($"dataset token create {dataset} --for one");
        var refused = await gateway.RunAsync($"dataset token create {dataset} --for two --out {_folder["there"]}");
        var bad = await gateway.RunAsync($"dataset token create {dataset} --for two --days 900 --out {_folder["new"]}");

        Assert.Contains("bearer-token=slu_", shown.OutputText, StringComparison.Ordinal);
        Assert.Equal((1, 1), (refused.ExitCode, bad.ExitCode));
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder["there"]));
        Assert.False(File.Exists(_folder["new"]));
        Assert.Single((await gateway.JsonAsync($"dataset token list {dataset}")).EnumerateArray());
    }
}
