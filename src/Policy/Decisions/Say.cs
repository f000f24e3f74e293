using System.Globalization;

namespace Scanlock.Policy;

/// <summary>How findings are made and how values appear in their sentences: short, on one line, whatever a stranger sent.</summary>
internal static class Say
{
    public static Finding Allow(this PolicyDocument policy, string rule, string sentence, string? at = null) =>
        new(Outcome.Allow, rule, policy.LineOf(at ?? rule), sentence);

    public static Finding NeedsApproval(this PolicyDocument policy, string rule, string sentence, string? at = null) =>
        new(Outcome.NeedsApproval, rule, policy.LineOf(at ?? rule), sentence);

    public static Finding Deny(this PolicyDocument policy, string rule, string sentence, string? at = null) =>
        new(Outcome.Deny, rule, policy.LineOf(at ?? rule), sentence);

    public static string Short(string text) => Section.Shown(text);

    public static string Quoted(string text) => $"'{Short(text)}'";

    /// <summary>"only a, b are" or "none is".</summary>
    public static string Only(IReadOnlyList<string> allowed) => allowed.Count switch
    {
        0 => "none is",
        1 => $"only {Short(allowed[0])} is",
        <= 8 => $"only {string.Join(", ", allowed.Select(Short))} are",
        _ => $"only {string.Join(", ", allowed.Take(8).Select(Short))} and {allowed.Count - 8} more are",
    };

    public static string Roles(IReadOnlyList<string> roles) => roles.Count == 0
        ? "somebody without a role"
        : $"a {string.Join(" and ", roles.Take(8).Select(Short))}";

    public static string Moment(DateTimeOffset moment) =>
        moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string People(int count, string role) => count == 1 ? $"one {role}" : $"{count} people who are {role}";
}
