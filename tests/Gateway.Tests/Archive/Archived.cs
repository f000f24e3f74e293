using System.Formats.Tar;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Archive;

/// <summary>What a steward does with an archive, and what others' programs say of what comes out.</summary>
internal static class Archived
{
    private static readonly RunLimits Limits = new(TimeSpan.FromMinutes(2), OutputBytes: 16 << 20);

    public static string Policy(string dataset = Hospital.Dataset, string text = "quarantine") =>
        Policies.For(dataset, intake: $"{{burned_in_text: {text}, archive: true}}");

    public static async Task<DatasetArchive> ArchiveAsync(this Hospital hospital, int version = 1, string dataset = Hospital.Dataset) =>
        StatementKinds.Archive.Verify(
            (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Archive, dataset, $"{version}"), hospital.Steward)).As(ContractsJson.Strict.SignedArchive).Statement,
            new Hub(hospital).GatewayKey).Value;

    public static async Task<int> WithoutRenditionAsync(this Hospital hospital, int version) =>
        (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Archive, Hospital.Dataset, $"{version}"), hospital.Steward)).As(ContractsJson.Strict.SignedArchive).WithoutRendition;

    public static Task<Answer> ArchivePartAsync(this Hospital hospital, string part, string? token = null, int version = 1, string dataset = Hospital.Dataset) =>
        hospital.GetAsync(Routes.Fill(GatewayRoutes.ArchivePart, dataset, $"{version}", part), token ?? hospital.Steward);

    /// <summary>All of a version's archive, by name.</summary>
    public static async Task<Dictionary<string, byte[]>> TakeOutAsync(this Hospital hospital, int version = 1, string dataset = Hospital.Dataset)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var part in (await hospital.ArchiveAsync(version, dataset)).Parts)
        {
            var answer = await hospital.ArchivePartAsync(part.Id, version: version, dataset: dataset);
            Assert.Equal((System.Net.HttpStatusCode.OK, part.PlaintextBytes), (answer.Status, answer.Body.LongLength));
            await using var tar = new TarReader(new MemoryStream(answer.Body));
            while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
            {
                var content = new MemoryStream();
                await entry.DataStream!.CopyToAsync(content);
                files.Add(entry.Name, content.ToArray());
            }
        }

        return files;
    }

    /// <summary>What pydicom reads in them, by key.</summary>
    public static async Task<IReadOnlyDictionary<string, JsonElement>> ReadAsync(IReadOnlyDictionary<string, byte[]> files)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/pydicom"), "python3-pydicom is not installed");
        using var folder = new TestFolder();
        foreach (var (name, content) in files)
        {
            await File.WriteAllBytesAsync(folder[name], content);
        }

        var script = Path.Combine(Repository.Root, "tests", "Gateway.Tests", "Archive", "read_archive.py");
        var run = await ProgramRunner.RunTextAsync(new ProgramStart("/usr/bin/python3", script, folder.Path), Limits);
        Assert.True(run.Succeeded, run.ErrorTail);
        return JsonDocument.Parse(run.Output).RootElement.EnumerateObject().ToDictionary(file => file.Name, file => file.Value, StringComparer.Ordinal);
    }

    public static string Text(this JsonElement file, string member) => file.GetProperty(member).GetString()!;

    /// <summary>Blobs of a dataset below one of the store's folders.</summary>
    public static int Blobs(this Hospital hospital, string kind, string dataset = Hospital.Dataset) =>
        Path.Combine(hospital.State, "blobs", kind, dataset) is var folder && Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Count() : 0;
}
