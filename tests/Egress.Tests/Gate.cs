namespace Scanlock.Egress.Tests;

/// <summary>Sends models through the gate.</summary>
internal static class Gate
{
    public static async Task<(ModelVerdict Verdict, byte[] Written)> PassAsync(byte[] file, GateRules rules)
    {
        using var output = new MemoryStream();
        var verdict = await ModelGate.PassAsync(new MemoryStream(file), output, rules, Sample.Steps, TestContext.Current.CancellationToken);
        return (verdict, output.ToArray());
    }

    public static async Task<(ModelVerdict.Accepted Accepted, byte[] Written)> AcceptedAsync(byte[] file)
    {
        var (verdict, written) = await PassAsync(file, Sample.Rules);
        if (verdict is ModelVerdict.Refused refused)
        {
            Assert.Fail(string.Join("; ", refused.Reasons.Select(reason => reason.Sentence)));
        }

        return ((ModelVerdict.Accepted)verdict, written);
    }

    /// <summary>Refused for that reason, and with nothing of the file in any reason.</summary>
    public static async Task<byte[]> RefusedAsync(byte[] file, string reason, GateRules? rules = null)
    {
        var (verdict, written) = await PassAsync(file, rules ?? Sample.Rules);
        var refused = Assert.IsType<ModelVerdict.Refused>(verdict);
        Assert.Contains(refused.Reasons, found => found.Sentence.Contains(reason, StringComparison.Ordinal));
        Assert.DoesNotContain(refused.Reasons, found => found.Sentence.Contains("MARKER", StringComparison.Ordinal));
        Assert.InRange(refused.Reasons.Count, 1, 20);
        return written;
    }
}
