using System.Text.Json.Nodes;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Processes;
using Scanlock.Testing;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Tests.Data;

public sealed class DatasetTests : IDisposable
{
    private readonly TestFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_holdout_label_marks_samples()
    {
        var slices = Phantoms.Make(4, 3);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync(
            [.. slices.Select(s => new LabelRow(s.Key, "covid", s.Class)), .. slices.Select(s => new LabelRow(s.Key, "val", s.Patient is "patient000" or "patient001" ? "1" : "0"))],
            _folder["data"]);

        using var data = Ok(await LoadAsync(("validation", new JsonObject { ["holdout"] = "val" })));
        var unknown = Refused(await LoadAsync(("validation", new JsonObject { ["holdout"] = "test" })));

        Assert.Equal(["patient000", "patient001"], data.Samples.Where(s => s.HeldOut).Select(s => s.Patient).Distinct());
        Assert.Equal((JobFailures.BadSpec, "validation.holdout: the dataset has no 'test'; it has: covid, val"), (unknown.Code, unknown.Sentence));
    }

    [Fact]
    public async Task Lung_preparation_crops_keeps_the_lung_mask_and_counts_what_it_drops()
    {
        var slices = Phantoms.Make(2, 3, side: 64).ToList();
        slices[0] = slices[0] with { Npy = Phantoms.Npy([.. Enumerable.Repeat((short)-1000, 64 * 64)], 64, 64) };
        slices[1] = slices[1] with { Npy = Phantoms.Npy([.. Enumerable.Range(0, 64 * 64).Select(i => (short)(i % 50))], 64, 64) };
        slices[3] = slices[3] with { Record = new SampleRecord(1, slices[3].Patient, "s", 1, null, [0, 1, 0, 0, 0, -1], null, ["ORIGINAL", "PRIMARY", "AXIAL"]) };
        await Phantoms.WriteAsync(slices, _folder["data"]);

        using var data = Ok(await LoadAsync(("preparation", Lung(minSlices: 2))));

        // Of the first patient one slice is left, which is one too few.
        Assert.Equal(new PreparationReport(12, 8, Constant: 1, NotAxial: 1, NoLung: 1, SmallArea: 0, LowRatio: 0, FewSlices: 1, PatientsDropped: 1), data.Report);
        Assert.Equal(8, data.Samples.Count);
        Assert.Equal(0, data.Unlabelled);
        var lung = new byte[32 * 32];
        data.Items.ReadLung(data.Samples[0].Item, lung);

        // The box is cut to the lungs, so they reach all of its sides.
        Assert.All([lung[..32], lung[^32..], [.. lung.Where((_, i) => i % 32 == 0)], [.. lung.Where((_, i) => i % 32 == 31)]], side => Assert.Contains((byte)1, side));
    }

    [Fact]
    public async Task A_preparation_that_leaves_nothing_is_bad_data_and_says_in_numbers_why()
    {
        await Phantoms.WriteAsync(Phantoms.Make(2, 3, side: 64), _folder["data"]);

        var refused = Refused(await LoadAsync(("preparation", Lung(minSlices: 50))));

        Assert.Equal((JobFailures.BadData, "preparation: nothing is left of 12 slices: 12 of patients with too few slices"), (refused.Code, refused.Sentence));
    }

