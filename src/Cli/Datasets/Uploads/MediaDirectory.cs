using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// The objects that a DICOMDIR lists (PS3.10 8.6). Media come from strangers, so a sandboxed intake worker reads the DICOMDIR, and what it
/// lists is followed only where it leads to a file below the DICOMDIR's own folder, through no link.
/// </summary>
internal static class MediaDirectory
{
    private const string SopClass = "1.2.840.10008.1.3.10";

    /// <exception cref="HostProblemException">It cannot be read, or not on this machine.</exception>
    public static async Task ListAsync(string path, string prefix, UploadContents contents, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in await ReadAsync(path, folder, cancellationToken))
        {
            var label = prefix + string.Join('/', reference.Components);
            if (!reference.IsBelow)
            {
                contents.LeftOut.Add(FileOutcomes.Unread(label, "outside", "The DICOMDIR lists a file outside its own folder; it is not followed."));
            }
            else if (Follow(folder, reference.Components, out var isLink) is not { } file)
            {
                contents.LeftOut.Add(isLink
                    ? FileOutcomes.Unread(label, "link", "The DICOMDIR lists a file behind a link; links are not followed.")
                    : FileOutcomes.Unread(label, "no-file", "The DICOMDIR lists this file, and it is not there."));
            }
            else if (seen.Add(file.FullName))
            {
                contents.Items.Add(new DiskFile(label, file.FullName, file.Length));
            }
        }

        if (seen.Count == 0 && contents.LeftOut.Count == 0)
        {
            throw HostProblemException.Local("nothing-to-send", $"The DICOMDIR '{path}' lists no file.");
        }
    }

    /// <summary>The file, or null: where it is not there, or where a link is on the way. Media are written in capitals and read in any case.</summary>
    private static FileInfo? Follow(string folder, IReadOnlyList<string> components, out bool isLink)
    {
        isLink = false;
        FileSystemInfo at = new DirectoryInfo(folder);
        foreach (var component in components)
        {
            var entries = at is DirectoryInfo { Exists: true } directory ? directory.GetFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }) : [];
            var next = entries.FirstOrDefault(entry => entry.Name == component)
                ?? (entries.Where(entry => entry.Name.Equals(component, StringComparison.OrdinalIgnoreCase)).ToList() is [var only] ? only : null);
            if (next is null || next.LinkTarget is not null)
            {
                isLink = next is not null;
                return null;
            }

            at = next;
        }

        // What has no length may be a pipe, which would be waited on forever.
        return at is FileInfo { Length: > 0 } file ? file : null;
    }

    private static async Task<List<IntakeReference>> ReadAsync(string path, string folder, CancellationToken cancellationToken)
    {
        var listing = new Listing();
        IntakeOutcome outcome;
        try
        {
            await using var pool = new IntakePool(IntakeOptions.Alone(1), log: null);
            await using var file = File.OpenRead(path);
            var task = new IntakeTask(Wire.Version, 0, Samples: false, BurnedInTextRule.Quarantine, Rendition: null);
            outcome = await pool.ExamineAsync(new("", ""), task, file, listing, cancellationToken);
        }
        catch (IntakeUnavailableException e)
        {
            throw HostProblemException.Local(
                "no-intake", $"A DICOMDIR is read in a sandbox, which cannot run on this machine. {e.Message} Give the folder '{folder}' instead: then every file in it is sent.");
        }

        return outcome switch
        {
            IntakeOutcome.Refused refused => throw HostProblemException.Local("bad-media-directory", $"'{path}' is no DICOMDIR that can be read. {refused.Refusal.Sentence}"),
            _ when !listing.IsDirectory => throw HostProblemException.Local("bad-media-directory", $"'{path}' is a DICOM object, and no DICOMDIR."),
            _ => listing.Files,
        };
    }

    private sealed class Listing : IIntakeReceiver
    {
        public bool IsDirectory { get; private set; }

        public List<IntakeReference> Files { get; } = [];

        public Task HeadAsync(IntakeHead head, CancellationToken cancellationToken)
        {
            IsDirectory = head.SopClassUid == SopClass;
            return Task.CompletedTask;
        }

        public Task SampleAsync(IntakeSample sample, MessageContent pixels, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MaskAsync(IntakeMask mask, MessageContent content, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RenditionAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ReferenceAsync(IntakeReference reference, CancellationToken cancellationToken)
        {
            Files.Add(reference);
            return Task.CompletedTask;
        }
    }
}
