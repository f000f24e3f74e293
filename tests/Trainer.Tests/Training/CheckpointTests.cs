using System.Text.Json.Nodes;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Testing;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Output;
using Scanlock.Trainer.Training;
using Scanlock.Trainer.Training.Checkpoints;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.Training;

[Trait("promise", "P9")]
public sealed class CheckpointTests : IDisposable
{
    private static readonly CheckpointOrigin s_origin =
        new(Sha256Digest.Of("spec"u8), 1, Sha256Digest.Of("data"u8), TrainerJob.Bf16, 1, "CPU", "1.13.1");

    private readonly TestFolder _folder = new();

    public CheckpointTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    private string Kept => _folder["kept"];

    private string KeptFile => Path.Combine(Kept, Checkpoint.FileName);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("adamw", 0.9, "best")]
    [InlineData("sgd", 0, "last")]
    public async Task A_training_that_is_killed_and_goes_on_ends_with_the_very_bytes_of_one_that_never_was(string optimizer, double average, string keep)
    {
        await PhantomsAsync();
        var job = Job(("epochs", 30), ("optimizer", optimizer), ("average_decay", average), ("keep", keep), ("dropout", 0.2));
        var whole = await TrainerRun.StartAsync(_folder.Path, job);

        var first = await TrainerRun.KillAsync(_folder.Path, job, Kept, afterLines: 2);
        var second = await TrainerRun.KillAsync(_folder.Path, job, Kept, afterLines: 1);
        var last = await TrainerRun.StartAsync(_folder.Path, job, checkpoint: Kept);

        Assert.True(last.ExitCode == 0, last.Error);
        foreach (var file in whole.Files)
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(whole.Out, file)), await File.ReadAllBytesAsync(Path.Combine(last.Out, file)));
        }

        ProgressLine[] said = [.. first, .. second, .. last.Progress];
        Assert.All(said, line => Assert.Equivalent(whole.Progress[line.Epoch - 1], line));
        Assert.Equal(said.Select(line => line.Epoch).Distinct(), said.Select(line => line.Epoch));
        Assert.Equal([Checkpoint.FileName], Directory.EnumerateFiles(Kept, "*.safetensors").Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_training_that_had_ended_ends_again_alike()
    {
        await PhantomsAsync();
        var first = await TrainerRun.StartAsync(_folder.Path, Job(), checkpoint: Kept);
        var again = await TrainerRun.StartAsync(_folder.Path, Job(), checkpoint: Kept);

        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Empty(again.Progress);
        Assert.Equal(await File.ReadAllBytesAsync(first.Model), await File.ReadAllBytesAsync(again.Model));
    }

    [Fact]
    public async Task What_an_interrupted_write_has_left_does_no_harm()
    {
        await PhantomsAsync();
        Directory.CreateDirectory(Kept);
        await File.WriteAllTextAsync(KeptFile + ".partial", "half a check");

        var run = await TrainerRun.StartAsync(_folder.Path, Job(), checkpoint: Kept);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([KeptFile], Directory.EnumerateFiles(Kept));
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Where_there_is_no_room_for_a_checkpoint_that_is_said_and_nothing_is_left()
    {
        await PhantomsAsync();
        Directory.CreateDirectory(Kept);
        File.CreateSymbolicLink(KeptFile + ".partial", "/dev/full");

        var run = await TrainerRun.StartAsync(_folder.Path, Job(), checkpoint: Kept);

        Assert.Equal(JobFailures.OutOfMemory, run.Failure);
        Assert.Contains("there is no room left for the model, the metrics or the checkpoint", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Files);
        Assert.Empty(Directory.EnumerateFiles(Kept));
    }

    [Fact]
    public async Task A_write_that_fails_leaves_the_file_before_it()
    {
        await AtomicFile.WriteAsync(_folder["file"], (stream, token) => stream.WriteAsync("first"u8.ToArray(), token).AsTask(), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<InvalidDataException>(() => AtomicFile.WriteAsync(_folder["file"], HalfAsync, TestContext.Current.CancellationToken));

        Assert.Equal("first", await File.ReadAllTextAsync(_folder["file"]));
        Assert.Equal([_folder["file"]], Directory.EnumerateFiles(_folder.Path));

        static async Task HalfAsync(Stream stream, CancellationToken cancellationToken)
        {
            await stream.WriteAsync("seco"u8.ToArray(), cancellationToken);
            throw new InvalidDataException();
        }
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_training_with_a_damaged_checkpoint_is_refused_and_the_file_left_as_it_is()
    {
        await PhantomsAsync();
        Directory.CreateDirectory(Kept);
        await File.WriteAllTextAsync(KeptFile, "this is no checkpoint, whatever its name says");

        var run = await TrainerRun.StartAsync(_folder.Path, Job(), checkpoint: Kept);

        Assert.Equal(JobFailures.BadData, run.Failure);
        Assert.Contains("checkpoint: checkpoint.safetensors is damaged: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Files);
        Assert.Equal("this is no checkpoint, whatever its name says", await File.ReadAllTextAsync(KeptFile));
    }

    [Theory]
    [Trait("promise", "P11")]
    [InlineData("nothing", null)]
    [InlineData("tail cut off", "is damaged: The safetensors file ends too early.")]
    [InlineData("more at the end", "is damaged: The safetensors file goes on after its data.")]
    [InlineData("a bit of a weight", "is damaged: its content has another digest than it says")]
    [InlineData("an epoch's step", "is damaged: its content has another digest than it says")]
    [InlineData("empty", "is damaged: The safetensors file ends too early.")]
    [InlineData("another network", "does not have the tensors of this training")]
    [InlineData("a plain safetensors file", "is none: it is a safetensors file of another kind")]
    public async Task Whatever_is_wrong_with_a_checkpoint_is_named(string damage, string? reason)
    {
        await SaveAsync(channels: damage == "another network" ? 3 : 1);
        var bytes = await File.ReadAllBytesAsync(KeptFile);
        await File.WriteAllBytesAsync(KeptFile, damage switch
        {
            "tail cut off" => bytes[..^40],
            "more at the end" => [.. bytes, 0],
            "a bit of a weight" => Changed(bytes, bytes.Length - 50),
            "an epoch's step" => Changed(bytes, bytes.AsSpan().IndexOf("step\\\":"u8) + 7),
            "empty" => [],
            "a plain safetensors file" => [2, 0, 0, 0, 0, 0, 0, 0, .. "{}"u8],
            _ => bytes,
        });

        var restored = await RestoreAsync(s_origin);

        Assert.Equal(
            reason is null ? new Result<int>.Ok(1) : new Result<int>.Refused(JobFailures.BadData, $"checkpoint: checkpoint.safetensors {reason}; take it away to train from the beginning"),
            restored);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Of_a_checkpoint_damaged_in_its_last_tensor_nothing_is_taken_over()
    {
        await SaveAsync();
        var bytes = await File.ReadAllBytesAsync(KeptFile);
        await File.WriteAllBytesAsync(KeptFile, Changed(bytes, bytes.Length - 33));
        manual_seed(3);
        using var network = Network.Create("simplecnn");
        using var state = new TrainingState(network, Specs.Of(), EpochMeasure.Auc, leastSteps: 0);
        var before = state.Tensors().ToDictionary(t => t.Key, t => Convert.ToHexString(t.Value.bytes), StringComparer.Ordinal);

        var restored = await new Checkpoint(Kept, s_origin).RestoreAsync(state, TestContext.Current.CancellationToken);

        Assert.Contains("another digest", Assert.IsType<Result<int>.Refused>(restored).Sentence, StringComparison.Ordinal);
        Assert.Empty(state.Epochs);
        Assert.Equal(before, state.Tensors().ToDictionary(t => t.Key, t => Convert.ToHexString(t.Value.bytes), StringComparer.Ordinal));
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_checkpoint_of_another_training_is_refused_by_what_differs()
    {
        await SaveAsync();
        (string What, CheckpointOrigin Origin)[] others =
        [
            ("spec", s_origin with { Spec = s_origin.Data }), ("seed", s_origin with { Seed = 2 }), ("dataset", s_origin with { Data = s_origin.Spec }),
            ("precision", s_origin with { Precision = "f32" }), ("number of threads", s_origin with { Threads = 2 }),
            ("kind of device", s_origin with { Device = "CUDA" }), ("version of libtorch", s_origin with { Libtorch = "2" }),
        ];

        foreach (var (what, origin) in others)
        {
            var refused = Assert.IsType<Result<int>.Refused>(await RestoreAsync(origin));
            Assert.Contains($" is of another {what} than this job", refused.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_training_is_known_by_spec_seed_and_data_however_its_shards_are_named()
    {
        await PhantomsAsync();
        var first = await OriginAsync(Job());
        File.Move(_folder["data", "shard-00000.tar"], _folder["data", "shard-00009.tar"]);
        Assert.Equal(first, await OriginAsync(Job()));

        Assert.Equal("spec", first.Difference(await OriginAsync(Job(("learning_rate", 0.002)))));
        Assert.Equal("seed", first.Difference(await OriginAsync(Job() with { Seed = 8 })));
        await File.AppendAllTextAsync(_folder["data", TrainerJob.LabelsFile], "\n");
        Assert.Equal("dataset", first.Difference(await OriginAsync(Job())));
    }

    private static TrainerJob Job(params IEnumerable<(string Name, JsonNode? Value)> fields) =>
        TrainerRun.Job(TrainerRun.Spec([("network", "simplecnn"), ("epochs", 1), .. fields]));

    private static byte[] Changed(byte[] bytes, int at) => [.. bytes.Select((b, i) => i == at ? (byte)(b ^ 1) : b)];

    private async Task SaveAsync(int channels = 1)
    {
        using var network = Network.Create("simplecnn", channels, outputs: 2);
        using var state = new TrainingState(network, Specs.Of(), EpochMeasure.Auc, leastSteps: 0);
        state.Add(new EpochMetrics(1, 5, 0.7, 0.6, 0.5, null, null));
        await new Checkpoint(Kept, s_origin).SaveAsync(state, TestContext.Current.CancellationToken);
    }

    private async Task<Result<int>> RestoreAsync(CheckpointOrigin origin)
    {
        using var network = Network.Create("simplecnn");
        using var state = new TrainingState(network, Specs.Of(), EpochMeasure.Auc, leastSteps: 0);
        return await new Checkpoint(Kept, origin).RestoreAsync(state, TestContext.Current.CancellationToken);
    }

    private async Task<CheckpointOrigin> OriginAsync(TrainerJob job)
    {
        var plan = Assert.IsType<Result<TrialPlan>.Ok>(TrialPlan.Check(job)).Value;
        return await CheckpointOrigin.OfAsync(_folder["data"], plan, CPU, TestContext.Current.CancellationToken);
    }

    private Task PhantomsAsync() => Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 3, slicesPerPatient: 3), _folder["data"]);
}
