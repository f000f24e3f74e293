using System.Text;
using Scanlock.Contracts.Audit;

namespace Scanlock.Audit.Tests;

/// <summary>Made-up logs and entries for tests.</summary>
internal static class Logs
{
    public static NoteSigner Signer { get; } = NoteSigner.Generate("log.example/audit");
    public static NoteSigner Witness { get; } = NoteSigner.Generate("witness.example/w", NoteKeyKind.Witness);

    public static AuditEntry Entry(string id = "0", string act = "access.request", string? comment = null) => new(
        1,
        id,
        DateTimeOffset.UnixEpoch,
        "person:https://issuer.example#r1",
        act,
        new Dictionary<string, string> { ["dataset"] = "covid-ct", ["request"] = id },
        "deny",
        [new("purposes", 7, "deny", "The purpose is not permitted.")],
        null,
        new Dictionary<string, Contracts.Sha256Digest>(),
        new Dictionary<string, long> { ["objects"] = 3 },
        comment);

    public static byte[] Bytes(long i) => Encoding.UTF8.GetBytes($"entry {i} {new string('x', (int)(i * 7 % 50))}");

    /// <summary>Appends entries with the numbers from..to, in groups of uneven sizes.</summary>
    public static void Append(LogWriter writer, long from, long to)
    {
        for (var (at, group) = (from, 1); at < to; group = (group * 5 % 37) + 1)
        {
            var end = Math.Min(to, at + group);
            writer.Append([.. Enumerable.Range((int)at, (int)(end - at)).Select(i => Bytes(i))]);
            at = end;
        }
    }

    /// <summary>A closed log of that many entries.</summary>
    public static void Write(string directory, long entries, NoteSigner? signer = null, Func<long, byte[]>? bytes = null)
    {
        using var writer = LogWriter.Open(directory, signer ?? Signer);
        if (bytes is null)
        {
            Append(writer, 0, entries);
        }
        else
        {
            writer.Append([.. Enumerable.Range(0, (int)entries).Select(i => bytes(i))]);
        }

        writer.Close();
    }

    public static Checkpoint ReadCheckpoint(string directory) =>
        Checkpoint.TryParse(File.ReadAllBytes(Path.Combine(directory, "checkpoint")), out var checkpoint, out var fault)
            ? checkpoint
            : throw new InvalidDataException(fault);

    public static Task<VerificationReport> VerifyAsync(string directory, VerifyWith? with = null, NoteSigner? signer = null) =>
        LogVerifier.VerifyAsync(
            new DirectoryTiles(directory), (signer ?? Signer).Verifier, with ?? new VerifyWith(), null, TestContext.Current.CancellationToken);

    public static async Task<List<string>> EntriesAsync(string directory)
    {
        var reader = new LogReader(new DirectoryTiles(directory));
        var entries = new List<string>();
        await foreach (var entry in reader.EntriesAsync(ReadCheckpoint(directory).Size))
        {
            Assert.Equal(entries.Count, entry.Index);
            entries.Add(Encoding.UTF8.GetString(entry.Bytes.Span));
        }

        return entries;
    }

    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
