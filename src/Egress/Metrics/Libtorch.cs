using System.Text.RegularExpressions;

namespace Scanlock.Egress;

/// <summary>The one free text in metrics: a version.</summary>
internal static partial class Libtorch
{
    /// <summary>The three numbers of a version such as <c>2.5.1+cu124</c>; null where it is none.</summary>
    public static string? Version(string text) => Form().Match(text) is { Success: true } match ? match.Groups["numbers"].Value : null;

    [GeneratedRegex(
        @"^(?<numbers>[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})(\+[a-z0-9.]{1,20})?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
