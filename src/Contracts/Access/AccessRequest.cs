namespace Scanlock.Contracts.Access;

/// <summary>What a researcher asks a gateway for. Who asks is taken from their token, never from here.</summary>
/// <param name="Id">Chosen by the client, a UUID: sending the same request twice makes one.</param>
/// <param name="Version">Dataset version, or null for the latest sealed one.</param>
/// <param name="Project">Short name of the project, as it appears in permit and log.</param>
/// <param name="Trainer">Digest of the trainer that will run.</param>
/// <param name="Bounds">The most that any experiment under the permit will use.</param>
public sealed record AccessRequest(
    int V,
    string Id,
    string Dataset,
    int? Version,
    string Project,
    Purpose Purpose,
    string Site,
    Sha256Digest Trainer,
    SpecBounds Bounds) : IVersioned;

/// <summary>Why, in the terms of the GA4GH Data Use Ontology.</summary>
/// <param name="Permission">One permission term: NRES, GRU, HMB, DS or POA.</param>
/// <param name="Conditions">Modifier terms whose condition the requester meets, such as NPU or IRB.</param>
/// <param name="Disease">Disease term (MONDO or free code) where the permission is DS.</param>
/// <param name="Ethics">Reference of the requester's own ethics approval, which the modifier IRB asks for.</param>
public sealed record Purpose(string Permission, IReadOnlyList<string> Conditions, string? Disease, string? Ethics = null)
{
    /// <summary>Whether another purpose says the same; a record by itself would compare the lists as objects.</summary>
    public bool IsSameAs(Purpose other) => this with { Conditions = other.Conditions } == other && Conditions.SequenceEqual(other.Conditions, StringComparer.Ordinal);
}

/// <summary>Bounds on the specs that may run.</summary>
/// <param name="Trials">Jobs in all.</param>
/// <param name="Parameters">Parameters of one model.</param>
/// <param name="Epochs">Epochs of one trial.</param>
/// <param name="ProgressValues">Numbers that one job may report while it runs.</param>
/// <param name="InitialWeights">Digests of initial weights that are to be used; empty for none.</param>
public sealed record SpecBounds(int Trials, long Parameters, int Epochs, int ProgressValues, IReadOnlyList<Sha256Digest> InitialWeights);

/// <summary>A person as an issuer knows them.</summary>
/// <param name="Issuer">The OIDC issuer.</param>
/// <param name="Subject">The subject at that issuer; with it, the identity.</param>
/// <param name="Organisation">Their organisation, from the closed list this issuer may speak for.</param>
/// <param name="Roles">Their roles, likewise.</param>
public sealed record Person(string Issuer, string Subject, string Organisation, IReadOnlyList<string> Roles);

/// <summary>The roles a gateway knows.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Steward = "steward";
    public const string Reviewer = "reviewer";
    public const string Researcher = "researcher";
    public const string Auditor = "auditor";

    public static IReadOnlyList<string> All { get; } = [Admin, Steward, Reviewer, Researcher, Auditor];
}

/// <summary>One reason of a decision.</summary>
/// <param name="Rule">The policy file's key, such as <c>purposes</c>; or a fact outside it, such as <c>revoked</c>.</param>
/// <param name="Line">Line of that rule in the policy file, 1-based; 0 where it has none.</param>
/// <param name="Effect">What this reason alone would decide: <c>deny</c>, <c>needs-approval</c> or <c>allow</c>.</param>
/// <param name="Sentence">The reason in words, without any identifier of a patient.</param>
public sealed record Reason(string Rule, int Line, string Effect, string Sentence);
