namespace Scanlock.Cli.Deidentification;

/// <summary>A file to be done.</summary>
/// <param name="Name">How the report names it: its path below IN.</param>
/// <param name="Root">The folder that <paramref name="To"/> must lie in.</param>
internal sealed record Place(string Name, string From, string Root, string To)
{
    /// <summary>Whether nobody would look for an object here: a hidden file, a table or a text. It may be one all the same.</summary>
    internal bool IsAside => Name.Split('/').Any(part => part.StartsWith('.')) || Path.GetExtension(Name).ToLowerInvariant() is ".csv" or ".json" or ".txt" or ".md";

    /// <summary>
    /// Whether a symbolic link lies between the root and the file, or is the file: what is written there would land elsewhere, even over an original.
    /// </summary>
    internal bool LeadsThroughLink()
    {
        var path = Root;
        foreach (var part in Path.GetRelativePath(Root, To).Split('/'))
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Which files are read and where each is written.</summary>
/// <param name="LeftOut">What lies beside them and is not read, with the reason.</param>
/// <param name="Problem">Why nothing is done, else null.</param>
internal sealed record Places(IReadOnlyList<Place> Files, IReadOnlyList<FileJson> LeftOut, PlaceProblem? Problem)
{
    internal static Places Find(string input, string output)
    {
        var (from, to) = (Real(input), Real(output));
        if (File.Exists(from))
        {
            var target = Directory.Exists(to) ? Path.Combine(to, Path.GetFileName(from)) : to;
            return target == from
                ? Refused("same-file", "IN and OUT are the same file.")
                : new Places([new Place(Path.GetFileName(from), from, Path.GetDirectoryName(target)!, target)], [], null);
        }

        if (!Directory.Exists(from))
        {
            return Refused("no-input", $"There is no file or folder '{input}'.");
        }

        if (IsWithin(to, from) || IsWithin(from, to))
        {
            return Refused("nested-folders", "IN and OUT must not lie in each other: originals and de-identified files would mix.");
        }

        if (File.Exists(to))
        {
            return Refused("output-is-file", $"IN is a folder, and '{output}' is a file.");
        }

        var walk = new FolderWalk(from);
        return walk.Files.Count + walk.LeftOut.Count == 0
            ? Refused("empty-folder", $"There is nothing to do in '{input}'.")
            : new Places([.. walk.Files.Select(name => new Place(name, Path.Combine(from, name), to, Path.Combine(to, name)))], walk.LeftOut, null);
    }

    /// <summary>Whether a file is, or would be, what <paramref name="output"/> names or something in it, whatever links lead there.</summary>
    internal static bool LiesIn(string path, string output) => IsWithin(Real(path), Real(output));

    private static Places Refused(string reason, string message) => new([], [], new PlaceProblem(reason, message));

    private static bool IsWithin(string path, string folder) => (path + '/').StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);

    /// <summary>The full path, without symbolic links in as much of it as exists.</summary>
    private static string Real(string path)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            real = Path.Exists(next) ? new DirectoryInfo(next).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next : next;
        }

        return real;
    }
}

internal sealed record PlaceProblem(string Reason, string Message);
