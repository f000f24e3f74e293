using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Scanlock.Contracts.Access;
using Spectre.Console;

namespace Scanlock.Cli;

/// <summary>How commands show what they got: for people as lines and tables, with <c>--json</c> as the host's own JSON.</summary>
internal static class Output
{
    /// <summary>Writes the value as JSON if asked to; else lets the caller show it.</summary>
    public static int Show<T>(ParseResult parse, T value, JsonTypeInfo<T> type, Action<TextWriter> show)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(CommandLine.Json))
        {
            output.WriteLine(JsonSerializer.Serialize(value, type));
        }
        else
        {
            show(output);
        }

        return ExitCode.Done;
    }

    /// <summary>A table without borders, columns as wide as they need to be.</summary>
    public static void Table(TextWriter output, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().NoBorder();
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))).NoWrap());
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Printable(cell))));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });

        // A pipe has no width of its own; wrapping there would break the lines that programs read.
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 400;
        }

        console.Write(table);
    }

    /// <summary>Name and value a line, values aligned.</summary>
    public static void Facts(TextWriter output, params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        var width = 0;
        foreach (var (name, _) in facts)
        {
            width = Math.Max(width, name.Length);
        }

        foreach (var (name, value) in facts)
        {
            if (value is not null)
            {
                output.WriteLine($"{name.PadRight(width)}  {Printable(value)}");
            }
        }
    }

    /// <summary>A decision's reasons, a line each.</summary>
    /// <param name="includeAllow">Also those that only say what was in order.</param>
    public static void Reasons(TextWriter output, IEnumerable<Reason> reasons, bool includeAllow)
    {
        foreach (var reason in reasons.Where(reason => includeAllow || reason.Effect != "allow"))
        {
            output.WriteLine(Printable($"  {reason.Effect}: {reason.Rule}{(reason.Line > 0 ? $" (policy line {reason.Line})" : "")}: {reason.Sentence}"));
        }
    }

    /// <summary>Text of other people or hosts as one line, without what a terminal would obey: escapes, and marks that turn the direction of writing.</summary>
    public static string Printable(string text) => string.Concat(text.Select(c => c switch
    {
        '\n' or '\r' or '\t' or '\u2028' or '\u2029' => ' ',
        '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') => '\uFFFD',
        _ => char.IsControl(c) ? '\uFFFD' : c,
    }));

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{bytes / 1024.0:0.0} KiB",
        < 1024L * 1024 * 1024 => $"{bytes / (1024.0 * 1024):0.0} MiB",
        _ => $"{bytes / (1024.0 * 1024 * 1024):0.00} GiB",
    };

    /// <summary>A progress bar on stderr where that is a terminal; else the work alone.</summary>
    public static async Task<T> WithProgressAsync<T>(ParseResult parse, string title, double total, Func<Action<double>, Task<T>> work)
    {
        if (Console.IsErrorRedirected || parse.GetValue(CommandLine.Json))
        {
            return await work(_ => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(title, maxValue: Math.Max(total, 1));
                return await work(by => task.Increment(by));
            });
    }
}
