using Scanlock.Contracts.Access;

namespace Scanlock.Gateway.Access;

/// <summary>A permit is for the broker its researcher went through: the first that fetches or uses it, and no other that is registered here.</summary>
internal static class PermitHolder
{
    public static Reason? Fault(RequestRow request, string broker) => request.Broker is null || request.Broker == broker
        ? null
        : new("broker", 0, "deny", "the permit was given to another broker");
}
