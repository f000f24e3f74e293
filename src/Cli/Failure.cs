using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Cli;

/// <summary>Says on stderr why a command did not do what it was asked: a sentence, or with <c>--json</c> an object.</summary>
internal static class Failure
{
    /// <param name="exitCode">One of <see cref="ExitCode"/>, returned again.</param>
    /// <param name="reason">A stable kebab-case name for programs.</param>
    /// <param name="message">A sentence for people.</param>
    public static int Report(ParseResult parse, int exitCode, string reason, string message)
    {
        var command = parse.CommandResult.Command.Name;
        var line = parse.GetValue(CommandLine.Json)
            ? JsonSerializer.Serialize(new FailureJson(command, reason, message), FailureJsonContext.Default.FailureJson)
            : $"scanlock {command}: {message}";
        parse.InvocationConfiguration.Error.WriteLine(line);
        return exitCode;
    }
}

internal sealed record FailureJson(string Command, string Reason, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FailureJson))]
internal sealed partial class FailureJsonContext : JsonSerializerContext;
