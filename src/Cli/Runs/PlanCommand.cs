using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Searches;
using Scanlock.Contracts.Trials;

namespace Scanlock.Cli.Runs;

/// <summary><c>run plan</c>: what an experiment will do, before anybody is asked. The broker plans the same trials from the same file.</summary>
internal static class PlanCommand
{
    /// <summary>Lines of trials that people are shown; who wants all takes the JSON.</summary>
    private const int MostLines = 50;

    /// <summary>A weight, its gradient and Adam's two moments, 4 bytes each.</summary>
    private const int BytesPerParameter = 16;

    public static Command Build()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The experiment, YAML or JSON." };
        var command = new Command("plan", "Show the trials of an experiment and what a permit must allow, without handing it in.") { file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            ExperimentSpec spec;
            try
            {
                spec = await ExperimentFile.ReadAsync(parse.GetRequiredValue(file), cancellationToken);
            }
            catch (FormatException e)
            {
                return Failure.Report(parse, ExitCode.Failed, "bad-experiment", e.Message);
            }

            return SearchPlanner.Plan(spec.Trial, spec.Seed, spec.Search) switch
            {
                SearchPlanResult.Valid(var plan) => Output.Show(parse, Json(plan), PlanJsonContext.Default.PlanJson, output => Write(output, spec, plan)),
                SearchPlanResult.Invalid(var problems) => Failure.Report(parse, ExitCode.Failed, "bad-experiment", string.Join("; ", problems)),
                _ => throw new InvalidOperationException("No such plan."),
            };
        });
        return command;
    }

    private static PlanJson Json(SearchPlan plan) => new(
        plan.Configurations, plan.LeastBounds(), [.. plan.Trials.Select(trial => new PlannedTrialJson(trial.Ordinal, trial.Configuration, trial.Choices, trial.Seed, trial.Identity))]);

    private static void Write(TextWriter output, ExperimentSpec spec, SearchPlan plan)
    {
        var least = plan.LeastBounds();
        var largest = plan.Trials.MaxBy(trial => TrialNetworks.Parameters(trial.Spec))!.Spec;
        Output.Facts(
            output,
            ("trials", plan.Configurations == plan.Trials.Count ? Number(plan.Trials.Count) : $"{Number(plan.Trials.Count)}: {Number(plan.Configurations)} configurations, each in {Number(plan.Trials.Count / plan.Configurations)} folds"),
            ("epochs", $"{Number(plan.Trials.Sum(trial => (long)trial.Spec.EpochsInAll))} in all, at most {Number(least.Epochs)} of one trial"),
            ("largest", $"{largest.Network}, {Number(least.Parameters)} parameters: {Output.Bytes(least.Parameters * BytesPerParameter)} for weights, gradients and an Adam's moments, beside data and activations"),
            ("at most", $"{Number(plan.Trials.Count * (long)spec.Resources.Minutes)} minutes of {Number(spec.Resources.Cpus)} cores and {Number(spec.Resources.Gpus)} GPUs, by the trials' time limits"),
            ("permit", $"must allow {Number(least.Trials)} trials, {Number(least.Parameters)} parameters, {Number(least.Epochs)} epochs, {Number(least.ProgressValues)} progress values"));
        if (plan.Trials is [{ Choices.Count: 0 }])
        {
            return;
        }

        output.WriteLine();
        Output.Table(output, ["trial", "choices"], plan.Trials.Take(MostLines).Select(trial => (string[])[Number(trial.Ordinal), ExperimentText.Choices(trial.Choices)]));
        output.Write(plan.Trials.Count > MostLines ? $"and {Number(plan.Trials.Count - MostLines)} more: --json shows all{Environment.NewLine}" : "");
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}

/// <param name="Bounds">The least that a permit must allow.</param>
internal sealed record PlanJson(int Configurations, SpecBounds Bounds, IReadOnlyList<PlannedTrialJson> Trials);

internal sealed record PlannedTrialJson(int Ordinal, int Configuration, IReadOnlyDictionary<string, JsonElement> Choices, long Seed, Sha256Digest Identity);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PlanJson))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
