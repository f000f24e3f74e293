using Scanlock.Broker.Gateways;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Experiments;

/// <summary>How a request for access stands, in words.</summary>
internal static class PermitSentences
{
    public static string Of(string gateway, string state, IReadOnlyList<Reason> reasons) => GatewaySentences.Explain(
        state switch
        {
            RequestStates.Denied => $"The gateway '{gateway}' refuses access.",
            RequestStates.Revoked => $"The gateway '{gateway}' has revoked the permit.",
            RequestStates.Expired => $"The permit of the gateway '{gateway}' has expired.",
            RequestStates.Pending => $"Waiting for approval at the gateway '{gateway}'.",
            _ => $"The request stands as '{GatewaySentences.Bounded(state)}' at the gateway '{gateway}'.",
        },
        reasons);
}
