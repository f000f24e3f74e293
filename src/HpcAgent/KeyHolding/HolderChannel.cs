using Scanlock.Contracts.Agent;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>The key holder's side of its conversation with run-step.</summary>
internal sealed class HolderChannel(Stream input, Stream output)
{
    /// <summary>The next order; null when run-step is gone.</summary>
    public Task<HolderOrder?> ReadAsync(CancellationToken cancellationToken) =>
        AgentFrames.ReadAsync(input, HolderJson.Default.HolderOrder, cancellationToken);

    public Task ReportAsync(HolderReport report, CancellationToken cancellationToken) => ReportAsync(report, default, cancellationToken);

    public Task ReportAsync(HolderReport report, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        AgentFrames.WriteAsync(output, report with { Body = body.Length }, HolderJson.Default.HolderReport, body, cancellationToken);
}
