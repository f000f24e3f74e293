using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Trials;
using Scanlock.Processes;

namespace Scanlock.Trainer.Tests;

/// <summary>How one run of the trainer, as the process it is in production, ended.</summary>
internal sealed record TrainerRun(int ExitCode, IReadOnlyList<ProgressLine> Progress, string Error, string Out)
{
    internal static readonly SpecBounds NoBounds = new(1000, 1_000_000_000, 10_000, 100_000, []);
    internal static readonly Minima NoMinima = new(1, 1, 1);

    internal IEnumerable<string> Files => Directory.EnumerateFileSystemEntries(Out).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    internal string Failure => TrainerExit.Failure(ExitCode);

    internal TrialMetrics Metrics => Wire.Read(File.ReadAllBytes(Path.Combine(Out, TrainerJob.MetricsFile)), ContractsJson.Strict.TrialMetrics);

    internal string Model => Path.Combine(Out, TrainerJob.ModelFile);

    /// <summary>A spec that learns phantoms in seconds.</summary>
    internal static JsonObject Spec(params IEnumerable<(string Name, JsonNode? Value)> fields)
    {
        var spec = new JsonObject
        {
            ["v"] = 1,
            ["network"] = "resnet18",
            ["label"] = "covid",
            ["image_size"] = 32,
            ["epochs"] = 2,
            ["batch"] = 8,
            ["device"] = "cpu",
        };
        foreach (var (name, value) in fields)
        {
            spec[name] = value;
        }

        return spec;
    }

    internal static TrainerJob Job(JsonObject spec, long seed = 7) =>
        new(1, JsonSerializer.Deserialize<JsonElement>(spec.ToJsonString()), seed, 2, TrainerJob.Bf16, NoBounds, NoMinima);

    internal static Task<TrainerRun> StartAsync(string folder, JsonObject spec, long seed = 7) => StartAsync(folder, Job(spec, seed));

    /// <summary>Trains on the data folder <c>FOLDER/data</c>.</summary>
    /// <param name="checkpoint">Folder of its checkpoint; null for none.</param>
    internal static async Task<TrainerRun> StartAsync(
        string folder, TrainerJob job, ResourceLimits? limits = null, string? programs = null, string? checkpoint = null)
    {
        var (output, arguments) = await CallAsync(folder, job, checkpoint);
        var (exit, text, error) = await RunAsync(limits, programs, arguments);
        return new TrainerRun(exit, [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line)], error, output);
    }

    /// <summary>The same, but killed once it has said so many lines; those are the answer.</summary>
    internal static async Task<IReadOnlyList<ProgressLine>> KillAsync(string folder, TrainerJob job, string checkpoint, int afterLines)
    {
        var (_, arguments) = await CallAsync(folder, job, checkpoint);
        await using var running = RunningProgram.Start(DotnetRuntime.Current().Start(Trainer(AppContext.BaseDirectory), arguments));
        using var output = new StreamReader(running.Output);
        var said = new List<ProgressLine>();

        // On a thread of its own: where all cores are busy, one of the pool may come when the training is over.
        await Task.Factory.StartNew(
            () =>
            {
                while (said.Count < afterLines && output.ReadLine() is { } line)
                {
                    said.Add(Line(line));
                }

                running.Kill();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.Equal(new ProgramExit.Signal(9), await running.Exit);
        while (await output.ReadLineAsync() is { } late)
        {
            said.Add(Line(late));
        }

        return said;
    }

    internal static Task<(int ExitCode, string Output, string Error)> RunAsync(params IEnumerable<string> arguments) => RunAsync(null, null, arguments);

    private static async Task<(string Out, string[] Arguments)> CallAsync(string folder, TrainerJob job, string? checkpoint)
    {
        var output = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        var jobFile = output + ".json";
        await File.WriteAllBytesAsync(jobFile, Wire.Write(job, ContractsJson.Strict.TrainerJob));
        string[] arguments = ["--job", jobFile, "--data", Path.Combine(folder, "data"), "--out", output];
        return (output, checkpoint is null ? arguments : [.. arguments, "--checkpoint", checkpoint]);
    }

    private static ProgressLine Line(string line) => Wire.Read(Encoding.UTF8.GetBytes(line), ContractsJson.Strict.ProgressLine);

    private static string Trainer(string folder) => Path.Combine(folder, "Scanlock.Trainer.dll");

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(ResourceLimits? limits, string? programs, params IEnumerable<string> arguments)
    {
        var start = DotnetRuntime.Current().Start(Trainer(programs ?? AppContext.BaseDirectory), arguments);
        if (limits is not null)
        {
            // Where address space is bounded, .NET must not reserve all there is, nor map its code twice.
            start = limits.Apply(start with
            {
                Environment = new Dictionary<string, string>(start.Environment, StringComparer.Ordinal)
                {
                    ["DOTNET_GCHeapHardLimit"] = "0x20000000",
                    ["DOTNET_EnableWriteXorExecute"] = "0",
                },
            });
        }

        var result = await ProgramRunner.RunTextAsync(start, new RunLimits(TimeSpan.FromMinutes(10)));
        return result.End is ProgramEnd.Exited { Exit: ProgramExit.Status(var code) }
            ? (code, result.Output, result.ErrorTail)
            : throw new InvalidOperationException($"the trainer {result.End}: {result.ErrorTail}");
    }
}
