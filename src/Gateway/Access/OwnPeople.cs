using Scanlock.Contracts.Access;
using Scanlock.Gateway.Configuration;

namespace Scanlock.Gateway.Access;

/// <summary>What concerns the gateway as a whole is for people of the organisation that runs it, whoever else its issuers speak for.</summary>
internal static class OwnPeople
{
    public static Refusal.Denied? Fault(Person person, GatewayConfiguration configuration)
    {
        var own = configuration.Gateway.Organisation;
        if (person.Organisation == own)
        {
            return null;
        }

        var sentence = $"this gateway is run by '{own}', and you are of '{person.Organisation}'";
        return new($"Not yours to do: {sentence}.", [new Reason("organisation", 0, "deny", sentence)]);
    }
}
