using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Deidentification;

/// <summary><c>scanlock deidentify</c> as a program: what it reads, what it writes, how it ends.</summary>
public sealed class DeidentifyTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Fact]
    public async Task A_file_that_is_not_DICOM_is_named_and_nothing_is_left_of_it()
    {
        Directory.CreateDirectory(folder["in"]);
        await File.WriteAllTextAsync(folder["in", "letter"], "Dear Mrs Wrenfell");
        await File.WriteAllTextAsync(folder["in", "labels.csv"], "a,b");
        await File.WriteAllTextAsync(folder["elsewhere"], "not below IN");
        File.CreateSymbolicLink(folder["in", "link"], folder["elsewhere"]);
        var run = await ScanlockProgram.RunAsync("deidentify", folder["in"], folder["out"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("0 de-identified, 1 not done, 1 tables and texts left alone.", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("letter", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("(not-dicom)", run.OutputText, StringComparison.Ordinal);
        Assert.Empty(Names("out"));
    }

    [Theory]
    [InlineData("in", "in/out", "nested-folders")]
    [InlineData("in/a", "in", "nested-folders")]
    [InlineData("in", "link/out", "nested-folders")]
    [InlineData("absent", "out", "no-input")]
    [InlineData("empty", "out", "empty-folder")]
    public async Task Folders_that_would_mix_or_hold_nothing_are_refused(string input, string output, string reason)
    {
        Directory.CreateDirectory(folder["in", "a"]);
        Directory.CreateDirectory(folder["empty"]);
        await File.WriteAllTextAsync(folder["in", "a", "1"], "x");
        File.CreateSymbolicLink(folder["link"], folder["in"]);
        var run = await ScanlockProgram.RunAsync("deidentify", folder[input], folder[output], "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"\"{reason}\"", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_keys_and_private_elements_are_refused()
    {
        await File.WriteAllTextAsync(folder["file"], "x");
        await File.WriteAllTextAsync(folder["short.key"], "abcd");
        var key = await ScanlockProgram.RunAsync("deidentify", folder["file"], folder["out"], "--key", folder["short.key"]);
        var element = await ScanlockProgram.RunAsync("deidentify", folder["file"], folder["out"], "--safe-private", "ACME,0018,10");

        Assert.Equal((1, 2), (key.ExitCode, element.ExitCode));
        Assert.Contains("64 hexadecimal digits", key.Error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private List<string> Names(string below) => Directory.Exists(folder[below])
        ? [.. Directory.EnumerateFiles(folder[below], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder[below], file)).Order(StringComparer.Ordinal)]
        : [];
}
