using Scanlock.Contracts.Access;

namespace Scanlock.Broker.Gateways;

/// <summary>What came of a call to a gateway.</summary>
internal abstract record GatewayReply<T>
{
    private GatewayReply() { }

    public sealed record Got(T Value) : GatewayReply<T>;

    /// <summary>The gateway refused, and would again.</summary>
    /// <param name="Status">The HTTP status, 4xx.</param>
    /// <param name="Sentence">The refusal in words.</param>
    public sealed record Refused(int Status, string Sentence, IReadOnlyList<Reason> Reasons) : GatewayReply<T>
    {
        /// <summary>The sentence with every reason that speaks against.</summary>
        public string Explanation => GatewaySentences.Explain(Sentence, Reasons);
    }

    /// <summary>No answer, or none that decides anything; it may come later.</summary>
    public sealed record Unavailable(string Sentence) : GatewayReply<T>;
}

internal static class GatewaySentences
{
    private const int MaxLength = 2000;

    public static string Explain(string sentence, IReadOnlyList<Reason> reasons)
    {
        // Some sentences name their reasons already.
        var against = reasons.Where(reason => reason.Effect != "allow" && !sentence.Contains(reason.Sentence, StringComparison.Ordinal)).Select(reason => reason.Sentence);
        return Bounded(string.Join(' ', against.Prepend(sentence).Where(text => text.Length > 0)));
    }

    /// <summary>Text from another host, fit to be shown: one line, of bounded length.</summary>
    public static string Bounded(string text)
    {
        var line = string.Concat(text.Take(MaxLength).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();
        return text.Length > MaxLength ? line + "…" : line;
    }
}
