namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>One file that may be an object, wherever it lies.</summary>
/// <param name="label">What its user calls it. It is shown and written to reports here, never opened by, and never sent.</param>
/// <param name="length">Bytes, as its folder or archive says.</param>
internal abstract class UploadItem(string label, long length)
{
    public string Label => label;

    public long Length => length;

    /// <summary>The volume it is the mask of.</summary>
    public UploadItem? Volume { get; set; }

    /// <summary>Its bytes, from the start; every call reads anew.</summary>
    /// <exception cref="UnreadableItemException">It cannot be read, then or while it is.</exception>
    public abstract Stream Open();
}

/// <summary>A file on disk.</summary>
internal sealed class DiskFile(string label, string path, long length) : UploadItem(label, length)
{
    public bool IsAt(string other) => Path.GetFullPath(path) == other;

    public override Stream Open()
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnreadableItemException("not-permitted", "You may not read this file.", e);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnreadableItemException("no-file", "There is no such file any more.", e);
        }
    }
}

/// <summary>An item cannot be read; nothing else is lost by that.</summary>
internal sealed class UnreadableItemException(string code, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>A stable kebab-case name for programs.</summary>
    public string Code => code;

    /// <summary>The same for whatever else a reading can throw.</summary>
    public static UnreadableItemException Of(Exception error) => error as UnreadableItemException ?? new("unreadable", "The file cannot be read to its end.", error);
}
