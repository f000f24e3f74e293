using System.Globalization;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Testing;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Tests.Data;

public sealed class PreparedStoreTests : IDisposable
{
    private static readonly LungCriteria s_lung = new(0, 0.01, 1);

    private readonly TestFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("promise", "P12")]
    public async Task Training_from_prepared_samples_gives_the_same_bytes_as_preparing_them_anew()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 4), _folder["data"]);
        var spec = TrainerRun.Spec(("preparation", new System.Text.Json.Nodes.JsonObject { ["kind"] = "lung", ["min_slices"] = 2, ["min_area"] = 100 }));
        var job = _folder["job.json"];
        await File.WriteAllBytesAsync(job, Contracts.Wire.Write(TrainerRun.Job(spec), Contracts.ContractsJson.Strict.TrainerJob));

        var prepared = await TrainerRun.RunAsync("--job", job, "--data", _folder["data"], "--prepare", _folder["store"]);
        Assert.True(prepared.ExitCode == 0, prepared.Error);
        Assert.Contains("kept 40 of 40 slices", prepared.Error, StringComparison.Ordinal);
        Assert.Equal(64, Path.GetFileName(Assert.Single(Directory.GetDirectories(_folder["store"]))).Length);

        var outputs = new[] { "plain", "shared", "absent" };
        foreach (var output in outputs)
        {
            Directory.CreateDirectory(_folder[output]);
            string[] store = output == "plain" ? [] : ["--prepared", _folder[output == "shared" ? "store" : "nowhere"]];
            var run = await TrainerRun.RunAsync(["--job", job, "--data", _folder["data"], "--out", _folder[output], .. store]);
            Assert.True(run.ExitCode == 0, run.Error);
        }

        foreach (var file in new[] { TrainerJob.ModelFile, TrainerJob.MetricsFile })
        {
            Assert.Single(outputs.Select(o => Convert.ToHexString(File.ReadAllBytes(_folder[o, file]))).Distinct());
        }
    }

    [Fact]
    public async Task What_is_read_from_the_file_is_what_is_prepared_in_memory()
    {
        await Phantoms.WriteAsync(Chests(6), _folder["data"]);
        var (shards, parameters) = (Shards(), Parameters() with { Lung = s_lung });

        Ok(await Store().PrepareAsync(shards, parameters, Stop));
        using var mapped = Ok((await Store().OpenAsync(shards, parameters, Stop))!).Items;
        using var memory = Ok(await PreparedSet.InMemoryAsync(shards, parameters, static _ => true, Stop)).Items;

        Assert.Equal(memory.Items.Select(i => (i.Key, i.Offset, i.Marked)), mapped.Items.Select(i => (i.Key, i.Offset, i.Marked)));
        for (var i = 0; i < memory.Items.Count; i++)
        {
            Assert.Equal(Read(memory, i), Read(mapped, i));
        }
    }

    [Fact]
    public async Task What_was_prepared_is_found_whatever_the_names_of_shards_and_not_for_other_scans_or_parameters()
    {
        await Phantoms.WriteAsync(Chests(4), _folder["data"]);
        Ok(await Store().PrepareAsync(Shards(), Parameters(), Stop));

        File.Move(_folder["data", "shard-00000.tar"], _folder["data", "shard-9.tar"]);
        using var found = Ok((await Store().OpenAsync(Shards(), Parameters(), Stop))!).Items;
        Assert.Equal(4, found.Items.Count);

        Assert.Null(await Store().OpenAsync(Shards(), Parameters() with { Side = 16 }, Stop));
        Assert.Null(await Store().OpenAsync(Shards(), Parameters() with { Width = 1400 }, Stop));
        Assert.Null(await Store().OpenAsync(Shards(), Parameters() with { Lung = s_lung }, Stop));
        await Phantoms.WriteShardAsync([Chests(1)[0] with { Key = "other" }], _folder["data", "shard-9.tar"]);
        Assert.Null(await Store().OpenAsync(Shards(), Parameters(), Stop));
    }

    [Fact]
    public async Task An_interrupted_or_refused_preparation_leaves_nothing_that_looks_whole()
    {
        var slices = Chests(4);
        await Phantoms.WriteAsync([.. slices.Take(3), slices[3] with { Npy = slices[3].Npy[..^7] }], _folder["data"]);

        Assert.Equal(JobFailures.BadData, Assert.IsType<Result<PreparationReport>.Refused>(await Store().PrepareAsync(Shards(), Parameters(), Stop)).Code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["store"]));

        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store().PrepareAsync(Shards(), Parameters(), stopped.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["store"]));
    }

    [Theory]
    [InlineData("samples.u16", "holds")]
    [InlineData("index.json", "cannot be read")]
    public async Task A_prepared_folder_cut_short_is_refused_and_says_what_to_do(string file, string reason)
    {
        await Phantoms.WriteAsync(Chests(4), _folder["data"]);
        Ok(await Store().PrepareAsync(Shards(), Parameters(), Stop));
        var path = Path.Combine(Assert.Single(Directory.GetDirectories(_folder["store"])), file);
        await using (var cut = File.OpenWrite(path))
        {
            cut.SetLength(cut.Length - 1);
        }

        var refused = Assert.IsType<Result<PreparedSet>.Refused>(await Store().OpenAsync(Shards(), Parameters(), Stop));

        Assert.Equal(JobFailures.BadData, refused.Code);
        Assert.Contains(reason, refused.Sentence, StringComparison.Ordinal);
        Assert.Contains("remove it and prepare again", refused.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Items", false)]
    [InlineData("Items", true)]
    [InlineData("Dropped", true)]
    [InlineData("Dropped", false)]
    [InlineData("Report", false)]
    public async Task An_index_that_lacks_a_part_is_damaged(string part, bool inside)
    {
        await Phantoms.WriteAsync(Chests(4), _folder["data"]);
        Ok(await Store().PrepareAsync(Shards(), Parameters(), Stop));
        var path = Path.Combine(Assert.Single(Directory.GetDirectories(_folder["store"])), "index.json");
        var index = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(path, Stop))!.AsObject();
        index[index.Select(p => p.Key).Single(key => key.Equals(part, StringComparison.OrdinalIgnoreCase))] = inside ? new System.Text.Json.Nodes.JsonArray((System.Text.Json.Nodes.JsonNode?)null) : null;
        await File.WriteAllTextAsync(path, index.ToJsonString(), Stop);

        var refused = Assert.IsType<Result<PreparedSet>.Refused>(await Store().OpenAsync(Shards(), Parameters(), Stop));

        Assert.Contains("is damaged: its index", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_series_too_long_to_be_held_is_refused_before_it_is_read()
    {
        var parameters = Parameters() with { Side = 512, Depth = 8 };
        var slice = new SurveyedSlice("k", "p", "s", 0, 8, 8, new Box(0, 0, 8, 8), HasMask: false, SliceVerdict.Kept);
        var slices = Enumerable.Range(0, 8192).Select(i => slice with { Key = $"k{i}" }).ToList();
        var item = new PlannedItem("p/s", "p", "s", slices, [.. slices.Select(s => s.Box)], HasMask: false, HasLung: false, 0);

        var refused = Assert.IsType<Result<IReadOnlyList<PreparedItem>>.Refused>(
            await Preparation.RunAsync(Shards(), parameters, [item], static (_, _) => { }, Stop));

        Assert.StartsWith("image_size: a series of 8192 slices cannot be held at 512 x 512", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_prepare_at_once_leave_one_folder_and_only_its_owner_may_read_it()
    {
        await Phantoms.WriteAsync(Chests(4), _folder["data"]);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => Ok(await Store().PrepareAsync(Shards(), Parameters(), Stop)))));

        var folder = Assert.Single(Directory.GetFileSystemEntries(_folder["store"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.All(Directory.GetFiles(folder), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public void More_than_memory_holds_is_refused_with_a_size_to_try()
    {
        var sentence = PreparedSet.TooLarge(400L << 20, 100L << 20, 1000, Parameters());

        Assert.Equal("image_size: 1000 samples of 32 x 32 need 400 MiB and 100 MiB are free; prepare them to a file first (--prepare), or try image_size 16", sentence);
        Assert.Null(PreparedSet.TooLarge(100, 100, 1000, Parameters()));
        Assert.Equal(3L << 20, PrivateMemory.Free(["MemTotal: 9999 kB", "MemAvailable:    3072 kB"]));
    }

    internal static IReadOnlyList<PhantomSlice> Chests(int slices) =>
    [
        .. Phantoms.Make(1, slices, side: 64).Take(slices).Select((s, i) => s with
        {
            Patient = "p" + (i / 2).ToString(CultureInfo.InvariantCulture),
            Mask = i % 2 == 0 ? Phantoms.Mask([.. Enumerable.Range(0, 64 * 64).Select(p => p % 64 > 40)], 64, 64) : null,
        }),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static PreparationParameters Parameters() => new(1, -500, 1500, 32, 1, null);

    private static T Ok<T>(Result<T> result) => Assert.IsType<Result<T>.Ok>(result).Value;

    private static string Read(PreparedItems items, int item)
    {
        var (pixels, mask, lung) = (new float[items.Layout.Pixels], new byte[items.Layout.Pixels], new byte[items.Layout.Pixels]);
        items.ReadPixels(item, pixels);
        items.ReadLung(item, lung);
        if (items.Items[item].Marked is not null)
        {
            items.ReadMask(item, mask);
        }

        Assert.Contains((byte)1, lung);
        return string.Join(' ', pixels) + Convert.ToHexString(mask) + Convert.ToHexString(lung);
    }

    private ShardFolder Shards() => new(_folder["data"], 2);

    private PreparedStore Store() => new(_folder["store"]);
}
