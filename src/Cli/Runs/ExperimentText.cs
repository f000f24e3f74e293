using System.Globalization;
using Scanlock.Contracts.Broker;

namespace Scanlock.Cli.Runs;

/// <summary>An experiment in words.</summary>
internal static class ExperimentText
{
    private const string NeedsApproval = "needs-approval";

    public static void Write(TextWriter output, ExperimentView view)
    {
        Output.Facts(
            output,
            ("experiment", view.Id),
            ("name", view.Name),
            ("dataset", $"{view.Dataset} at {view.Gateway}"),
            ("site", view.Site),
            ("state", view.State));
        Output.Reasons(output, view.Reasons, includeAllow: false);
        if (Decides(view) is { } command)
        {
            output.WriteLine($"  {command}");
        }

        foreach (var trial in view.Trials)
        {
            output.WriteLine();
            Write(output, view, trial);
        }
    }

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
            ("state", Line(view, trial)),
            ("job", trial.Job),
            ("staged", trial.Staging is { } staging ? $"{Output.Bytes(staging.Sent)} sent, {Output.Bytes(staging.Shared)} there already" : null),
            ("model", trial.Model));
    }

    private static string? Decides(ExperimentView view) =>
        view.State == TrialStates.WaitingApproval && view.Reasons.Any(reason => reason.Effect == NeedsApproval)
            ? Output.Printable($"who may decide does so at the gateway '{view.Gateway}': scanlock access approve {view.Id} --comment TEXT")
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
