using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Access;
using Scanlock.Policy;

namespace Scanlock.Cli.Policies;

/// <summary>How the policy commands speak: lines for people and editors, or JSON.</summary>
internal static class PolicyOutput
{
    public static void Checked(ParseResult parse, IReadOnlyList<PolicyFile> files)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(CommandLine.Json))
        {
            output.WriteLine(JsonSerializer.Serialize(
                [.. files.Select(file => new CheckedJson(file.Path, file.Policy is not null, file.Policy?.Revision.ToString(), Problems(file)))],
                PolicyJsonContext.Default.IReadOnlyListCheckedJson));
            return;
        }

        foreach (var file in files)
        {
            WriteProblems(parse, file);
            if (file.Policy is { } policy)
            {
                output.WriteLine($"{file.Path}: a policy for '{policy.Dataset}', {Count(policy.Cases.Count, "case")}, revision {policy.Revision}");
            }
        }
    }

    public static void Tested(ParseResult parse, IReadOnlyList<TestedFile> files)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(CommandLine.Json))
        {
            output.WriteLine(JsonSerializer.Serialize(
                [.. files.Select(file => new TestedJson(file.File.Path, file.Passed, Problems(file.File), [.. file.Results.Select(Case)]))],
                PolicyJsonContext.Default.IReadOnlyListTestedJson));
            return;
        }

        foreach (var file in files)
        {
            WriteProblems(parse, file.File);
            foreach (var result in file.Results)
            {
                output.WriteLine(result.Passed
                    ? $"passed  {file.File.Path}:{result.Case.Line}: {result.Case.Name}"
                    : $"FAILED  {file.File.Path}:{result.Case.Line}: {result.Case.Name}: {result.Difference}");
            }
        }

        var results = files.SelectMany(file => file.Results).ToList();
        output.WriteLine($"{Count(results.Count(result => result.Passed), "case")} passed, {results.Count(result => !result.Passed)} failed");
    }

    public static void Explained(ParseResult parse, PolicyFile file, PolicyDecision decision)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(CommandLine.Json))
        {
            output.WriteLine(JsonSerializer.Serialize(
                new ExplainedJson(
                    file.Path, decision.Outcome.Wire(),
                    [.. decision.Reasons.Select(each => new ReasonJson(each.Rule, each.Line, file.Line(each.Line), each.Effect, each.Sentence))]),
                PolicyJsonContext.Default.ExplainedJson));
            return;
        }

        output.WriteLine(decision.Outcome.Wire());
        foreach (var reason in decision.Decisive.Concat(decision.Reasons.Except(decision.Decisive)))
        {
            WriteReason(output, file, reason);
        }
    }

    private static void WriteReason(TextWriter output, PolicyFile file, Reason reason)
    {
        output.WriteLine($"  {reason.Effect,-14}  {reason.Rule}: {reason.Sentence}");
        if (reason.Line > 0)
        {
            output.WriteLine($"  {"",-14}  {file.Path}:{reason.Line}: {file.Line(reason.Line)}");
        }
    }

    private static void WriteProblems(ParseResult parse, PolicyFile file)
    {
        foreach (var problem in file.Problems)
        {
            parse.InvocationConfiguration.Error.WriteLine(problem.Format(file.Path));
        }
    }

    private static IReadOnlyList<ProblemJson> Problems(PolicyFile file) =>
        [.. file.Problems.Select(problem => new ProblemJson(problem.At.Line, problem.At.Column, problem.Sentence))];

    private static CaseJson Case(CaseResult result)
    {
        var (one, decision) = (result.Case, result.Decision);
        return new(one.Name, one.Line, result.Passed, one.Expect.Wire(), decision.Outcome.Wire(), result.Difference, decision.Reasons);
    }

    private static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}

internal sealed record ProblemJson(int Line, int Column, string Problem);

internal sealed record CheckedJson(string File, bool Valid, string? Revision, IReadOnlyList<ProblemJson> Problems);

internal sealed record TestedJson(string File, bool Passed, IReadOnlyList<ProblemJson> Problems, IReadOnlyList<CaseJson> Cases);

internal sealed record CaseJson(
    string Name, int Line, bool Passed, string Expect, string Outcome, string? Difference, IReadOnlyList<Reason> Reasons);

internal sealed record ExplainedJson(string File, string Outcome, IReadOnlyList<ReasonJson> Reasons);

internal sealed record ReasonJson(string Rule, int Line, string Text, string Effect, string Sentence);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<CheckedJson>))]
[JsonSerializable(typeof(IReadOnlyList<TestedJson>))]
[JsonSerializable(typeof(ExplainedJson))]
internal sealed partial class PolicyJsonContext : JsonSerializerContext;
