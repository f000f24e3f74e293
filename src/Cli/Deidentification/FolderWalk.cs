namespace Scanlock.Cli.Deidentification;

/// <summary>Everything below a folder: what is to be done, and what is left out, each with its reason. Nothing goes missing without a line.</summary>
internal sealed class FolderWalk
{
    private readonly string root;

    internal FolderWalk(string root)
    {
        this.root = root;
        Walk(new DirectoryInfo(root));
    }

    /// <summary>Paths below the root.</summary>
    internal List<string> Files { get; } = [];

    internal List<FileJson> LeftOut { get; } = [];

    private void Walk(DirectoryInfo folder)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = folder.GetFileSystemInfos();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LeftOut.Add(FileJson.Failed(Path.GetRelativePath(root, folder.FullName), "unreadable-folder", "The folder cannot be read: what is in it was not done."));
            return;
        }

        foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(root, entry.FullName);
            if (entry.LinkTarget is not null)
            {
                LeftOut.Add(FileJson.LeftAlone(name, "link", "A symbolic link is not followed."));
            }
            else if (entry is DirectoryInfo below)
            {
                Walk(below);
            }
            else
            {
                Files.Add(name);
            }
        }
    }
}
