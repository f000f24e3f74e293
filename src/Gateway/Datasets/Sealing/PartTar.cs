using System.Formats.Tar;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>The entries of a part's tar: nothing of the machine or the moment in them, so that the same content makes the same bytes.</summary>
internal static class PartTar
{
    private const UnixFileMode ReadableFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // Eleven octal digits; the ustar format has no way to say more.
    private const long MostUstarBytes = (1L << 33) - 1;

    public static Task WriteFileAsync(this TarWriter tar, string name, Stream content, CancellationToken cancellationToken)
    {
        TarEntry entry = content.Length <= MostUstarBytes
            ? new UstarTarEntry(TarEntryType.RegularFile, name)
            : new PaxTarEntry(TarEntryType.RegularFile, name);
        (entry.DataStream, entry.ModificationTime, entry.Mode) = (content, DateTimeOffset.UnixEpoch, ReadableFile);
        return tar.WriteEntryAsync(entry, cancellationToken);
    }
}
