using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;
using static Scanlock.Cli.Tests.Datasets.UploadTests;

namespace Scanlock.Cli.Tests.Datasets;

public sealed class SkippedLabelTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_of_files_that_were_not_taken_are_named_and_skipped_only_where_asked()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 2);
        await File.WriteAllTextAsync(Path.Combine(scans, "letter.dcm"), "Dear colleague");
        await File.AppendAllTextAsync(Path.Combine(scans, "labels.csv"), "letter.dcm,9,1\nlost.dcm,9,1\n");
        await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}");
        var label = $"dataset label {scans}/labels.csv --dataset {dataset} --key file --label finding";

        var strict = await gateway.RunAsync(label);
        var skipping = await gateway.JsonAsync($"{label} --skip-unmatched");
        await File.WriteAllTextAsync(Path.Combine(scans, "letters.csv"), "file,finding\nletter.dcm,1\n");
        var none = await gateway.RunAsync($"dataset label {scans}/letters.csv --dataset {dataset} --key file --label finding --skip-unmatched");

        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("line 7: there is no file 'lost.dcm'", strict.Error, StringComparison.Ordinal);
        Assert.Equal((4, 0), (Number(skipping, "labelled"), Number(skipping, "unlabelled")));
        Assert.Equal([6, 7], skipping.GetProperty("unmatched_lines").EnumerateArray().Select(line => line.GetInt32()));
        Assert.Equal(["letter.dcm", "lost.dcm"], skipping.GetProperty("unmatched").EnumerateArray().Select(row => row.GetProperty("key").GetString()));
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("Nothing was labelled: 1 rows of letters.csv match no object", none.OutputText, StringComparison.Ordinal);
    }
}
