using System.Text;
using Scanlock.Cli.Tests.Hosts;
using Scanlock.Processes;
using Scanlock.Testing;
using static Scanlock.Cli.Tests.Datasets.UploadTests;

namespace Scanlock.Cli.Tests.Datasets;

/// <summary>DICOMDIRs as dcmtk writes them, and as an attacker would have.</summary>
public sealed class MediaDirectoryTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_objects_that_a_DICOMDIR_lists_are_sent_and_no_others()
    {
        var dataset = await gateway.NewDatasetAsync();
        var media = await MediaAsync();
        File.Copy(Path.Combine(media, "A", "B", "IM1"), Path.Combine(media, "NOTED"));
        File.Move(Path.Combine(media, "IM5"), Path.Combine(media, "im5"));
        File.Delete(Path.Combine(media, "IM6"));

        var report = await gateway.JsonAsync($"dataset upload {media}/DICOMDIR --dataset {dataset}", exitCode: 1);

        Assert.Equal((5, 5), (Number(report, "objects"), Number(report, "stored")));
        Assert.Equal(["IM6 no-file"], Reasons(report, "unreadable"));
    }

    [Fact]
    public async Task A_reference_that_climbs_or_leads_through_a_link_is_refused_by_its_name()
    {
        var dataset = await gateway.NewDatasetAsync();
        var media = await MediaAsync();
        await File.WriteAllTextAsync(_folder["IM1"], "not to be read");
        Replace(Path.Combine(media, "DICOMDIR"), @"A\B\IM1", @"..\.\IM1");
        Replace(Path.Combine(media, "DICOMDIR"), @"A\B\IM2", @"/etc/hos");
        File.Move(Path.Combine(media, "IM4"), _folder["IM4"]);
        File.CreateSymbolicLink(Path.Combine(media, "IM4"), _folder["IM4"]);

        var report = await gateway.JsonAsync($"dataset upload {media}/DICOMDIR --dataset {dataset}", exitCode: 1);

        Assert.Equal([".././IM1 outside", "/etc/hos outside", "IM4 link"], Reasons(report, "unreadable"));
        Assert.Equal((3, 3), (Number(report, "objects"), Number(report, "stored")));
    }

    [Fact]
    public async Task Where_the_sandbox_is_missing_the_message_says_so_and_what_to_do_instead()
    {
        var media = await MediaAsync();
        await File.WriteAllTextAsync(_folder["DICOMDIR"], "no directory");
        await File.WriteAllTextAsync(_folder["bwrap"], "#!/bin/sh\necho no user namespaces here >&2\nexit 1\n");
        File.SetUnixFileMode(_folder["bwrap"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var missing = await ScanlockProgram.RunShellAsync($"SCANLOCK_CONFIG={gateway.Config} PATH={_folder.Path} scanlock dataset upload {media}/DICOMDIR --dataset none");
        var noDirectory = await gateway.RunAsync($"dataset upload {_folder["DICOMDIR"]} --dataset none");

        Assert.Equal((1, 1), (missing.ExitCode, noDirectory.ExitCode));
        Assert.Contains("no user namespaces here", missing.Error, StringComparison.Ordinal);
        Assert.Contains($"Give the folder '{media}' instead", missing.Error, StringComparison.Ordinal);
        Assert.Contains("is no DICOMDIR that can be read. This is neither a DICOM object nor a NIfTI volume.", noDirectory.Error, StringComparison.Ordinal);
    }

    /// <summary>Six slices with a DICOMDIR, three of them two folders down.</summary>
    private async Task<string> MediaAsync()
    {
        Assert.SkipWhen(Programs.Find("dcmmkdir") is null, "dcmtk is not installed");
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 3);
        var media = _folder["media"];
        Directory.CreateDirectory(Path.Combine(media, "A", "B"));
        foreach (var (index, file) in Directory.GetFiles(scans, "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Index())
        {
            File.Copy(file, Path.Combine(media, index < 3 ? Path.Combine("A", "B") : "", $"IM{index + 1}"));
        }

        Assert.Equal(0, (await ScanlockProgram.RunShellAsync($"cd {media} && dcmmkdir +r +id . +D DICOMDIR > /dev/null 2>&1")).ExitCode);
        return media;
    }

    private static void Replace(string file, string what, string with)
    {
        var bytes = File.ReadAllBytes(file);
        var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(what));
        Assert.True(at > 0);
        Encoding.ASCII.GetBytes(with.PadRight(what.Length + 1)).CopyTo(bytes, at);
        File.WriteAllBytes(file, bytes);
    }
}
