using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests;

/// <summary>Every refusal has its code and names the thing, and leaves nothing behind (P11).</summary>
[Trait("promise", "P11")]
public sealed class FailureTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public FailureTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pixels_that_are_not_whole_numbers_are_bad_data()
    {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (32, 32), }".PadRight(117) + "\n";
        byte[] npy = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. Enumerable.Repeat(BitConverter.GetBytes(float.NaN), 1024).SelectMany(b => b)];
        var slices = Phantoms.Make(2, 2).ToList();
        slices[3] = slices[3] with { Npy = npy };
        await Phantoms.WriteAsync(slices, _folder["data"]);

        await RefusedAsync(JobFailures.BadData, slices[3].Key, TrainerRun.Spec());
    }

    [Fact]
    public async Task A_slice_cut_short_is_bad_data()
    {
        var slices = Phantoms.Make(2, 2).ToList();
        slices[2] = slices[2] with { Npy = slices[2].Npy[..^7] };
        await Phantoms.WriteAsync(slices, _folder["data"]);

        await RefusedAsync(JobFailures.BadData, slices[2].Key, TrainerRun.Spec());
    }

    [Fact]
    public async Task A_dataset_of_constant_images_is_bad_data()
    {
        var flat = Phantoms.Npy([.. Enumerable.Repeat((short)-1000, 32 * 32)], 32, 32);
        await Phantoms.WriteAsync([.. Phantoms.Make(5, 4).Select(s => s with { Npy = flat })], _folder["data"]);

        await RefusedAsync(JobFailures.BadData, "nothing is left of 40 slices: 40 constant", TrainerRun.Spec());
    }

    [Fact]
    public async Task One_class_only_cannot_be_learnt()
    {
        await Phantoms.WriteAsync([.. Phantoms.Make(4, 3).Where(s => s.Class == "0")], _folder["data"]);

        await RefusedAsync(JobFailures.OneClass, "class 0", TrainerRun.Spec());
    }

    [Fact]
    public async Task Lesions_everywhere_cannot_be_weighed_against_nothing()
    {
        var everywhere = Phantoms.Mask([.. Enumerable.Repeat(true, 48 * 48)], 48, 48);
        await Phantoms.WriteAsync([.. Phantoms.Make(3, 2).Select(s => s with { Mask = everywhere })], _folder["data"]);

        await RefusedAsync(
            JobFailures.OneClass, "class_weights: the training part has one class only",
            TrainerRun.Spec(("network", "unet"), ("task", "segment"), ("label", ""), ("class_weights", "balanced"), ("batch", 2)));
    }

    [Fact]
    public async Task One_patient_only_cannot_be_split()
    {
        await Phantoms.WriteAsync([.. Phantoms.Make(4, 3).Select(s => s with { Patient = "the-one" })], _folder["data"]);

        await RefusedAsync(JobFailures.TooFewPatients, "1 patient", TrainerRun.Spec());
    }

    [Fact]
    public async Task One_patient_of_a_class_cannot_be_split()
    {
        await Phantoms.WriteAsync([.. Phantoms.Make(4, 3).Select(s => s.Class == "1" ? s with { Patient = "the-one" } : s)], _folder["data"]);

        await RefusedAsync(JobFailures.TooFewPatients, "class 1", TrainerRun.Spec());
    }

    [Fact]
    public async Task An_empty_dataset_is_bad_data()
    {
        await Phantoms.WriteAsync([], _folder["data"]);
        await Phantoms.WriteLabelsAsync([new LabelRow("a", "covid", "1")], _folder["data"]);

        await RefusedAsync(JobFailures.BadData, "empty", TrainerRun.Spec());
    }

    [Fact]
    public async Task A_folder_without_labels_is_bad_data()
    {
        Directory.CreateDirectory(_folder["data"]);

        await RefusedAsync(JobFailures.BadData, "no label table", TrainerRun.Spec());
    }

    [Fact]
    public async Task A_label_the_dataset_lacks_is_a_bad_spec_that_lists_what_there_is()
    {
        await Phantoms.WriteAsync(Phantoms.Make(2, 2), _folder["data"], label: "pneumonia");

        await RefusedAsync(JobFailures.BadSpec, "label: the dataset has no 'covid'; it has: pneumonia", TrainerRun.Spec());
    }

    [Theory]
    [InlineData("2", "must be 0 or 1")]
    [InlineData("yes", "must be 0 or 1")]
    public async Task A_label_value_that_is_no_class_is_bad_data(string value, string reason)
    {
        var slices = Phantoms.Make(2, 2);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync(slices.Select((s, i) => new LabelRow(s.Key, "covid", i == 1 ? value : s.Class)), _folder["data"]);

        await RefusedAsync(JobFailures.BadData, reason, TrainerRun.Spec());
    }

    [Fact]
    public async Task A_label_for_a_sample_that_is_not_there_is_bad_data()
    {
        var slices = Phantoms.Make(2, 2);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync(slices.Select(s => new LabelRow(s.Key, "covid", s.Class)).Append(new LabelRow("ghost", "covid", "1")), _folder["data"]);

        await RefusedAsync(JobFailures.BadData, "ghost", TrainerRun.Spec());
    }

    [Fact]
    public async Task A_sample_labelled_twice_is_bad_data()
    {
        var slices = Phantoms.Make(2, 2);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync([.. slices.Select(s => new LabelRow(s.Key, "covid", s.Class)), new LabelRow(slices[0].Key, "covid", "1")], _folder["data"]);

        await RefusedAsync(JobFailures.BadData, "second value", TrainerRun.Spec());
    }

    [Fact]
    public async Task A_sample_in_two_shards_is_bad_data()
    {
        var slices = Phantoms.Make(2, 2);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteShardAsync([slices[0]], _folder["data", "shard-more.tar"]);

        await RefusedAsync(JobFailures.BadData, $"{slices[0].Key} is there twice", TrainerRun.Spec());
    }

    [Theory]
    [InlineData("a.npy a.npy", "twice")]
    [InlineData("a.npy b.npy", "only one of its two members")]
    [InlineData("a.npy", "only one of its two members")]
    [InlineData("a.exe", "members are named")]
    [InlineData("../a.npy", "members are named")]
    public async Task A_shard_of_another_form_is_bad_data(string members, string reason)
    {
        await Phantoms.WriteAsync(Phantoms.Make(2, 2), _folder["data"]);
        await using (var tar = new TarWriter(File.Create(_folder["data", "shard-zz.tar"]), TarEntryFormat.Ustar))
        {
            foreach (var member in members.Split(' '))
            {
                await Phantoms.AddAsync(tar, member, Phantoms.Npy(new short[4], 2, 2));
            }
        }

        await RefusedAsync(JobFailures.BadData, reason, TrainerRun.Spec());
    }

    [Fact]
    public async Task A_shard_that_is_no_tar_is_bad_data()
    {
        await Phantoms.WriteAsync(Phantoms.Make(2, 2), _folder["data"]);
        await File.WriteAllBytesAsync(_folder["data", "shard-zz.tar"], Enumerable.Repeat((byte)'x', 4096).ToArray());

        await RefusedAsync(JobFailures.BadData, "shard-zz.tar", TrainerRun.Spec());
    }

    [Fact]
    public async Task A_batch_larger_than_the_training_part_is_a_bad_spec()
    {
        await Phantoms.WriteAsync(Phantoms.Make(2, 2), _folder["data"]);

        await RefusedAsync(JobFailures.BadSpec, "batch: 64", TrainerRun.Spec(("batch", 64)));
    }

    [Fact]
    public async Task A_learning_rate_that_blows_up_has_diverged()
    {
        await Phantoms.WriteAsync(Phantoms.Make(6, 4), _folder["data"]);

        await RefusedAsync(JobFailures.Diverged, "learning_rate", TrainerRun.Spec(
            ("learning_rate", 10), ("weight_decay", 1), ("schedule", "constant"), ("epochs", 20)));
    }

    [Fact]
    public async Task Cuda_where_there_is_none_is_said()
    {
        Assert.SkipWhen(torch.cuda.is_available(), "there is a GPU here");
        await Phantoms.WriteAsync(Phantoms.Make(6, 4), _folder["data"]);

        await RefusedAsync(JobFailures.NoDevice, "device: ", TrainerRun.Spec(("device", "cuda")));
    }

    [Fact]
    public async Task Weights_that_are_not_there_are_said_before_the_data_is_looked_at()
    {
        Directory.CreateDirectory(_folder["data"]);
        var weights = Contracts.Sha256Digest.Of("weights"u8);
        var job = TrainerRun.Job(TrainerRun.Spec(("initial_weights", "sha256:" + weights.Hex)));

        Expect(
            JobFailures.BadData, "initial_weights: the data folder has no ",
            await TrainerRun.StartAsync(_folder.Path, job with { Bounds = TrainerRun.NoBounds with { InitialWeights = [weights] } }));
    }

    [Fact]
    public async Task A_batch_that_no_buffer_holds_is_refused_by_its_path() => await RefusedAsync(
        JobFailures.BadSpec, "batch: 4096 is more than one buffer holds of this size; at most 31",
        TrainerRun.Spec(("network", "resnet3d_18"), ("image_size", 512), ("depth", 256), ("batch", 4096)));

    [Fact]
    public async Task Fewer_patients_or_steps_than_the_permit_asks_for_are_refused()
    {
        await Phantoms.WriteAsync(Phantoms.Make(4, 4), _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec());

        Expect(JobFailures.BelowMinima, "100 training patients", await TrainerRun.StartAsync(_folder.Path, job with { Minima = new Minima(1, 1, 100) }));
        Expect(JobFailures.BelowMinima, "1000 steps", await TrainerRun.StartAsync(_folder.Path, job with { Minima = new Minima(1, 1000, 1) }));
    }

    [Theory]
    [InlineData("lerning_rate", "lerning_rate: unknown field")]
    [InlineData("epochs", "epochs: must be a whole number")]
    public async Task A_spec_with_an_impossible_field_is_refused_by_its_path(string field, string sentence) =>
        await RefusedAsync(JobFailures.BadSpec, sentence, TrainerRun.Spec((field, "many")));

    [Fact]
    public async Task A_spec_beyond_the_permit_is_refused_by_its_path()
    {
        var job = TrainerRun.Job(TrainerRun.Spec());

        Expect(JobFailures.BelowMinima, "batch: the permit asks", await TrainerRun.StartAsync(_folder.Path, job with { Minima = new Minima(16, 1, 1) }));
        Expect(JobFailures.BelowMinima, "epochs: the permit allows", await TrainerRun.StartAsync(_folder.Path, job with { Bounds = TrainerRun.NoBounds with { Epochs = 1 } }));
        Expect(JobFailures.BelowMinima, "network: has 11171266", await TrainerRun.StartAsync(_folder.Path, job with { Bounds = TrainerRun.NoBounds with { Parameters = 11_171_265 } }));
    }

    [Fact]
    public async Task A_job_of_another_form_is_refused()
    {
        var job = TrainerRun.Job(TrainerRun.Spec());

        Expect(JobFailures.BadSpec, "threads", await TrainerRun.StartAsync(_folder.Path, job with { Threads = 0 }));
        Expect(JobFailures.BadSpec, "precision", await TrainerRun.StartAsync(_folder.Path, job with { Precision = "int4" }));
        Expect(JobFailures.BadSpec, "version 2", await TrainerRun.StartAsync(_folder.Path, job with { V = 2 }));
    }

    [Fact]
    public async Task Validate_looks_at_the_spec_and_at_no_data()
    {
        var good = await ValidateAsync(TrainerRun.Spec());
        var bad = await ValidateAsync(TrainerRun.Spec(("network", "resnet19")));

        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        Assert.Equal(TrainerExit.Code(JobFailures.BadSpec), bad.ExitCode);
        Assert.Contains("network: must be one of: densenet121, ", bad.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--job x")]
    [InlineData("--job x --data d --out o --more")]
    [InlineData("--job x --job y --validate")]
    public async Task A_wrong_call_is_answered_with_the_usage(string arguments)
    {
        var (exit, output, error) = await TrainerRun.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.StartsWith("usage: ", error, StringComparison.Ordinal);
    }

    private static void Expect(string failure, string sentence, TrainerRun run)
    {
        Assert.Equal(TrainerExit.Code(failure), run.ExitCode);
        Assert.StartsWith($"{failure}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Files);
    }

    private async Task RefusedAsync(string failure, string sentence, JsonObject spec) =>
        Expect(failure, sentence, await TrainerRun.StartAsync(_folder.Path, spec));

    private async Task<(int ExitCode, string Error)> ValidateAsync(JsonObject spec)
    {
        var file = _folder[$"{Guid.NewGuid():N}.json"];
        await File.WriteAllBytesAsync(file, Contracts.Wire.Write(TrainerRun.Job(spec), Contracts.ContractsJson.Strict.TrainerJob));
        var (exit, _, error) = await TrainerRun.RunAsync("--validate", "--job", file);
        return (exit, error);
    }
}
