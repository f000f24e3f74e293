using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;

namespace Scanlock.Cli.Deidentification;

/// <summary>Takes a de-identified object as it comes, beside where it belongs; it gets its name only when all of it is there and was judged.</summary>
internal sealed class RenditionFile : IIntakeReceiver, IAsyncDisposable
{
    private const int ShortestTelling = 4;
    private const string MediaDirectory = "1.2.840.10008.1.3.10";

    private readonly string path;
    private readonly string partial;
    private FileStream? file;
    private IntakeHead? head;

    internal RenditionFile(string path)
    {
        this.path = path;
        partial = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():N}.partial");
    }

    public Task HeadAsync(IntakeHead head, CancellationToken cancellationToken)
    {
        this.head = head;
        return Task.CompletedTask;
    }

    public Task SampleAsync(IntakeSample sample, MessageContent pixels, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task MaskAsync(IntakeMask mask, MessageContent content, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task RenditionAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        }

        await file.WriteAsync(bytes, cancellationToken);
    }

    /// <exception cref="IOException">Nothing was given back, or the file is there already and must not be overwritten.</exception>
    internal async Task KeepAsync(bool overwrites, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            throw new IOException("The intake gave nothing back.");
        }

        await file.FlushAsync(cancellationToken);
        file.Flush(flushToDisk: true);
        await file.DisposeAsync();
        File.Move(partial, path, overwrites);
        file = null;
    }

    /// <summary>Whether the object says what it is (its SOP class).</summary>
    internal bool HasKind => head?.SopClassUid is not null;

    /// <summary>Whether it is a DICOMDIR (PS3.3 F): it lists files by their old names and identifiers.</summary>
    internal bool IsDirectory => head?.SopClassUid == MediaDirectory;

    /// <summary>Whether a name, which is kept, tells whose object it is: by an identifier that the object's header has.</summary>
    internal bool Identifies(string name) =>
        new[] { head?.PatientId, head?.Accession }.Any(id => id is { Length: >= ShortestTelling } && name.Contains(id, StringComparison.OrdinalIgnoreCase));

    public async ValueTask DisposeAsync()
    {
        if (file is not null)
        {
            await file.DisposeAsync();
            File.Delete(partial);
        }
    }
}
