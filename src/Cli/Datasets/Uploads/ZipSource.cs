using System.Collections.Concurrent;
using System.IO.Compression;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts.Intake;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// A zip archive, whose entries are streamed and never written to disk: their names are labels and nothing else. What the central directory
/// says bounds what is read of each entry, and is bounded itself, so an archive cannot make more of itself than a real one is.
/// </summary>
internal sealed class ZipSource : IDisposable
{
    private const int MostEntries = 1_000_000;

    /// <summary>How many times its compressed size an entry, or all of them, may become. Tissue deflates two- to fivefold.</summary>
    private const int MostInflation = 100;

    /// <summary>What an entry may become before the ratio counts: an image of nothing but air deflates a thousandfold.</summary>
    private const long FreeEntryBytes = 64L << 20;
    private const long FreeArchiveBytes = 1L << 30;

    // Upper 16 bits of the external attributes, where the archive was made on Unix.
    private const int TypeMask = 0xF000;
    private const int LinkType = 0xA000;
    private const int FileType = 0x8000;

    private readonly string _path;
    private readonly ConcurrentBag<ZipArchive> _idle = [];

    private ZipSource(string path, ZipArchive first)
    {
        _path = path;
        _idle.Add(first);
    }

    /// <summary>Whether this is a zip archive by its name or by how it begins.</summary>
    public static bool IsArchive(string path)
    {
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        using var file = File.OpenRead(path);
        var start = new byte[ArchiveStart.Length];
        return IsArchive(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }

    public static bool IsArchive(ReadOnlySpan<byte> start) => start.StartsWith(ArchiveStart);

    private static ReadOnlySpan<byte> ArchiveStart => "PK\x03\x04"u8;

    /// <exception cref="HostProblemException">It is no archive, or one that is made to do harm.</exception>
    public static ZipSource Open(string path)
    {
        var archive = OpenArchive(path);
        var length = new FileInfo(path).Length;
        if (archive.Entries.Count > MostEntries)
        {
            throw Bad(archive, path, $"it lists {archive.Entries.Count} entries; at most {MostEntries} are read");
        }

        if (archive.Entries.Sum(entry => (decimal)entry.CompressedLength) > length)
        {
            throw Bad(archive, path, "its entries overlap, or are said to be longer than the archive");
        }

        var inflated = archive.Entries.Sum(entry => (decimal)entry.Length);
        if (inflated > FreeArchiveBytes && inflated > (decimal)length * MostInflation)
        {
            throw Bad(archive, path, $"it would become {inflated / length:0} times its size; at most {MostInflation} times is read");
        }

        return new(path, archive);
    }

    /// <summary>Adds the entries to what is sent or left out.</summary>
    public void List(string prefix, UploadContents contents)
    {
        using var lease = new Lease(this);
        foreach (var (index, entry) in lease.Archive.Entries.Index())
        {
            // A folder is an entry whose name ends so.
            if (!entry.FullName.EndsWith('/'))
            {
                var label = prefix + entry.FullName;
                if (WhyNot(entry, label) is { } reason)
                {
                    contents.LeftOut.Add(reason);
                }
                else
                {
                    contents.Items.Add(new Entry(label, entry.Length, this, index));
                }
            }
        }
    }

    /// <summary>The entries of a name, to be read; several where the archive has it several times.</summary>
    public IReadOnlyList<UploadItem> Find(string name)
    {
        using var lease = new Lease(this);
        return [.. lease.Archive.Entries.Index().Where(entry => entry.Item.FullName == name).Select(entry => new Entry(name, entry.Item.Length, this, entry.Index))];
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var archive))
        {
            archive.Dispose();
        }
    }

    private static FileOutcome? WhyNot(ZipArchiveEntry entry, string label)
    {
        var type = (entry.ExternalAttributes >> 16) & TypeMask;
        var isHidden = entry.FullName.Split('/').Any(part => part is ['.', _, ..] and not ".." or "__MACOSX");
        return type == LinkType ? FileOutcomes.Skip(label, "link", "Links are not followed.")
            : type is not (0 or FileType) ? FileOutcomes.Skip(label, "special", "The entry is no file.")
            : isHidden ? UploadContents.Hidden(label)
            : UploadContents.NotMeant(label) is { } reason ? reason
            : entry.IsEncrypted ? FileOutcomes.Unread(label, "encrypted", "The entry is encrypted; unpack the archive and give the folder.")
            : entry.Length == 0 ? FileOutcomes.Skip(label, "empty", "The entry is empty.")
            : entry.Length > IntakeProtocol.MaxObjectBytes ? FileOutcomes.Unread(label, "too-large", $"The entry would be larger than {IntakeProtocol.MaxObjectBytes >> 30} GiB.")
            : entry.Length > FreeEntryBytes && entry.Length > (decimal)entry.CompressedLength * MostInflation
                ? FileOutcomes.Unread(label, "too-dense", $"The entry would become more than {MostInflation} times its size.")
            : null;
    }

    private static ZipArchive OpenArchive(string path)
    {
        var file = File.OpenRead(path);
        try
        {
            var archive = new ZipArchive(file, ZipArchiveMode.Read);

            // Only now is the central directory read.
            return archive.Entries.Count >= 0 ? archive : throw new InvalidDataException();
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            file.Dispose();
            throw HostProblemException.Local("bad-archive", $"'{path}' is no zip archive that can be read: it is damaged, or ends early.");
        }
    }

    private static HostProblemException Bad(ZipArchive archive, string path, string why)
    {
        archive.Dispose();
        return HostProblemException.Local("bad-archive", $"The archive '{path}' is not read: {why}.");
    }

    /// <summary>An archive of one's own: reading one from two sides at once mixes them up.</summary>
    private sealed class Lease(ZipSource source) : IDisposable
    {
        public ZipArchive Archive { get; } = source._idle.TryTake(out var idle) ? idle : OpenArchive(source._path);

        public void Dispose() => source._idle.Add(Archive);
    }

    private sealed class Entry(string label, long length, ZipSource source, int index) : UploadItem(label, length)
    {
        public override Stream Open()
        {
            var lease = new Lease(source);
            try
            {
                var entry = lease.Archive.Entries[index];
                return new ZipEntryStream(entry.Open(), entry.Length, entry.Crc32, lease);
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException or IOException)
            {
                lease.Dispose();
                throw new UnreadableItemException("bad-entry", "The entry is damaged, or packed in a way that is not read.", e);
            }
        }
    }
}
