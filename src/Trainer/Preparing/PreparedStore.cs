using System.IO.MemoryMappedFiles;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Preparing;

/// <summary>
/// Prepared samples in files, a folder for each preparation with its digest as name. A folder is written under another name and then
/// renamed, so one that is there is whole. Trials map the file: those on one machine share its pages, and it may be larger than memory.
/// The files hold pixels in the clear: in a job they belong on a file system in memory.
/// </summary>
internal sealed class PreparedStore(string folder)
{
    private const string IndexFile = "index.json";
    private const string SamplesFile = "samples.u16";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What was prepared before; null where nothing was.</summary>
    internal async Task<Result<PreparedSet>?> OpenAsync(
        ShardFolder shards, PreparationParameters parameters, CancellationToken cancellationToken)
    {
        var digest = new PreparationInput(parameters, await shards.DigestsAsync(cancellationToken)).Digest();
        return Directory.Exists(Of(digest)) ? await MapAsync(digest, parameters.Layout, cancellationToken) : null;
    }

    /// <summary>Prepares a data folder unless that was done before; memory does not grow with the dataset.</summary>
    internal async Task<Result<PreparationReport>> PrepareAsync(
        ShardFolder shards, PreparationParameters parameters, CancellationToken cancellationToken)
    {
        var input = new PreparationInput(parameters, await shards.DigestsAsync(cancellationToken));
        var digest = input.Digest();
        if (!Directory.Exists(Of(digest)))
        {
            var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}");
            Directory.CreateDirectory(temporary, OwnerOnly | UnixFileMode.UserExecute);
            try
            {
                if (await WriteAsync(shards, input, temporary, cancellationToken) is { } refused)
                {
                    return refused;
                }

                Publish(temporary, Of(digest));
            }
            finally
            {
                if (Directory.Exists(temporary))
                {
                    Directory.Delete(temporary, recursive: true);
                }
            }
        }

        var mapped = await MapAsync(digest, parameters.Layout, cancellationToken);
        if (mapped is not Result<PreparedSet>.Ok(var set))
        {
            return ((Result<PreparedSet>.Refused)mapped).As<PreparationReport>();
        }

        using var items = set.Items;
        return new Result<PreparationReport>.Ok(set.Report);
    }

    private static async Task<Result<PreparationReport>.Refused?> WriteAsync(
        ShardFolder shards, PreparationInput input, string folder, CancellationToken cancellationToken)
    {
        var surveyed = await Survey.RunAsync(shards, input.Parameters, cancellationToken);
        if (surveyed is not Result<Survey>.Ok(var survey))
        {
            return ((Result<Survey>.Refused)surveyed).As<PreparationReport>();
        }

        var (planned, bytes) = ItemPlan.Make(survey, input.Parameters, static _ => true);
        if (Create(Path.Combine(folder, SamplesFile), bytes) is not { } samples)
        {
            return new(JobFailures.OutOfMemory, $"--prepare: {planned.Count} samples take {bytes >> 20} MiB, and the folder has no room for them");
        }

        using (samples)
        {
            var run = await Preparation.RunAsync(
                shards, input.Parameters, planned, (offset, content) => RandomAccess.Write(samples, content, offset), cancellationToken);
            if (run is not Result<IReadOnlyList<PreparedItem>>.Ok(var items))
            {
                return ((Result<IReadOnlyList<PreparedItem>>.Refused)run).As<PreparationReport>();
            }

            RandomAccess.FlushToDisk(samples);
            string[] dropped = [.. survey.Slices.Where(s => s.Verdict != SliceVerdict.Kept).Select(s => s.Key)];
            var index = new PreparedIndex(
                PreparedIndex.Version, input.Digest(), input, bytes, items, dropped, survey.Report);
            await WriteIndexAsync(index, Path.Combine(folder, IndexFile), cancellationToken);
            return null;
        }
    }

    /// <summary>A file with room for everything, so that a full disk shows before the work and not after it; null where it is full.</summary>
    private static SafeFileHandle? Create(string path, long bytes)
    {
        try
        {
            using var file = new FileStream(path, New(FileOptions.None, bytes));
            file.SetLength(bytes);
        }
        catch (IOException)
        {
            return null;
        }

        return File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None);
    }

    private static async Task WriteIndexAsync(PreparedIndex index, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, New(FileOptions.Asynchronous, 0));
        await JsonSerializer.SerializeAsync(file, index, PreparedJson.Default.PreparedIndex, cancellationToken);
        file.Flush(flushToDisk: true);
    }

    private static FileStreamOptions New(FileOptions options, long bytes) => new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Options = options,
        PreallocationSize = bytes,
        UnixCreateMode = OwnerOnly,
    };

    /// <summary>Whoever comes second finds the same bytes there and leaves them.</summary>
    private static void Publish(string temporary, string final)
    {
        try
        {
            Directory.Move(temporary, final);
        }
        catch (IOException) when (Directory.Exists(final))
        {
            // The caller removes what was not moved.
        }
    }

    private async Task<Result<PreparedSet>> MapAsync(Sha256Digest digest, ItemLayout layout, CancellationToken cancellationToken)
    {
        var samples = Path.Combine(Of(digest), SamplesFile);
        PreparedIndex index;
        try
        {
            await using var file = File.OpenRead(Path.Combine(Of(digest), IndexFile));
            index = await JsonSerializer.DeserializeAsync(file, PreparedJson.Default.PreparedIndex, cancellationToken)
                ?? throw new JsonException("an index is not null");
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return Damaged(digest, "its index cannot be read");
        }

        if (index.Fault(digest, layout, File.Exists(samples) ? new FileInfo(samples).Length : 0) is { } fault)
        {
            return Damaged(digest, fault);
        }

        using var map = MemoryMappedFile.CreateFromFile(samples, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
        return new Result<PreparedSet>.Ok(
            new PreparedSet(new PreparedItems(view, layout, index.Items), index.Dropped, index.Items.Count, index.Report));
    }

    private static Result<PreparedSet>.Refused Damaged(Sha256Digest digest, string fault) =>
        new(JobFailures.BadData, $"the prepared folder {digest.Hex} is damaged: {fault}; remove it and prepare again");

    private string Of(Sha256Digest digest) => Path.Combine(folder, digest.Hex);
}
