using System.Text.Json;
using Scanlock.Cli.Deidentification;
using Scanlock.Contracts.Intake;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Deidentification;

/// <summary><c>scanlock deidentify</c> as a program: what it reads, what it writes, how it ends.</summary>
public sealed class DeidentifyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestFolder folder = new();

    [Fact]
    public async Task A_folder_keeps_its_paths_and_loses_its_identities()
    {
        await PhantomAsync();
        var run = await ScanlockProgram.RunAsync("deidentify", folder["in"], folder["out"], "--report", folder["report.json"], "--json");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(folder["report.json"]));
        using var shown = JsonDocument.Parse(run.OutputText);
        var names = Names("in").Where(name => name.EndsWith(".dcm", StringComparison.Ordinal)).ToList();

        Assert.Equal((0, names.Count), (run.ExitCode, report.RootElement.GetProperty("done").GetInt32()));
        Assert.Equal(names, Names("out"));
        Assert.All(names, name => Assert.True(File.ReadAllBytes(Path.Combine(folder["out"], name)).AsSpan(128).StartsWith("DICM"u8)));
        Assert.All(names, name => Assert.Equal(-1, File.ReadAllBytes(Path.Combine(folder["out"], name)).AsSpan().IndexOf("Phantom^"u8)));
        Assert.Contains(report.RootElement.GetProperty("files")[0].GetProperty("report").GetProperty("elements").EnumerateArray(), element => element.GetProperty("path").GetString() == "(0010,0020)");
        Assert.Equal(0, shown.RootElement.GetProperty("files")[0].GetProperty("report").GetProperty("elements").GetArrayLength());
    }

    [Fact]
    public async Task Runs_with_the_same_key_fit_together_and_others_do_not()
    {
        await PhantomAsync();
        var file = Path.Combine("in", Names("in").First(name => name.EndsWith(".dcm", StringComparison.Ordinal)));
        foreach (var (output, key) in (List<(string, string)>)[("one.dcm", "a.key"), ("two.dcm", "a.key"), ("three.dcm", "b.key")])
        {
            var run = await ScanlockProgram.RunAsync("deidentify", folder[file], folder[output], "--key", folder[key]);
            Assert.True(run.ExitCode == 0, run.Error + run.OutputText);
        }

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder["a.key"]));
        Assert.Equal(await File.ReadAllBytesAsync(folder["one.dcm"]), await File.ReadAllBytesAsync(folder["two.dcm"]));
        Assert.NotEqual(await File.ReadAllBytesAsync(folder["one.dcm"]), await File.ReadAllBytesAsync(folder["three.dcm"]));
    }

    [Fact]
    public async Task What_is_there_already_is_not_overwritten_unless_asked()
    {
        await PhantomAsync();
        var file = folder[Path.Combine("in", Names("in").First(name => name.EndsWith(".dcm", StringComparison.Ordinal)))];
        await File.WriteAllTextAsync(folder["there.dcm"], "mine");
        var refused = await ScanlockProgram.RunAsync("deidentify", file, folder["there.dcm"]);
        var kept = await File.ReadAllTextAsync(folder["there.dcm"]);
        var forced = await ScanlockProgram.RunAsync("deidentify", file, folder["there.dcm"], "--force");

        Assert.Equal((1, "mine", 0), (refused.ExitCode, kept, forced.ExitCode));
        Assert.Contains("Paths are kept", forced.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("Paths are kept", refused.OutputText, StringComparison.Ordinal);
        Assert.True(new FileInfo(folder["there.dcm"]).Length > 1000);
    }

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
        Assert.Contains("0 de-identified, 1 not done, 2 left alone.", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("letter", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("labels.csv: A hidden file, a table or a text, and no DICOM object. (no-object)", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("link: A symbolic link is not followed. (link)", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("(not-dicom)", run.OutputText, StringComparison.Ordinal);
        Assert.Empty(Names("out"));
    }

    [Fact]
    public async Task Objects_are_known_by_their_content_whatever_they_are_called()
    {
        await PhantomAsync();
        var file = folder["in", Names("in").First(name => name.EndsWith(".dcm", StringComparison.Ordinal))];
        Directory.CreateDirectory(folder["odd", ".hidden"]);
        File.Copy(file, folder["odd", "scan.txt"]);
        File.Copy(file, folder["odd", ".hidden", "scan"]);
        var run = await ScanlockProgram.RunAsync("deidentify", folder["odd"], folder["out"]);

        Assert.True(run.ExitCode == 0, run.Error + run.OutputText);
        Assert.Equal([".hidden/scan", "scan.txt"], Names("out"));
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_a_failure_and_named()
    {
        // The folder is gone before it is read: who runs the tests may be root, who may read everything.
        var walk = new FolderWalk(folder["absent"]);

        Assert.Empty(walk.Files);
        Assert.Equal(("unreadable-folder", false), (Assert.Single(walk.LeftOut).Code, walk.LeftOut[0].IsLeftAlone));
    }

    [Fact]
    public async Task A_run_that_ends_early_leaves_the_report_of_what_it_did()
    {
        using (var log = new RunLog(folder["report.json"], DeidentificationOptions.All, 3))
        {
            log.Add(FileJson.Failed("SMITH/1.dcm", "io", "It cannot be read."));
        }

        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(folder["report.json"]));
        Assert.Equal("SMITH/1.dcm", Assert.Single(report.RootElement.GetProperty("files").EnumerateArray()).GetProperty("file").GetString());
        Assert.Equal((1, 2), (report.RootElement.GetProperty("failed").GetInt32(), report.RootElement.GetProperty("unreached").GetInt32()));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder["report.json"]));
    }

    [Fact]
    public async Task Intake_that_cannot_start_leaves_a_report()
    {
        Assert.SkipWhen(Programs.Find("bwrap") is null, "bubblewrap is not installed");
        Directory.CreateDirectory(folder["in"]);
        await File.WriteAllTextAsync(folder["in", "1.dcm"], "x");
        File.CreateSymbolicLink(folder["in", "link"], folder["in", "1.dcm"]);
        Directory.CreateDirectory(folder["bin"]);
        File.CreateSymbolicLink(folder["bin", "bwrap"], "/bin/false");
        var run = await ScanlockProgram.RunShellAsync($"PATH={folder["bin"]}:$PATH; scanlock deidentify {folder["in"]} {folder["out"]} --report {folder["report.json"]}");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(folder["report.json"]));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal((1, 1), (report.RootElement.GetProperty("skipped").GetInt32(), report.RootElement.GetProperty("unreached").GetInt32()));
    }

    [Fact]
    public async Task A_report_that_others_could_read_is_refused()
    {
        await File.WriteAllTextAsync(folder["file"], "x");
        await File.WriteAllTextAsync(folder["report.json"], "older");
        File.SetUnixFileMode(folder["report.json"], OwnerOnly | UnixFileMode.OtherRead);
        var run = await ScanlockProgram.RunAsync("deidentify", folder["file"], folder["out"], "--report", folder["report.json"], "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("\"report-open\"", run.Error, StringComparison.Ordinal);
        Assert.Equal("older", await File.ReadAllTextAsync(folder["report.json"]));
    }

    [Fact]
    public async Task A_DICOMDIR_is_left_alone()
    {
        Assert.SkipWhen(Programs.Find("bwrap") is null, "bubblewrap is not installed");
        Directory.CreateDirectory(folder["in"]);
        await File.WriteAllBytesAsync(folder["in", "DICOMDIR"],
        [
            .. new byte[128], .. "DICM"u8, 2, 0, 2, 0, .. "UI"u8, 20, 0, .. "1.2.840.10008.1.3.10"u8, 2, 0, 0x10, 0, .. "UI"u8, 20, 0, .. "1.2.840.10008.1.2.1\0"u8,
            4, 0, 0x30, 0x11, .. "CS"u8, 8, 0, .. "WRENFELL"u8,
        ]);
        var run = await ScanlockProgram.RunAsync("deidentify", folder["in"], folder["out"], "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("\"skipped\":1", run.OutputText, StringComparison.Ordinal);
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
        File.SetUnixFileMode(folder["short.key"], OwnerOnly);
        var key = await ScanlockProgram.RunAsync("deidentify", folder["file"], folder["out"], "--key", folder["short.key"]);
        var element = await ScanlockProgram.RunAsync("deidentify", folder["file"], folder["out"], "--safe-private", "ACME,0018,10");

        Assert.Equal((1, 2), (key.ExitCode, element.ExitCode));
        Assert.Contains("64 hexadecimal digits", key.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.key", "key-file-open")]
    [InlineData("out/a.key", "key-in-out")]
    [InlineData("link/new.key", "key-in-out")]
    public async Task A_key_that_others_have_or_would_get_is_refused(string key, string reason)
    {
        await File.WriteAllTextAsync(folder["file"], "x");
        Directory.CreateDirectory(folder["out"]);
        File.CreateSymbolicLink(folder["link"], folder["out"]);
        await File.WriteAllTextAsync(folder["a.key"], new string('a', 64));
        File.SetUnixFileMode(folder["a.key"], OwnerOnly | UnixFileMode.GroupRead);
        var run = await ScanlockProgram.RunAsync("deidentify", folder["file"], folder["out"], "--key", folder[key], "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"\"{reason}\"", run.Error, StringComparison.Ordinal);
        Assert.Empty(Names("out"));
    }

    [Fact]
    public async Task Runs_that_make_the_key_at_once_get_the_same_one()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => SecretFile.Read(folder["new.key"], folder["out"], TextWriter.Null))));

        Assert.Single(keys.Distinct());
        Assert.Equal(["new.key"], Names(""));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder["new.key"]));
    }

    [Fact]
    public async Task Links_in_OUT_are_not_written_through()
    {
        Directory.CreateDirectory(folder["in", "case1"]);
        Directory.CreateDirectory(folder["out"]);
        await File.WriteAllTextAsync(folder["in", "case1", "1.dcm"], "original");
        await File.WriteAllTextAsync(folder["in", "2.dcm"], "original");
        File.CreateSymbolicLink(folder["out", "case1"], folder["in", "case1"]);
        File.CreateSymbolicLink(folder["out", "2.dcm"], folder["in", "2.dcm"]);
        var run = await ScanlockProgram.RunAsync("deidentify", folder["in"], folder["out"], "--force", "--json");
        using var shown = JsonDocument.Parse(run.OutputText);

        Assert.Equal(1, run.ExitCode);
        Assert.All(shown.RootElement.GetProperty("files").EnumerateArray(), file => Assert.Equal("link-in-out", file.GetProperty("code").GetString()));
        Assert.Equal("original", await File.ReadAllTextAsync(folder["in", "case1", "1.dcm"]));
        Assert.NotNull(new FileInfo(folder["out", "2.dcm"]).LinkTarget);
    }

    public void Dispose() => folder.Dispose();

    private async Task PhantomAsync()
    {
        Assert.SkipWhen(Programs.Find("bwrap") is null, "bubblewrap is not installed");
        var run = await ScanlockProgram.RunAsync("phantom", folder["in"], "--patients", "2", "--slices", "2");
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private List<string> Names(string below) => Directory.Exists(folder[below])
        ? [.. Directory.EnumerateFiles(folder[below], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder[below], file)).Order(StringComparer.Ordinal)]
        : [];
}
