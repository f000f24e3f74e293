using System.Text;
using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Datasets;

/// <summary>A steward's commands before sealing: quarantine, quality, preview.</summary>
public sealed class CareTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_kept_apart_is_listed_with_its_reason_and_released_or_deleted()
    {
        var (dataset, scans) = await NewAsync(patients: 2, slices: 2);
        Replace(Path.Combine(scans, "case-001", "0001.dcm"), @"ORIGINAL\PRIMARY\AXIAL", @"ORIGINAL\P\LOCALIZER");
        Replace(Path.Combine(scans, "case-001", "0002.dcm"), "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4");
        await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}");

        var list = await gateway.RunAsync($"dataset quarantine list {dataset}");
        Assert.Contains($"'{dataset}': 2 kept apart: 1 localizer, 1 not-ct.", list.OutputText, StringComparison.Ordinal);
        Assert.Contains("localizer: The object is a localizer (scout view), not a slice.", list.OutputText, StringComparison.Ordinal);
        var page = await gateway.JsonAsync($"dataset quarantine list {dataset} --reason not-ct");
        var empty = Assert.Single(page.GetProperty("objects").EnumerateArray());
        Assert.Equal((2, 0), (page.GetProperty("total").GetInt32(), empty.GetProperty("samples").GetInt32()));
        Assert.Empty((await gateway.JsonAsync($"dataset quarantine list {dataset} --most 0")).GetProperty("objects").EnumerateArray());

        var refused = await gateway.RunAsync($"dataset quarantine release {dataset} {empty.GetProperty("id").GetString()}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("can only be deleted", refused.Error, StringComparison.Ordinal);
        var released = await gateway.RunAsync($"dataset quarantine release {dataset} --all");
        Assert.Contains("1 object released, with 1 sample.", released.OutputText, StringComparison.Ordinal);
        Assert.Contains("1 stay in the quarantine", released.OutputText, StringComparison.Ordinal);
        Assert.Equal(1, (await gateway.JsonAsync($"dataset quarantine delete {dataset} --reason not-ct")).GetProperty("objects").GetInt32());
        Assert.Contains("Nothing of", (await gateway.RunAsync($"dataset quarantine list {dataset}")).OutputText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--all --reason not-ct")]
    [InlineData("abc --all")]
    public async Task A_decision_says_what_it_is_about_in_one_way(string which)
    {
        var run = await gateway.RunAsync($"dataset quarantine delete any {which}");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("one of the three", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sealing_says_what_was_found_and_stops_for_it_only_if_told_to()
    {
        var (dataset, scans) = await NewAsync(patients: 5, slices: 6);
        File.Delete(Path.Combine(scans, "case-002", "0003.dcm"));
        var uploaded = await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}");
        await gateway.JsonAsync($"dataset label {Path.Combine(scans, "labels.csv")} --dataset {dataset} --key file --label finding --patient patient --skip-unmatched");

        var report = await gateway.JsonAsync($"dataset quality {dataset}");
        Assert.Equal((1, 1), (report.GetProperty("counts").GetProperty("gap").GetInt32(), report.GetProperty("counts").GetProperty("missing-numbers").GetInt32()));
        var gap = report.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("code").GetString() == "gap");
        var slice = Assert.Single(gap.GetProperty("slices").EnumerateArray());
        var text = await gateway.RunAsync($"dataset quality {dataset}");
        Assert.Contains("\nwarning: gap\n", text.OutputText, StringComparison.Ordinal);
        Assert.Contains($"object {slice.GetProperty("ordinal").GetInt32()} of upload {slice.GetProperty("upload").GetString()}", text.OutputText, StringComparison.Ordinal);
        Assert.Equal(1, (await gateway.RunAsync($"dataset quality {dataset} --strict")).ExitCode);

        var strict = await gateway.RunAsync($"dataset seal {dataset} --strict");
        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("was not sealed: 2 warnings", strict.Error, StringComparison.Ordinal);
        Assert.Contains($" see them with: scanlock dataset quality {dataset}", strict.Error, StringComparison.Ordinal);
        var done = await gateway.RunAsync($"dataset seal {dataset}");
        Assert.Equal(0, done.ExitCode);
        Assert.Contains("Quality: 2 warnings", done.Error, StringComparison.Ordinal);
        Assert.Contains($"{uploaded.GetProperty("stored")} of 5 patients", done.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_is_a_record_and_a_picture_that_only_its_owner_reads()
    {
        var (dataset, scans) = await NewAsync(patients: 2, slices: 3);
        var uploaded = await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}");
        var picture = _folder["slice.png"];
        await File.WriteAllTextAsync(picture, "readable by all");
        File.SetUnixFileMode(picture, (UnixFileMode)0b110_100_100);

        var shown = await gateway.JsonAsync($"dataset preview {dataset} --out {picture} --window 400,40");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(picture));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(picture))[..4]);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(picture)!, "slice.png*"));
        Assert.Equal((400, 40, uploaded.GetProperty("stored").GetInt32()), (shown.GetProperty("width").GetInt32(), shown.GetProperty("level").GetInt32(), shown.GetProperty("candidates").GetInt32()));

        var text = await gateway.RunAsync($"dataset preview {dataset} --sample {shown.GetProperty("sample").GetString()}");
        Assert.Contains($"patient      {shown.GetProperty("record").GetProperty("patient").GetString()}", text.OutputText, StringComparison.Ordinal);
        Assert.Contains("--out FILE.png writes it", text.OutputText, StringComparison.Ordinal);
        Assert.Equal(1, (await gateway.RunAsync($"dataset preview {dataset} --sample 0123")).ExitCode);
        Assert.Equal(2, (await gateway.RunAsync($"dataset preview {dataset} --window lung")).ExitCode);
    }

    /// <summary>An empty dataset, and phantoms to be sent into it.</summary>
    private async Task<(string Dataset, string Scans)> NewAsync(int patients, int slices) =>
        (await gateway.NewDatasetAsync(), await gateway.PhantomsAsync(_folder[$"scans-{patients}-{slices}"], patients, slices, size: 64));

    /// <summary>Writes another text in a value's place, padded to its length.</summary>
    private static void Replace(string file, string from, string to)
    {
        // Wherever it stands: a class stands in the meta-header too.
        var text = File.ReadAllText(file, Encoding.Latin1);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to.PadRight(from.Length), StringComparison.Ordinal), Encoding.Latin1);
    }
}
