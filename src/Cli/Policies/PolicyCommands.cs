using System.CommandLine;
using Scanlock.Policy;

namespace Scanlock.Cli.Policies;

/// <summary><c>policy check</c>, <c>policy test</c>, <c>policy explain</c>: a steward's tools, no gateway needed.</summary>
internal static class PolicyCommands
{
    public static IEnumerable<Command> All() =>
        [new Command("policy", "Check policy files, run their cases, explain what they decide.") { Check(), Test(), Explain() }];

    private static Command Check()
    {
        var files = Files("The policy files to check.");
        var command = new Command("check", "Report every mistake of policy files as FILE:LINE:COLUMN. Exits 1 if there is one.") { files };
        command.SetAction(parse =>
        {
            var reports = parse.GetRequiredValue(files).Select(PolicyFile.Read).ToList();
            PolicyOutput.Checked(parse, reports);
            return reports.All(file => file.Policy is not null) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Command Test()
    {
        var files = Files("The policy files whose cases to run.");
        var command = new Command("test", "Run the cases that policy files carry under 'tests'. Exits 1 if one fails.") { files };
        command.SetAction(parse =>
        {
            var reports = parse.GetRequiredValue(files).Select(PolicyFile.Read).ToList();
            var results = reports.Select(file => new TestedFile(file, file.Policy is { } policy ? PolicyTests.Run(policy) : [])).ToList();
            PolicyOutput.Tested(parse, results);
            return results.All(file => file.Passed) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Command Explain()
    {
        var file = new Argument<string>("FILE") { Description = "The policy file." };
        var request = new Option<string?>("--request")
        {
            HelpName = "FILE",
            Description = "A request, YAML or JSON, with the keys of a case's 'request'.",
        };
        var one = new Option<string?>("--case") { HelpName = "NAME", Description = "The case of that name in the policy file." };
        var command = new Command(
            "explain", "Show what a policy decides on a request: every rule, its line, and why. Exits 3 if it is denied.") { file, request, one };
        command.Validators.Add(result =>
        {
            if (result.GetValue(request) is null == result.GetValue(one) is null)
            {
                result.AddError("Give either --request FILE or --case NAME.");
            }
        });
        command.SetAction(parse => PolicyFile.Read(parse.GetRequiredValue(file)) switch
        {
            { Policy: { } policy } read => Explain(parse, read, policy, parse.GetValue(request), parse.GetValue(one)),
            var broken => Broken(parse, broken),
        });
        return command;
    }

    private static int Explain(ParseResult parse, PolicyFile file, PolicyDocument policy, string? requestFile, string? caseName)
    {
        CaseRequest? request;
        if (requestFile is not null)
        {
            (request, var problems) = PolicyLoader.LoadRequest(PolicyFile.Bytes(requestFile));
            if (request is null)
            {
                return Broken(parse, new PolicyFile(requestFile, null, problems, []));
            }
        }
        else if ((request = policy.Cases.FirstOrDefault(one => one.Name == caseName)?.Request) is null)
        {
            var names = policy.Cases.Count == 0 ? "it has none" : $"it has: {string.Join("; ", policy.Cases.Select(one => one.Name))}";
            return Failure.Report(parse, ExitCode.Failed, "unknown-case", $"{file.Path} has no case of that name; {names}");
        }

        var decision = request.DecideUnder(policy);
        PolicyOutput.Explained(parse, file, decision);
        return decision.Outcome == Outcome.Deny ? ExitCode.RefusedByPolicy : ExitCode.Done;
    }

    private static int Broken(ParseResult parse, PolicyFile file)
    {
        PolicyOutput.Checked(parse, [file]);
        return ExitCode.Failed;
    }

    private static Argument<string[]> Files(string description) => new("FILE") { Description = description, Arity = ArgumentArity.OneOrMore };
}
