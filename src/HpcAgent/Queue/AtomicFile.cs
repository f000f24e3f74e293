using System.Text;

namespace Scanlock.HpcAgent.Queue;

/// <summary>Small files that are there whole or not at all, for their owner only.</summary>
internal static class AtomicFile
{
    public static void Write(string path, string text)
    {
        var temporary = WriteTemporary(path, text);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes it unless it is there already; false when it was. Of two processes one succeeds.</summary>
    public static bool TryCreate(string path, string text)
    {
        var temporary = WriteTemporary(path, text);
        try
        {
            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
            return false;
        }
    }

    /// <summary>Its text, or null when it is not there.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string WriteTemporary(string path, string text)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        using var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
        return temporary;
    }
}
