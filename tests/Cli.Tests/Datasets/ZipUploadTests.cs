using System.IO.Compression;
using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;
using static Scanlock.Cli.Tests.Datasets.UploadTests;

namespace Scanlock.Cli.Tests.Datasets;

/// <summary>Archives from honest people, and from others.</summary>
public sealed class ZipUploadTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private const ushort File = 0x81a4;
    private const ushort Link = 0xa1ff;
    private const ushort Pipe = 0x11a4;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_archive_is_sent_as_the_folder_it_was_made_of_and_labelled_by_its_entries()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 4, slices: 3);
        await ZipFile.CreateFromDirectoryAsync(scans, _folder["scans.zip"], CompressionLevel.Fastest, includeBaseDirectory: false);
        var before = Directory.GetFileSystemEntries(_folder.Path);

        var report = await gateway.JsonAsync($"dataset upload {_folder["scans.zip"]} --dataset {dataset} --jobs 8");

        Assert.Equal((12, 12), (Number(report, "objects"), Number(report, "stored")));
        Assert.Equal(["labels.csv table"], Reasons(report, "skipped"));
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal(12, Number(await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}"), "duplicates"));
        var labels = await gateway.JsonAsync($"dataset label {scans}/labels.csv --dataset {dataset} --key file --label finding --patient patient --root {_folder["scans.zip"]}");
        Assert.Equal((12, 0), (Number(labels, "labelled"), Number(labels, "unlabelled")));
    }

    [Fact]
    public async Task Each_entry_that_is_not_what_the_archive_says_is_named_and_the_others_are_sent()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = Directory.GetFiles(await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 5), "*.dcm", SearchOption.AllDirectories);
        var slices = scans.Order(StringComparer.Ordinal).Select(System.IO.File.ReadAllBytes).ToArray();
        await System.IO.File.WriteAllBytesAsync(_folder["hostile.zip"], ForgedZip.Of(
            new("../../../tmp/climbs.dcm", slices[0]) { Mode = File },
            new("/etc/absolute.dcm", slices[1]),
            new("turns\u202Emcd.dcm", slices[2]),
            new("twice.dcm", slices[3]),
            new("twice.dcm", slices[4]),
            new("more.dcm", slices[5]) { SaysBytes = 100 },
            new("less.dcm", slices[6]) { SaysBytes = 60_000 },
            new("checksum.dcm", slices[7]) { HasWrongChecksum = true },
            new("encrypted.dcm", slices[8]) { IsEncrypted = true },
            new("link.dcm", "/etc/passwd"u8.ToArray()) { Mode = Link },
            new("pipe.dcm", slices[8]) { Mode = Pipe },
            new("within.dcm", ForgedZip.Of(new ForgedEntry("a.dcm", slices[9]))),
            new("bomb.dcm", slices[9]) { SaysBytes = 100 << 20 },
            new("folder/", []),
            new("empty.dcm", [])));

        var report = await gateway.JsonAsync($"dataset upload {_folder["hostile.zip"]} --dataset {dataset}", exitCode: 1);

        Assert.Equal(5, Number(report, "stored"));
        Assert.Equal(
            ["bomb.dcm too-dense", "checksum.dcm bad-checksum", "encrypted.dcm encrypted", "less.dcm forged-size", "more.dcm bad-checksum"],
            Reasons(report, "unreadable"));
        Assert.Equal(["empty.dcm empty", "link.dcm link", "pipe.dcm special", "within.dcm archive"], Reasons(report, "skipped"));
        Assert.False(Path.Exists("/tmp/climbs.dcm") || Path.Exists("/etc/absolute.dcm"));
        Assert.DoesNotContain('\u202E', (await gateway.RunAsync($"dataset upload {_folder["hostile.zip"]} --dataset {dataset}")).OutputText);
    }

    [Theory]
    [InlineData("overlap", "its entries overlap")]
    [InlineData("many", "times its size")]
    [InlineData("damaged", "is no zip archive")]
    public async Task An_archive_made_to_do_harm_is_not_read_at_all(string kind, string says)
    {
        var air = new byte[10_000];
        var archive = kind switch
        {
            "overlap" => ForgedZip.Of([.. Enumerable.Range(0, 200).Select(i => new ForgedEntry($"{i}.dcm", air) { SharesData = i > 0 })]),
            "many" => ForgedZip.Of([.. Enumerable.Range(0, 20).Select(i => new ForgedEntry($"{i}.dcm", air) { SaysBytes = 60 << 20 })]),
            _ => ForgedZip.Of(new ForgedEntry("a.dcm", air))[..^10],
        };
        await System.IO.File.WriteAllBytesAsync(_folder["bad.zip"], archive);

        var run = await gateway.RunAsync($"dataset upload {_folder["bad.zip"]} --dataset nowhere");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_token_an_entry_that_breaks_off_costs_no_other()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = Directory.GetFiles(await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 2), "*.dcm", SearchOption.AllDirectories);
        var slices = scans.Order(StringComparer.Ordinal).Select(System.IO.File.ReadAllBytes).ToArray();
        await System.IO.File.WriteAllBytesAsync(_folder["scans.zip"], ForgedZip.Of(
            new("a.dcm", slices[0]), new("b.dcm", slices[1]) { HasWrongChecksum = true }, new("c.dcm", slices[2]), new("d.dcm", slices[3])));
        await gateway.JsonAsync($"dataset token create {dataset} --for 'PACS ward 3' --out {_folder["token"]}");

        var report = await gateway.JsonAsync($"dataset upload {_folder["scans.zip"]} --dataset {dataset} --token-file {_folder["token"]}", exitCode: 1);

        Assert.Equal(3, Number(report, "stored") + Number(report, "duplicates"));
        Assert.Equal(["b.dcm bad-checksum"], Reasons(report, "unreadable"));
    }
}
