using System.Text.Json;
using Scanlock.Contracts.Intake;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests.Deidentification;

/// <summary>What comes out is as valid as what went in, by dciodvfy (dicom3tools), with all options and with none.</summary>
public sealed class ValidityTests
{
    public static TheoryData<string> OptionSets => ["all", "basic"];

    [Theory]
    [MemberData(nameof(OptionSets))]
    public Task Real_slices_get_no_error_they_did_not_have(string options) =>
        AssertAsync(Folder("ct-slices", "hospital-a").Concat(Folder("ct-slices", "hospital-b")).Where((_, index) => index % 27 == 0), options, atLeast: 15);

    [Theory]
    [MemberData(nameof(OptionSets))]
    public Task Real_series_get_no_error_they_did_not_have(string options) =>
        AssertAsync(Folder("ct-series").Where((file, index) => file.EndsWith(".dcm", StringComparison.Ordinal) && index % 9 == 0), options, atLeast: 6);

    [Theory]
    [MemberData(nameof(OptionSets))]
    public Task Objects_of_many_kinds_get_no_error_they_did_not_have(string options) =>
        AssertAsync(Folder("zoo").Where(file => !Path.GetFileName(file).StartsWith("DICOMDIR", StringComparison.Ordinal)), options, atLeast: 120);

    private static async Task AssertAsync(IEnumerable<string> files, string options, int atLeast)
    {
        Assert.SkipWhen(Programs.Find("dciodvfy") is null, "dicom3tools is not installed");
        using var folder = new TestFolder();
        var pairs = new List<string>();
        foreach (var file in files)
        {
            var written = Path.Combine(folder.Path, $"{pairs.Count}.dcm");
            if (Deidentified.Write(file, written, options == "all" ? DeidentificationOptions.All : DeidentificationOptions.Basic))
            {
                pairs.Add($"{file}\t{written}");
            }
        }

        var list = Path.Combine(folder.Path, "pairs");
        await File.WriteAllLinesAsync(list, pairs);
        using var report = JsonDocument.Parse(await Python.RunAsync("validity.py", list));

        var errors = report.RootElement.GetProperty("new").EnumerateArray().Select(error => error.GetString()).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors.Take(20)));
        Assert.True(report.RootElement.GetProperty("compared").GetInt32() >= atLeast, "Too few could be compared.");
    }

    private static IEnumerable<string> Folder(params string[] parts) => Directory.EnumerateFiles(Workers.Data(parts), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}
