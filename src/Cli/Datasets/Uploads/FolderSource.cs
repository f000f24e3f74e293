namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>Everything below a folder. Links are not followed, whatever they point to, so no loop and nothing outside the folder is sent.</summary>
internal static class FolderSource
{
    public static void List(string folder, string prefix, UploadContents contents)
    {
        var pending = new Stack<DirectoryInfo>([new DirectoryInfo(folder)]);
        var root = pending.Peek().FullName;
        while (pending.TryPop(out var next))
        {
            List<FileSystemInfo> entries;
            try
            {
                entries = [.. next.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                contents.LeftOut.Add(FileOutcomes.Unread(LabelOf(next), "not-permitted", "This folder cannot be listed."));
                continue;
            }

            foreach (var entry in entries)
            {
                Add(entry);
            }
        }

        // Folders wait while their neighbours are listed; a person reads the files in order of their names.
        contents.Items.Sort((one, other) => string.CompareOrdinal(one.Label, other.Label));

        string LabelOf(FileSystemInfo entry) => prefix + Path.GetRelativePath(root, entry.FullName) + (entry is DirectoryInfo ? "/" : "");

        void Add(FileSystemInfo entry)
        {
            var label = LabelOf(entry);
            if (entry.LinkTarget is not null)
            {
                contents.LeftOut.Add(FileOutcomes.Skip(label, "link", "Links are not followed."));
            }
            else if (entry.Name.StartsWith('.'))
            {
                contents.LeftOut.Add(UploadContents.Hidden(label));
            }
            else if (entry is DirectoryInfo directory)
            {
                pending.Push(directory);
            }
            else if (UploadContents.NotMeant(label) is { } reason)
            {
                contents.LeftOut.Add(reason);
            }
            else if (((FileInfo)entry).Length == 0)
            {
                // Pipes, sockets and devices have no length either, and merely opening one can wait forever.
                contents.LeftOut.Add(FileOutcomes.Skip(label, "empty", "The file is empty, or a pipe, a socket or a device."));
            }
            else
            {
                contents.Items.Add(new DiskFile(label, entry.FullName, ((FileInfo)entry).Length));
            }
        }
    }
}