    [Theory]
    [InlineData("values", "has values other than 0 and 1")]
    [InlineData("shape", "its mask is 32 x 64 and its image 64 x 64")]
    [InlineData("type", "its mask is not of uint8")]
    public async Task A_mask_of_another_form_is_bad_data(string fault, string reason)
    {
        var slices = PreparedStoreTests.Chests(4).ToList();
        slices[2] = slices[2] with
        {
            Mask = fault switch
            {
                "values" => [.. slices[2].Mask![..^1], 7],
                "shape" => Phantoms.Mask(new bool[32 * 64], 32, 64),
                _ => slices[2].Npy,
            },
        };
        await Phantoms.WriteAsync(slices, _folder["data"]);

        var refused = Refused(await LoadAsync());

        Assert.Equal(JobFailures.BadData, refused.Code);
        Assert.Contains($"sample {slices[2].Key}: ", refused.Sentence, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_segment_slices_with_masks_are_taken_without_any_label_table()
    {
        var slices = PreparedStoreTests.Chests(6).ToList();
        slices[2] = slices[2] with { Mask = Phantoms.Mask(new bool[64 * 64], 64, 64) };
        await Phantoms.WriteAsync(slices, _folder["data"]);
        File.Delete(_folder["data", TrainerJob.LabelsFile]);

        using var data = Ok(await LoadAsync(Unet));
        var mask = new byte[32 * 32];
        data.Items.ReadMask(data.Samples[0].Item, mask);

        Assert.Equal(3, data.Unlabelled);
        Assert.Equal([(slices[0].Key, 1), (slices[2].Key, 0), (slices[4].Key, 1)], data.Samples.Select(s => (s.Key, s.Class)));
        Assert.Equal(Enumerable.Range(0, 32 * 32).Select(i => i % 32 >= 20 ? (byte)1 : (byte)0), mask);
    }

    [Theory]
    [InlineData(true, "all 2 masks are empty")]
    [InlineData(false, "no slice has a mask")]
    public async Task Masks_that_mark_nothing_or_are_not_there_are_bad_data(bool empty, string reason)
    {
        var slices = PreparedStoreTests.Chests(4).Select(s => s with { Mask = empty && s.Mask is not null ? Phantoms.Mask(new bool[64 * 64], 64, 64) : null });
        await Phantoms.WriteAsync([.. slices], _folder["data"]);

        var refused = Refused(await LoadAsync(Unet));

        Assert.Equal(JobFailures.BadData, refused.Code);
        Assert.StartsWith(reason, refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_learnt_masks_may_all_be_empty()
    {
        await Phantoms.WriteAsync([.. PreparedStoreTests.Chests(4).Select(s => s with { Mask = Phantoms.Mask(new bool[64 * 64], 64, 64) })], _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec(Unet));
        var plan = Assert.IsType<Result<TrialPlan>.Ok>(TrialPlan.Check(job)).Value;

        using var data = Ok(await Dataset.LoadAsync(
            _folder["data"], plan with { Spec = plan.Spec with { Task = TrialSpec.Evaluate } }, TestContext.Current.CancellationToken));

        Assert.All(data.Samples, s => Assert.Equal(0, s.Class));
    }

    [Fact]
    public async Task Two_patients_whose_series_have_one_pseudonym_are_two_volumes()
    {
        var slices = Enumerable.Range(0, 36).Select(i => Layer(series: i % 3, position: i / 3))
            .Select(s => s with { Record = s.Record! with { Series = "one" } }).ToList();
        await Phantoms.WriteAsync(slices, _folder["data"]);

        using var data = Ok(await LoadAsync([("network", "resnet3d_18"), ("depth", 8)]));

        Assert.Equal(slices.Select(s => (s.Record!.Patient, "one")).Distinct().Order(), data.Samples.Select(s => (s.Patient, s.Series)));
        Assert.All(data.Samples, s => Assert.Equal(12, data.Items.Items[s.Item].Slices.Count));
    }

    [Fact]
    public async Task A_volume_has_the_largest_class_of_its_slices_and_is_unlabelled_where_none_has_one()
    {
        var slices = Enumerable.Range(0, 36).Select(i => Layer(series: i % 3, position: i / 3)).ToList();
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync(
            slices.Where((_, i) => i % 3 < 2).Select((s, i) => new LabelRow(s.Key, "covid", s.Patient == "p1" && i == 5 ? "1" : "0")), _folder["data"]);

        using var data = Ok(await LoadAsync([("network", "resnet3d_18"), ("depth", 8)]));

        Assert.Equal([("p0/series0", 0), ("p1/series1", 1)], data.Samples.Select(s => (s.Key, s.Class)));
        Assert.Equal(1, data.Unlabelled);
        Assert.Equal(new ItemLayout(32, 8), data.Items.Layout);
    }

    [Fact]
    public async Task A_series_becomes_one_volume_in_the_order_of_positions()
    {
        // Constant but for one corner; grey rises with position, keys fall, and shards hold the slices mixed.
        var slices = Enumerable.Range(0, 24).Select(i => Layer(series: i % 2, position: i / 2)).ToList();
        await Phantoms.WriteAsync(slices, _folder["data"]);
        var parameters = new PreparationParameters(1, 0, 2000, 8, Depth: 12, null);

        var set = Ok(await PreparedSet.InMemoryAsync(new ShardFolder(_folder["data"], 2), parameters, static _ => true, Stop));
        using var items = set.Items;

        Assert.Equal(["p0/series0", "p1/series1"], items.Items.Select(i => i.Key));
        Assert.All(items.Items, item => Assert.Equal(12, item.Slices.Count));
        var volume = new float[12 * 64];
        items.ReadPixels(1, volume);
        Assert.Equal(Enumerable.Range(0, 12).Select(z => ((z * 50) + 1000) / 2000f), volume.Chunk(64).Select(s => s[63]), (a, b) => Math.Abs(a - b) < 1e-4);

        // Half as many: each is the mean of two and of what little of the next ones a triangle sees.
        var half = Ok(await PreparedSet.InMemoryAsync(new ShardFolder(_folder["data"], 2), parameters with { Depth = 6 }, static _ => true, Stop));
        using var fewer = half.Items;
        fewer.ReadPixels(1, volume.AsSpan(0, 6 * 64));
        Assert.Equal(((4.5 * 50) + 1000) / 2000, volume[(2 * 64) + 63], 1e-4);
    }

    [Fact]
    public async Task A_dataset_is_prepared_in_less_memory_than_it_has()
    {
        // 160 MiB of slices, each read twice, where all objects together may take 48.
        var slice = Phantoms.Make(1, 1, side: 512)[0];
        await Phantoms.WriteAsync([.. Enumerable.Range(0, 320).Select(i => slice with { Key = $"k{i:000}" })], _folder["data"]);
        var job = _folder["job.json"];
        var spec = TrainerRun.Spec(("preparation", Lung(minSlices: 50)));
        await File.WriteAllBytesAsync(job, Contracts.Wire.Write(TrainerRun.Job(spec), Contracts.ContractsJson.Strict.TrainerJob));

        var start = DotnetRuntime.Current().Start(
            Path.Combine(AppContext.BaseDirectory, "Scanlock.Trainer.dll"), ["--job", job, "--data", _folder["data"], "--prepare", _folder["store"]]);
        var environment = new Dictionary<string, string>(start.Environment, StringComparer.Ordinal) { ["DOTNET_GCHeapHardLimit"] = "0x3000000" };

        var run = await ProgramRunner.RunTextAsync(start with { Environment = environment }, new RunLimits(TimeSpan.FromMinutes(10)));

        Assert.True(run.Succeeded, run.ErrorTail);
        Assert.Contains("kept 320 of 320 slices", run.ErrorTail, StringComparison.Ordinal);
    }

    private static (string Name, JsonNode? Value)[] Unet => [("network", "unet"), ("task", "segment"), ("label", "")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static T Ok<T>(Result<T> result) => Assert.IsType<Result<T>.Ok>(result).Value;

    private static Result<Dataset>.Refused Refused(Result<Dataset> result) => Assert.IsType<Result<Dataset>.Refused>(result);

    private static JsonObject Lung(int minSlices) => new() { ["kind"] = "lung", ["min_slices"] = minSlices };

    private static PhantomSlice Layer(int series, int position)
    {
        var units = Enumerable.Repeat((short)(position * 50), 64).ToArray();
        units[0] = -1000;
        var record = new SampleRecord(1, $"p{series}", $"series{series}", 99 - position, [0, 0, position * 2.5], [1, 0, 0, 0, 1, 0], null, ["ORIGINAL", "PRIMARY", "AXIAL"]);
        return new PhantomSlice($"k{99 - position}-{series}", $"p{series}", "1", Phantoms.Npy(units, 8, 8), Record: record);
    }

    private Task<Result<Dataset>> LoadAsync(params IEnumerable<(string Name, JsonNode? Value)> fields)
    {
        var plan = Assert.IsType<Result<TrialPlan>.Ok>(TrialPlan.Check(TrainerRun.Job(TrainerRun.Spec(fields)))).Value;
        return Dataset.LoadAsync(_folder["data"], plan, Stop);
    }
}
