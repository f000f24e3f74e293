using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Scanlock.Audit;

namespace Scanlock.Cli.Audit;

/// <summary>Says what was checked, what was not, and what is wrong.</summary>
internal static class VerifyOutput
{
    public static int Show(ParseResult parse, VerificationReport report, InclusionProof? proof)
    {
        var json = new VerifyJson(
            report.Verified,
            report.Statement,
            report.Log,
            report.Origin,
            report.Size,
            report.Root?.ToBase64(),
            [.. report.Anchors.Select(a => new AnchorJson(a.From, a.Size, a.WitnessedBy, a.WitnessedAt))],
            Entry(proof),
            Findings(report.Findings),
            report.FindingsLeftOut);
        Output.Show(parse, json, AuditJson.Default.VerifyJson, output =>
        {
            Output.Facts(
                output,
                ("log", report.Log),
                ("origin", report.Origin),
                ("entries", report.Size?.ToString("N0", CultureInfo.InvariantCulture)),
                ("root", report.Root?.ToBase64()),
                ("checked", report.Size is null ? "the checkpoint only" : Checked(report, proof)),
                ("not checked", NotChecked(report)),
                ("result", report.Verified ? report.Statement : Failed(report)));
            Show(output, report.Findings, report.FindingsLeftOut);
        });
        return report.Verified ? ExitCode.Done : ExitCode.VerificationFailed;
    }

    public static int Show(ParseResult parse, InclusionProof proof, VerifierKey key, IReadOnlyList<Finding> findings)
    {
        var holds = findings.Count == 0;
        var json = new ProofJson(holds, key.Name, proof.Checkpoint.Size, Entry(proof)!, Findings(findings));
        Output.Show(parse, json, AuditJson.Default.ProofJson, output =>
        {
            Output.Facts(
                output,
                ("origin", key.Name),
                ("entry", string.Create(CultureInfo.InvariantCulture, $"{proof.Index} of {proof.Checkpoint.Size}")),
                ("holds", Encoding.UTF8.GetString(proof.Entry.Span)),
                ("checked", "the checkpoint's signature, and the path from the entry to the root it signs"),
                ("not checked", "the log itself: give --log"),
                ("result", holds ? "the log signed this entry, at this place" : "NOT VERIFIED"));
            Show(output, findings, 0);
        });
        return holds ? ExitCode.Done : ExitCode.VerificationFailed;
    }

    private static string Checked(VerificationReport report, InclusionProof? proof)
    {
        var parts = new List<string> { "the checkpoint's signature", "every entry, every tile, the root derived from the entries alone" };
        parts.AddRange(report.Anchors.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.From} ({a.Size:N0} entries"
            + $"{(a.WitnessedAt is { } at ? $", seen by {a.WitnessedBy} on {at:yyyy-MM-dd HH:mm:ss}Z" : "")})")));
        if (proof is not null)
        {
            parts.Add($"the proof of entry {proof.Index}");
        }

        return string.Join("; ", parts);
    }

    private static string? NotChecked(VerificationReport report) => report switch
    {
        { Size: null } => "anything below the checkpoint",
        { Anchors.Count: 0, Verified: true } => "rollback: give --since with a checkpoint kept earlier, or --witness",
        _ => null,
    };

    private static string Failed(VerificationReport report)
    {
        var count = report.Findings.Count + report.FindingsLeftOut;
        return string.Create(CultureInfo.InvariantCulture, $"NOT VERIFIED: {count:N0} {(count == 1 ? "finding" : "findings")}");
    }

    private static void Show(TextWriter output, IReadOnlyList<Finding> findings, long leftOut)
    {
        foreach (var finding in findings)
        {
            var kind = JsonNamingPolicy.KebabCaseLower.ConvertName(finding.Kind.ToString());
            output.WriteLine($"  {kind}: {Output.Printable(finding.Where)}: {Output.Printable(finding.What)}");
        }

        if (leftOut > 0)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  and {leftOut:N0} more"));
        }
    }

    private static ProvedJson? Entry(InclusionProof? proof) =>
        proof is null ? null : new(proof.Index, Encoding.UTF8.GetString(proof.Entry.Span));

    private static IReadOnlyList<FindingJson> Findings(IReadOnlyList<Finding> findings) =>
    [
        .. findings.Select(f => new FindingJson(
            JsonNamingPolicy.KebabCaseLower.ConvertName(f.Kind.ToString()), f.Where, f.FirstEntry, f.LastEntry, f.What)),
    ];
}
