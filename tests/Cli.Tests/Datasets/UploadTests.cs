using System.Text.Json;
using Scanlock.Cli.Datasets;
using Scanlock.Cli.Datasets.Uploads;
using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Datasets;

public sealed class UploadTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_in_a_folder_is_stored_or_has_its_reason()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 2);
        await File.WriteAllTextAsync(Path.Combine(scans, "letter.dcm"), "Dear colleague");
        await File.WriteAllTextAsync(Path.Combine(scans, "empty.dcm"), "");
        await File.WriteAllTextAsync(Path.Combine(scans, ".hidden"), "x");
        await File.WriteAllBytesAsync(Path.Combine(scans, "packed.dcm"), [.. "PK\u0003\u0004"u8, 0, 0]);
        File.CreateSymbolicLink(Path.Combine(scans, "out"), "/etc");
        File.CreateSymbolicLink(Path.Combine(scans, "out.dcm"), Path.Combine(scans, "case-001", "0001.dcm"));
        Assert.Equal(0, (await ScanlockProgram.RunShellAsync($"mkfifo {scans}/pipe.dcm")).ExitCode);

        var report = await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}");

        Assert.Equal((4, 0, 0), (Number(report, "stored"), Number(report, "duplicates"), Number(report, "not_sent")));
        Assert.Equal(["letter.dcm not-dicom"], Reasons(report, "refused"));
        Assert.Equal(
            [".hidden hidden", "empty.dcm empty", "labels.csv table", "out.dcm link", "out/ link", "packed.dcm archive", "pipe.dcm empty"],
            Reasons(report, "skipped").Order(StringComparer.Ordinal));
        Assert.Equal(4, Number(await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}"), "duplicates"));
    }

    [Fact]
    public async Task The_report_names_every_file_and_groups_what_is_many()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 1);
        for (var i = 0; i < 9; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(scans, $"letter{i}.dcm"), $"Dear colleague {i}");
        }

        await File.WriteAllTextAsync(Path.Combine(scans, "=1+1,\u001b[2J.dcm"), "Dear \"colleague\"");
        var run = await gateway.RunAsync($"dataset upload {scans} --dataset {dataset} --report {_folder["report.csv"]}");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith($"'{dataset}': 2 stored, 0 already there, 10 refused, of 12. Sent ", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("  10 refused: This is neither a DICOM object nor a NIfTI volume. (not-dicom)\n", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("... and 5 more\n", run.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.OutputText);
        var lines = await File.ReadAllLinesAsync(_folder["report.csv"]);
        Assert.Equal("file,outcome,code,reason,upload,ordinal", lines[0]);
        Assert.Equal(13, lines.Length - 1);
        Assert.Contains("\"./=1+1,\uFFFD[2J.dcm\",refused,not-dicom,This is neither a DICOM object nor a NIfTI volume.,", string.Join('\n', lines), StringComparison.Ordinal);
        Assert.Matches("(?m)^case-001/0001.dcm,stored,,,[0-9a-f-]{36},[0-9]+$", string.Join('\n', lines));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["report.csv"]));
    }

    [Fact]
    public async Task Several_paths_are_one_upload_and_a_file_named_is_sent_whatever_its_name()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 2);
        File.Move(Path.Combine(scans, "case-002", "0001.dcm"), _folder["IM0001.txt"]);

        var report = await gateway.JsonAsync($"dataset upload {scans}/case-001 {_folder["IM0001.txt"]} {scans}/case-002/0002.dcm --dataset {dataset}");

        Assert.Equal((4, 4), (Number(report, "objects"), Number(report, "stored")));
        Assert.Contains("no file or folder", (await gateway.RunAsync($"dataset upload {scans} {_folder["nowhere"]} --dataset {dataset}")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_line_says_how_far_it_is_how_fast_and_how_long_yet()
    {
        Assert.Equal(
            "[####............] 1,000/4,000  40.0 objects/s  20.0 MB/s  60 s left",
            ObjectProgress.Describe(done: 1000, total: 4000, sent: 800, sentBytes: 400_000_000, TimeSpan.FromSeconds(20)));
        Assert.EndsWith("MB/s", ObjectProgress.Describe(0, 10, 0, 0, TimeSpan.Zero), StringComparison.Ordinal);
    }

    internal static int Number(JsonElement report, string name) => report.GetProperty(name).GetInt32();

    internal static IReadOnlyList<string> Reasons(JsonElement report, string outcome) =>
        [.. report.GetProperty(outcome).EnumerateArray().Select(file => $"{file.GetProperty("file").GetString()} {file.GetProperty("code").GetString()}")];
}
