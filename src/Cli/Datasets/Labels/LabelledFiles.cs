using Scanlock.Cli.Datasets.Uploads;
using Scanlock.Contracts;

namespace Scanlock.Cli.Datasets.Labels;

/// <summary>The files that a table names: below a folder, or the entries of a zip archive, which are read as they were when they were uploaded.</summary>
internal sealed class LabelledFiles : IDisposable
{
    private readonly string _root;
    private readonly ZipSource? _archive;

    /// <exception cref="Hosts.HostProblemException">The root is a file and no archive that can be read.</exception>
    public LabelledFiles(string root)
    {
        _root = root;
        _archive = File.Exists(root) ? ZipSource.Open(root) : null;
    }

    /// <summary>The digest of the file's bytes, which stands for its name; or why there is none.</summary>
    public async Task<(Sha256Digest? Digest, string? Problem)> DigestAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var items = _archive is null ? OnDisk(name) : _archive.Find(name);
            if (items.Count == 0)
            {
                return (null, $"there is no file '{name}' in '{_root}'.");
            }

            var digests = new HashSet<Sha256Digest>();
            foreach (var item in items)
            {
                await using var stream = item.Open();
                digests.Add(await Sha256Digest.OfAsync(stream, cancellationToken));
            }

            return digests.Count == 1 ? (digests.Single(), null) : (null, $"'{_root}' holds {items.Count} different files of the name '{name}'.");
        }
        catch (UnreadableItemException e)
        {
            return (null, $"'{name}' in '{_root}': {e.Message}");
        }
    }

    public void Dispose() => _archive?.Dispose();

    private List<UploadItem> OnDisk(string name) =>
        Path.Combine(_root, name) is var path && File.Exists(path) ? [new DiskFile(name, path, new FileInfo(path).Length)] : [];
}
