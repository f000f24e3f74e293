using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts.Access;

namespace Scanlock.Cli;

/// <summary>Says on stderr why a command did not do what it was asked: a sentence, or with <c>--json</c> an object.</summary>
internal static class Failure
{
    /// <param name="exitCode">One of <see cref="ExitCode"/>, returned again.</param>
    /// <param name="reason">A stable kebab-case name for programs.</param>
    /// <param name="message">A sentence for people.</param>
    public static int Report(ParseResult parse, int exitCode, string reason, string message)
    {
        var line = parse.GetValue(CommandLine.Json)
            ? JsonSerializer.Serialize(new FailureJson(CommandOf(parse), reason, message), FailureJsonContext.Default.FailureJson)
            : $"{Prefix(parse)}: {Output.Printable(message)}";
        parse.InvocationConfiguration.Error.WriteLine(line);
        return exitCode;
    }

    /// <summary>Likewise for what a host refused, with every reason and every fault it named.</summary>
    public static int Report(ParseResult parse, HostProblemException problem)
    {
        if (parse.GetValue(CommandLine.Json))
        {
            var json = new HostFailureJson(CommandOf(parse), problem.Name, problem.Message, problem.Reasons, problem.Errors);
            parse.InvocationConfiguration.Error.WriteLine(JsonSerializer.Serialize(json, FailureJsonContext.Default.HostFailureJson));
            return problem.ExitCode;
        }

        Report(parse, problem.ExitCode, problem.Name, problem.Message);
        Output.Reasons(parse.InvocationConfiguration.Error, problem.Reasons, includeAllow: false);
        foreach (var error in problem.Errors)
        {
            parse.InvocationConfiguration.Error.WriteLine($"  {Output.Printable(error)}");
        }

        return problem.ExitCode;
    }

    /// <summary>How a line on stderr begins: the program and the command, as they are typed.</summary>
    public static string Prefix(ParseResult parse) => $"scanlock {CommandOf(parse)}".TrimEnd();

    private static string CommandOf(ParseResult parse)
    {
        var names = new Stack<string>();
        for (var result = parse.CommandResult; result.Parent is CommandResult parent; result = parent)
        {
            names.Push(result.Command.Name);
        }

        return string.Join(' ', names);
    }
}

internal sealed record FailureJson(string Command, string Reason, string Message);

internal sealed record HostFailureJson(string Command, string Reason, string Message, IReadOnlyList<Reason> Reasons, IReadOnlyList<string> Errors);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FailureJson))]
[JsonSerializable(typeof(HostFailureJson))]
internal sealed partial class FailureJsonContext : JsonSerializerContext;
