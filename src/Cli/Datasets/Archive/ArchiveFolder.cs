using System.Formats.Tar;
using System.Text.RegularExpressions;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Cli.Datasets.Archive;

/// <summary>
/// Where an archive is taken out to. The files of a part get their names only when all of the part has come: the gateway knows at a part's end
/// whether it is what was sealed.
/// </summary>
internal sealed partial class ArchiveFolder(DirectoryInfo folder, ObjectProgress progress)
{
    /// <summary>Writes the objects of one part, and returns their bytes.</summary>
    /// <exception cref="HostProblemException">The part broke off, or is not one.</exception>
    public async Task<long> WriteAsync(ManifestPart part, Stream tar, CancellationToken cancellationToken)
    {
        var waiting = new List<string>();
        try
        {
            var bytes = await ReadAsync(part, tar, waiting, cancellationToken);
            foreach (var name in waiting)
            {
                File.Move(PartialOf(name), PathOf(name), overwrite: true);
            }

            return bytes;
        }
        catch (Exception e) when (e is InvalidDataException or HttpIOException or EndOfStreamException or HttpRequestException)
        {
            throw HostProblemException.Local("broken-off", $"'{part.Id}' broke off before its end, so none of its files was written; the gateway's log may say why.");
        }
        finally
        {
            foreach (var name in waiting)
            {
                File.Delete(PartialOf(name));
            }
        }
    }

    private async Task<long> ReadAsync(ManifestPart part, Stream tar, List<string> waiting, CancellationToken cancellationToken)
    {
        long bytes = 0;
        await using var reader = new TarReader(tar, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.EntryType != TarEntryType.RegularFile || entry.DataStream is null || !ObjectName().IsMatch(entry.Name))
            {
                throw new InvalidDataException();
            }

            waiting.Add(entry.Name);
            await using var file = OwnerOnly.Create(PartialOf(entry.Name), FileMode.Create);
            await entry.DataStream.CopyToAsync(file, cancellationToken);
            bytes += file.Length;
            progress.Done(file.Length);
        }

        // The rest is padding, and then the end, which only a part comes to that is what was sealed.
        await tar.CopyToAsync(Stream.Null, cancellationToken);
        return waiting.Count == part.Samples ? bytes : throw new InvalidDataException();
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private string PartialOf(string name) => Path.Combine(folder.FullName, $".{name}.partial");

    [GeneratedRegex(@"^[0-9a-f]{32}\.dcm\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ObjectName();
}
