using System.Globalization;
using System.Text.Json;
using Scanlock.Contracts.Broker;

namespace Scanlock.Cli.Runs;

/// <summary>An experiment in words.</summary>
internal static class ExperimentText
{
    private const string NeedsApproval = "needs-approval";

    /// <summary>Experiments with more trials are shown as a table, a line each.</summary>
    private const int MostInFull = 3;

    /// <summary>Lines of that table; who wants all takes the JSON.</summary>
    private const int MostLines = 100;

    public static void Write(TextWriter output, ExperimentView view)
    {
        Output.Facts(
            output,
            ("experiment", view.Id),
            ("name", view.Name),
            ("dataset", $"{view.Dataset} at {view.Gateway}"),
            ("site", view.Site),
            ("state", view.Trials.Count > MostInFull ? $"{view.State} ({Counts(view)})" : view.State));
        Output.Reasons(output, view.Reasons, includeAllow: false);
        if (Decides(view) is { } command)
        {
            output.WriteLine($"  {command}");
        }

        if (view.Trials.Count > MostInFull)
        {
            output.WriteLine();
            Output.Table(
                output,
                ["trial", "choices", "state"],
                view.Trials.Take(MostLines).Select(trial => (string[])[trial.Id, Output.Printable(Choices(trial.Choices)), Line(view, trial)]));
            output.Write(view.Trials.Count > MostLines ? $"and {view.Trials.Count - MostLines} more: --json shows all{Environment.NewLine}" : "");
            return;
        }

        foreach (var trial in view.Trials)
        {
            output.WriteLine();
            Write(output, view, trial);
        }
    }

    /// <summary>How many trials are in which state, such as <c>3 running, 12 finished</c>.</summary>
    public static string Counts(ExperimentView view) => string.Join(", ", view.Counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {count.Key}")));

    /// <summary>What its search chose, such as <c>learning_rate 0.01, network vgg16</c>.</summary>
    public static string Choices(IReadOnlyDictionary<string, JsonElement> choices) => string.Join(", ", choices.Select(choice => $"{choice.Key} {choice.Value}"));

    /// <summary>Who must agree before an experiment can go on, and how they do; null while it waits for nobody.</summary>
    public static string? WaitsFor(ExperimentView view) => Decides(view) is { } command
        ? string.Join(
            Environment.NewLine,
            view.Reasons.Where(reason => reason.Effect == NeedsApproval).Select(reason => Output.Printable($"needs approval: {reason.Sentence}")).Append(command))
        : null;

    /// <summary>How a trial stands, without the reasons of its experiment.</summary>
    public static string Line(ExperimentView view, TrialView trial) => Output.Printable(trial switch
    {
        { Failure: { } failure } => $"{trial.State}: {failure}{Because(view, trial)}",
        { State: TrialStates.Staging, Staging: { } staging } => $"staging: {Output.Bytes(staging.Sent + staging.Shared)} of {Output.Bytes(staging.Total)}, {Output.Bytes(staging.Shared)} there already{Because(view, trial)}",
        { State: TrialStates.Running, Progress: [.., var last] } => $"running: epoch {last.Epoch}, {Numbers(last)}{Because(view, trial)}",
        _ => trial.State + Because(view, trial),
    });

    private static void Write(TextWriter output, ExperimentView view, TrialView trial)
    {
        Output.Facts(
            output,
            ("trial", trial.Id),
            ("choices", trial.Choices.Count > 0 ? Output.Printable(Choices(trial.Choices)) : null),
            ("state", Line(view, trial)),
            ("job", trial.Job),
            ("staged", trial.Staging is { } staging ? $"{Output.Bytes(staging.Sent)} sent, {Output.Bytes(staging.Shared)} there already" : null),
            ("model", trial.Model));
    }

    private static string? Decides(ExperimentView view) =>
        view.State == TrialStates.WaitingApproval && view.Reasons.Any(reason => reason.Effect == NeedsApproval)
            ? Output.Printable($"who may decide does so at the gateway '{view.Gateway}': scanlock access approve {view.Permit} --comment TEXT")
            : null;

    /// <summary>The broker's explanation repeats the experiment's reasons, which are shown by themselves.</summary>
    private static string Because(ExperimentView view, TrialView trial)
    {
        var repeated = view.Reasons.Where(reason => reason.Effect != "allow" && trial.Explanation?.Contains(reason.Sentence, StringComparison.Ordinal) == true).ToList();
        if (trial.State == TrialStates.WaitingApproval && repeated.Count > 0)
        {
            return "";
        }

        var why = repeated.Aggregate(trial.Explanation ?? "", (text, reason) => text.Replace(reason.Sentence, "", StringComparison.Ordinal)).Trim();
        return why.Length > 0 ? $" ({why})" : "";
    }

    private static string Numbers(ProgressView progress) =>
        string.Join(", ", progress.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key} {v.Value:0.###}")));
}
