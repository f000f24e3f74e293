using Scanlock.Cli.Hosts;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>All that the paths of a command stand for: what is to be sent, and what is not, with the reason.</summary>
internal sealed class UploadContents : IDisposable
{
    /// <summary>What a medium calls the list of its objects (PS3.10 8.6).</summary>
    public const string MediaDirectoryName = "DICOMDIR";

    private static readonly string[] s_tables = [".csv", ".tsv", ".json", ".txt", ".md", ".xlsx"];
    private readonly List<ZipSource> _archives = [];

    public List<UploadItem> Items { get; } = [];

    public List<FileOutcome> LeftOut { get; } = [];

    /// <summary>Lists what the paths stand for; nothing is read of the objects yet, but what a DICOMDIR lists.</summary>
    /// <exception cref="HostProblemException">A path stands for nothing that can be sent; the message names it.</exception>
    public static async Task<UploadContents> OfAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var contents = new UploadContents();
        try
        {
            foreach (var path in paths)
            {
                await contents.AddAsync(path, paths.Count == 1 ? "" : path.TrimEnd('/') + "/", cancellationToken);
            }

            return contents;
        }
        catch
        {
            contents.Dispose();
            throw;
        }
    }

    /// <summary>Why a file of this name among others is not meant to be sent; null where it may be an object.</summary>
    public static FileOutcome? NotMeant(string label)
    {
        var name = label[(label.LastIndexOf('/') + 1)..];
        return s_tables.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) ? FileOutcomes.Skip(label, "table", "Tables and texts are not sent.")
            : name.Equals(MediaDirectoryName, StringComparison.OrdinalIgnoreCase) ? FileOutcomes.Skip(label, "media-directory", "A DICOMDIR among other files is not sent: it lists objects and is none.")
            : null;
    }

    public static FileOutcome Archive(string label) => FileOutcomes.Skip(label, "archive", "An archive among other files is not opened; give it as a PATH of its own.");

    public static FileOutcome Hidden(string label) => FileOutcomes.Skip(label, "hidden", "Hidden files are not sent.");

    public void Dispose() => _archives.ForEach(archive => archive.Dispose());

    private async Task AddAsync(string path, string prefix, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            FolderSource.List(path, prefix, this);
        }
        else if (!File.Exists(path))
        {
            throw HostProblemException.Local("no-file", $"There is no file or folder '{path}'.");
        }
        else if (Path.GetFileName(path).Equals(MediaDirectoryName, StringComparison.OrdinalIgnoreCase))
        {
            await MediaDirectory.ListAsync(path, prefix, this, cancellationToken);
        }
        else if (ZipSource.IsArchive(path))
        {
            var archive = ZipSource.Open(path);
            _archives.Add(archive);
            archive.List(prefix, this);
        }
        else
        {
            Items.Add(new DiskFile(path, path, new FileInfo(path).Length));
        }
    }
}
