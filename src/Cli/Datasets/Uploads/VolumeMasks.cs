using Scanlock.Cli.Hosts;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// Which NIfTI files are masks of which. A mask does not say it itself, so its name does, <c>NAME_mask.nii.gz</c> beside <c>NAME.nii.gz</c>, or
/// whoever sends it.
/// </summary>
internal static class VolumeMasks
{
    private const string Mark = "_mask";
    private static readonly string[] s_endings = [".nii.gz", ".nii"];

    /// <summary>Tells the masks among what is to be sent their volumes; those without one are left out, with the reason.</summary>
    public static void Pair(UploadContents contents)
    {
        var byStem = contents.Items.Where(item => Stem(item.Label) is not null).GroupBy(item => Stem(item.Label)!, StringComparer.Ordinal)
            .ToDictionary(files => files.Key, files => files.First(), StringComparer.Ordinal);
        foreach (var mask in contents.Items.Where(item => item.Volume is null && Stem(item.Label)?.EndsWith(Mark, StringComparison.Ordinal) == true).ToList())
        {
            if (byStem.TryGetValue(Stem(mask.Label)![..^Mark.Length], out var volume))
            {
                mask.Volume = volume;
            }
            else
            {
                contents.Items.Remove(mask);
                contents.LeftOut.Add(FileOutcomes.Skip(mask.Label, "no-volume", "By its name this is the mask of a volume that is not here."));
            }
        }
    }

    /// <summary>Adds a mask of the only volume among what is to be sent.</summary>
    /// <exception cref="HostProblemException">There is none, or there are several.</exception>
    public static void Add(UploadContents contents, FileInfo file)
    {
        if (!file.Exists)
        {
            throw HostProblemException.Local("no-file", $"There is no file '{file}'.");
        }

        contents.Items.RemoveAll(item => item is DiskFile disk && disk.IsAt(file.FullName));
        contents.Items.Add(new DiskFile(file.ToString(), file.FullName, file.Length)
        {
            Volume = contents.Items.Where(item => item.Volume is null && Stem(item.Label) is not null).ToList() is [var volume]
                ? volume
                : throw HostProblemException.Local("no-volume", "--mask needs exactly one NIfTI volume that is sent with it."),
        });
    }

    private static string? Stem(string label) =>
        Array.Find(s_endings, ending => label.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is { } found ? label[..^found.Length] : null;
}
