using System.Globalization;
using Scanlock.Contracts.Broker;

namespace Scanlock.Cli.Runs;

/// <summary>An experiment in words.</summary>
internal static class ExperimentText
{
    public static void Write(TextWriter output, ExperimentView view)
    {
        Output.Facts(
            output,
            ("experiment", view.Id),
            ("name", view.Name),
            ("dataset", $"{view.Dataset} at {view.Gateway}"),
            ("site", view.Site),
            ("state", view.State));
        foreach (var reason in view.Reasons.Where(reason => reason.Effect != "allow"))
        {
            output.WriteLine($"  {reason.Effect}: {reason.Rule}{(reason.Line > 0 ? $" (policy line {reason.Line})" : "")}: {reason.Sentence}");
        }

        foreach (var trial in view.Trials)
        {
            output.WriteLine();
            Write(output, trial);
        }
    }

    public static string Line(TrialView trial) => trial switch
    {
        { Failure: { } failure } => $"{trial.State}: {failure}{Because(trial)}",
        { State: TrialStates.Staging, Staging: { } staging } => $"staging: {Output.Bytes(staging.Sent + staging.Shared)} of {Output.Bytes(staging.Total)}, {Output.Bytes(staging.Shared)} there already{Because(trial)}",
        { State: TrialStates.Running, Progress: [.., var last] } => $"running: epoch {last.Epoch}, {Numbers(last)}{Because(trial)}",
        _ => trial.State + Because(trial),
    };

    private static void Write(TextWriter output, TrialView trial)
    {
        Output.Facts(
            output,
            ("trial", trial.Id),
            ("state", Line(trial)),
            ("job", trial.Job),
            ("staged", trial.Staging is { } staging ? $"{Output.Bytes(staging.Sent)} sent, {Output.Bytes(staging.Shared)} there already" : null),
            ("model", trial.Model));
    }

    private static string Because(TrialView trial) => trial.Explanation is { Length: > 0 } why ? $" ({why})" : "";

    private static string Numbers(ProgressView progress) =>
        string.Join(", ", progress.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key} {v.Value:0.###}")));
}
