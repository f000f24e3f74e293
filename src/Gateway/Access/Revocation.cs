using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Access;

/// <summary>Takes an allowed request back: from then on its permit opens nothing, and running jobs lose their lease.</summary>
internal static class Revocation
{
    public static void Apply(RequestRow request) => request.State = RequestStates.Revoked;
}
