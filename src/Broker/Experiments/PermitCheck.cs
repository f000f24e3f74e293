using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Experiments;

/// <summary>Whether what a gateway sent for an allowed request is what it must be. The agent checks it all again; a mistake shows earlier here.</summary>
internal abstract record PermitCheck
{
    private PermitCheck() { }

    public sealed record Good(Statement<Permit> Permit, Statement<DatasetManifest> Manifest) : PermitCheck;

    public sealed record Bad(string Sentence) : PermitCheck;

    public static PermitCheck Of(PermitRequest request, Gateways.Gateway gateway, string permit, string manifest)
    {
        try
        {
            var signedPermit = StatementKinds.Permit.Verify(permit, gateway.Key);
            var signedManifest = StatementKinds.Manifest.Verify(manifest, gateway.Key);
            return Fault(request.Asked, gateway, signedPermit.Value, signedManifest) is { } fault
                ? new Bad($"What the gateway '{gateway.Name}' sent for this request does not fit: {fault}.")
                : new Good(signedPermit, signedManifest);
        }
        catch (WireFormatException e)
        {
            return new Bad($"What the gateway '{gateway.Name}' sent is not signed by the key entered for it, or is damaged: {e.Message}");
        }
    }

    private static string? Fault(AccessRequest asked, Gateways.Gateway gateway, Permit permit, Statement<DatasetManifest> manifest) => permit switch
    {
        _ when permit.Gateway != gateway.Key.Id => "the permit is another gateway's",
        _ when permit.Id != asked.Id => "the permit is for another request",
        _ when !permit.Sites.Contains(asked.Site, StringComparer.Ordinal) => $"the permit is not for the site '{asked.Site}'",
        _ when !permit.Trainers.Contains(asked.Trainer) => "the permit is not for this trainer",
        { Datasets: not [_] } => "the permit does not name exactly one dataset",
        { Datasets: [var only] } when only.Dataset != asked.Dataset => "the permit is for another dataset",
        { Datasets: [var only] } when only.Manifest != manifest.Digest || only.Version != manifest.Value.Version || only.Dataset != manifest.Value.Dataset =>
            "the manifest is not the one the permit names",
        _ => null,
    };
}
