using System.Collections.Frozen;

namespace Scanlock.Policy;

/// <summary>How a modifier's condition is settled.</summary>
public enum ModifierCheck
{
    /// <summary>The request must declare that it meets the condition.</summary>
    Declared,

    /// <summary>The request must carry a reference to its ethics approval.</summary>
    EthicsReference,

    /// <summary>The policy's own <c>expires</c> settles it.</summary>
    Expiry,

    /// <summary>The requester must be on the policy's list of users.</summary>
    UserList,

    /// <summary>The requester's organisation must be on the policy's list of institutions.</summary>
    InstitutionList,

    /// <summary>The countries of organisation and site must be on the policy's list of regions.</summary>
    RegionList,

    /// <summary>The requested permission itself settles it: research into ancestry is not asked for.</summary>
    NoAncestry,

    /// <summary>It widens use and asks nothing of a research request.</summary>
    Nothing,

    /// <summary>No machine can tell; a person approves or does not.</summary>
    Person,
}

/// <summary>A term of the GA4GH Data Use Ontology: a permission says what data may be used for, a modifier adds a condition.</summary>
public sealed record DuoTerm(string Id, string Code, string Label, bool IsPermission, ModifierCheck Check)
{
    public override string ToString() => Code;
}

/// <summary>The terms a policy or a request may name, by shorthand (<c>HMB</c>) or identifier (<c>DUO:0000006</c>).</summary>
public static class Duo
{
    public static DuoTerm Nres { get; } = Permission("DUO:0000004", "NRES", "no restriction");
    public static DuoTerm Gru { get; } = Permission("DUO:0000042", "GRU", "general research use");
    public static DuoTerm Hmb { get; } = Permission("DUO:0000006", "HMB", "health or medical or biomedical research");
    public static DuoTerm Ds { get; } = Permission("DUO:0000007", "DS", "disease specific research");
    public static DuoTerm Poa { get; } = Permission("DUO:0000011", "POA", "population origins or ancestry research only");

    private static readonly DuoTerm NotForProfit = Modifier("DUO:0000045", "NPU", "not for profit organisation use only", ModifierCheck.Declared);
    private static readonly DuoTerm NonCommercial = Modifier("DUO:0000046", "NCU", "non-commercial use only", ModifierCheck.Declared);

    private static readonly DuoTerm NeitherProfitNorCommerce =
        Modifier("DUO:0000018", "NPUNCU", "not for profit, non commercial use only", ModifierCheck.Declared);

    public static IReadOnlyList<DuoTerm> Permissions { get; } = [Nres, Gru, Hmb, Ds, Poa];

    public static IReadOnlyList<DuoTerm> Modifiers { get; } =
    [
        NotForProfit,
        NonCommercial,
        NeitherProfitNorCommerce,
        Modifier("DUO:0000021", "IRB", "ethics approval required", ModifierCheck.EthicsReference),
        Modifier("DUO:0000025", "TS", "time limit on use", ModifierCheck.Expiry),
        Modifier("DUO:0000026", "US", "user specific restriction", ModifierCheck.UserList),
        Modifier("DUO:0000028", "IS", "institution specific restriction", ModifierCheck.InstitutionList),
        Modifier("DUO:0000022", "GS", "geographical restriction", ModifierCheck.RegionList),
        Modifier("DUO:0000044", "NPOA", "population origins or ancestry research prohibited", ModifierCheck.NoAncestry),
        Modifier("DUO:0000043", "CC", "clinical care use", ModifierCheck.Nothing),
        Modifier("DUO:0000019", "PUB", "publication required", ModifierCheck.Person),
        Modifier("DUO:0000020", "COL", "collaboration required", ModifierCheck.Person),
        Modifier("DUO:0000024", "MOR", "publication moratorium", ModifierCheck.Person),
        Modifier("DUO:0000029", "RTN", "return to database or resource", ModifierCheck.Person),
        Modifier("DUO:0000012", "RS", "research specific restrictions", ModifierCheck.Person),
        Modifier("DUO:0000027", "PS", "project specific restriction", ModifierCheck.Person),
        Modifier("DUO:0000016", "GSO", "genetic studies only", ModifierCheck.Person),
        Modifier("DUO:0000015", "NMDS", "no general methods research", ModifierCheck.Person),
    ];

    private static readonly FrozenDictionary<string, DuoTerm> ByName = Permissions.Concat(Modifiers)
        .SelectMany(term => new[] { (Name: term.Id, term), (Name: term.Code, term) })
        .ToFrozenDictionary(pair => pair.Name, pair => pair.term, StringComparer.Ordinal);

    /// <summary>The term of a shorthand or an identifier, or null: there are no others.</summary>
    public static DuoTerm? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>
    /// True when leave to <paramref name="permitted"/> is leave to <paramref name="asked"/>: NRES contains GRU, which contains HMB, which
    /// contains DS; research into ancestry (POA) is general research but not biomedical.
    /// </summary>
    public static bool Contains(DuoTerm permitted, DuoTerm asked)
    {
        for (var wider = asked; wider is not null; wider = Parent(wider))
        {
            if (wider == permitted)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True when a request that declares <paramref name="conditions"/> meets a modifier that is settled by declaring it.</summary>
    public static bool Declares(IReadOnlyCollection<DuoTerm> conditions, DuoTerm modifier)
    {
        if (conditions.Contains(modifier))
        {
            return true;
        }

        if (modifier == NeitherProfitNorCommerce)
        {
            return conditions.Contains(NotForProfit) && conditions.Contains(NonCommercial);
        }

        return (modifier == NotForProfit || modifier == NonCommercial) && conditions.Contains(NeitherProfitNorCommerce);
    }

    private static DuoTerm? Parent(DuoTerm permission) => permission.Code switch
    {
        "DS" => Hmb,
        "HMB" or "POA" => Gru,
        "GRU" => Nres,
        _ => null,
    };

    private static DuoTerm Permission(string id, string code, string label) => new(id, code, label, IsPermission: true, ModifierCheck.Nothing);

    private static DuoTerm Modifier(string id, string code, string label, ModifierCheck check) => new(id, code, label, IsPermission: false, check);
}
