using System.Text.RegularExpressions;
using Scanlock.Testing;

namespace Scanlock.Conventions.Tests;

/// <summary>What every source file keeps to.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 320;

    /// <summary>Words that would stand for a patient, a scan's original identity or an upload's file in a log line.</summary>
    private static readonly string[] s_identifying =
        ["patient", "name}", "birth", "uid", "accession", "filename", "file}", "path}", "study", "series", "instance", "header", "value}", "password", "token}", "secret"];

    [Fact]
    [Trait("promise", "P11")]
    public void No_log_template_of_a_host_names_an_identifier()
    {
        var templates = Sources("src")
            .SelectMany(file => LogTemplate().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), Template: match.Groups["template"].Value)))
            .ToList();
        Assert.NotEmpty(templates);
        Assert.DoesNotContain(templates, t => Placeholder().Matches(t.Template)
            .Any(placeholder => s_identifying.Any(word => placeholder.Value.Contains(word, StringComparison.OrdinalIgnoreCase))));
    }

    [Fact]
    public void Log_methods_are_source_generated_and_have_an_id_of_their_own()
    {
        var ids = Sources("src").SelectMany(file => EventId().Matches(File.ReadAllText(file)).Select(match => (Id: match.Groups["id"].Value, Project: ProjectOf(file)))).ToList();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.DoesNotContain(Sources("src"), file => DirectLogging().IsMatch(File.ReadAllText(file)));
    }

    [Fact]
    public void No_file_is_longer_than_a_reader_keeps_in_mind() =>
        Assert.DoesNotContain(Sources("src").Concat(Sources("tests")), file => File.ReadLines(file).Count() > MaxLines);

    [Fact]
    public void No_folder_is_called_by_its_layer() =>
        Assert.DoesNotContain(
            Sources("src").Select(file => Path.GetDirectoryName(file)!),
            folder => Path.GetFileName(folder) is "Services" or "Helpers" or "Managers" or "Utils" or "Utilities" or "Common");

    [Fact]
    public void Only_Processes_starts_programs() =>
        Assert.DoesNotContain(Sources("src"), file => ProjectOf(file) != "Processes" && StartsProcess().IsMatch(File.ReadAllText(file)));

    /// <summary>Every setting that makes a reader strict; the generator's own defaults let each of these pass.</summary>
    [Theory]
    [InlineData("UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow")]
    [InlineData("RespectNullableAnnotations = true")]
    [InlineData("RespectRequiredConstructorParameters = true")]
    [InlineData("AllowDuplicateProperties = false")]
    [InlineData("MaxDepth = ")]
    public void What_reads_a_peers_json_is_strict(string setting)
    {
        var contexts = Sources("src").Where(file => ProjectOf(file) is "Contracts" or "HpcAgent").Select(File.ReadAllText)
            .Where(text => text.Contains(": JsonSerializerContext", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, contexts.Count);
        Assert.All(contexts, text => Assert.Contains(setting, JsonOptions().Match(text).Value, StringComparison.Ordinal));
    }

    private static string ProjectOf(string file) => Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Split(Path.DirectorySeparatorChar)[0];

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    [GeneratedRegex("""\[LoggerMessage\([^\]]*?Message\s*=\s*"(?<template>(?:[^"\\]|\\.)*)"(?:\s*\+\s*"(?<template>(?:[^"\\]|\\.)*)")*""", RegexOptions.Singleline)]
    private static partial Regex LogTemplate();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\[LoggerMessage\([^\]]*?EventId\s*=\s*(?<id>\d+)", RegexOptions.Singleline)]
    private static partial Regex EventId();

    [GeneratedRegex(@"\[JsonSourceGenerationOptions\([^\]]*\)\]", RegexOptions.Singleline)]
    private static partial Regex JsonOptions();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex DirectLogging();

    [GeneratedRegex(@"Process\.Start\(|new Process\b|new ProcessStartInfo")]
    private static partial Regex StartsProcess();
}
