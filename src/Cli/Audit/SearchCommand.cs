using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Scanlock.Audit;

namespace Scanlock.Cli.Audit;

/// <summary><c>audit search</c>: who did what, when, and what was decided.</summary>
internal static class SearchCommand
{
    public static Command Build()
    {
        var log = LogArgument.Log();
        var actor = new Option<string?>("--actor") { HelpName = "TEXT", Description = "Part of who acted." };
        var act = new Option<string?>("--act") { HelpName = "ACT", Description = "The act, such as access.request; or its first word, such as access." };
        var subject = new Option<string?>("--subject") { HelpName = "ID", Description = "The id of anything acted on; or KIND:ID, such as dataset:covid-ct." };
        var decision = new Option<string?>("--decision") { HelpName = "DECISION", Description = "allow, needs-approval or deny." };
        var from = Time("--from", "Not before this time (ISO 8601; UTC where it names no zone).");
        var to = Time("--to", "Before this time.");
        var text = new Option<string?>("--text") { HelpName = "TEXT", Description = "Part of a reason, a comment or any of the above." };
        var newest = new Option<bool>("--newest-first") { Description = "The newest first; the oldest otherwise." };
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "At most so many.", DefaultValueFactory = _ => 1000 };
        var command = new Command(
            "search", "Find entries of a log. Reading proves nothing: audit verify does.")
        {
            log, actor, act, subject, decision, from, to, text, newest, limit,
        };
        AuditCommands.Act(command, async (parse, cancellationToken) =>
        {
            var query = new AuditQuery(
                parse.GetValue(actor), parse.GetValue(act), parse.GetValue(subject), parse.GetValue(decision),
                parse.GetValue(from), parse.GetValue(to), parse.GetValue(text));
            using var opened = LogArgument.Open(parse, parse.GetRequiredValue(log));
            var found = 0;
            await foreach (var entry in opened.Reader.SearchAsync(query, parse.GetValue(newest), cancellationToken))
            {
                if (found++ == parse.GetValue(limit))
                {
                    parse.InvocationConfiguration.Error.WriteLine($"{Failure.Prefix(parse)}: more than {parse.GetValue(limit)}; narrow the search or raise --limit");
                    break;
                }

                parse.InvocationConfiguration.Output.WriteLine(parse.GetValue(CommandLine.Json)
                    ? JsonSerializer.Serialize(new EntryJson(entry.Index, entry.Entry), AuditJson.Default.EntryJson)
                    : Line(entry));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Line(FoundEntry found)
    {
        var entry = found.Entry;
        var subjects = string.Join(' ', entry.Subjects.Select(s => $"{s.Key}:{s.Value}"));
        var reasons = string.Concat(entry.Reasons.Select(r => "\n        " + Output.Printable($"{r.Effect}: {r.Rule}: {r.Sentence}")));
        var comment = entry.Comment is null ? "" : $"\n        \"{Output.Printable(entry.Comment)}\"";
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{found.Index,6}  {entry.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {entry.Act}  {entry.Decision ?? "-"}  {entry.Actor}  {subjects}");
        return Output.Printable(line) + reasons + comment;
    }

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = result => Parse(result),
    };

    private static DateTimeOffset? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        result.AddError($"'{text}' is not a time; write it as 2026-11-21 or 2026-11-21T14:30:00Z.");
        return null;
    }
}
