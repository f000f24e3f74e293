using System.Collections.Immutable;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>Reads a policy from its tree.</summary>
internal static class PolicyReader
{
    /// <summary>Null when the top is not a map; otherwise a document that counts only if no problem was recorded.</summary>
    public static PolicyDocument? Read(YamlItem top, Sha256Digest revision, Problems problems)
    {
        if (Section.Open(top, PolicyShape.Root, path: "", problems) is not { } root)
        {
            return null;
        }

        var lines = new Lines();
        lines.AddKeys(root, PolicyShape.Root);
        return new PolicyDocument
        {
            Dataset = root.One("dataset", "", Readings.Name),
            Steward = root.One("steward", "", Readings.Name),
            Basis = root.Inner("basis") is { } basis ? Basis(basis) : new(null, null, null),
            Purposes = root.Inner("purposes") is { } purposes ? Purposes(purposes, lines) : new([], []),
            Who = Who(root, lines),
            Countries = root.List<string>("countries", Readings.Country),
            Sites = root.List<string>("sites", Readings.Name),
            Trainers = root.List<Sha256Digest>("trainers", Readings.Digest),
            Approvals = root.Inner("approvals") is { } approvals
                ? new((int)approvals.Number("need", 0, 20), approvals.One("role", "", Readings.OneOf(PolicyShape.Roles)))
                : new(0, ""),
            Limits = root.Inner("limits") is { } limits ? Limits(limits) : new(0, 0, 0, 0),
            Minima = root.Inner("minima") is { } minima ? Minima(minima) : new(1, 1, 1),
            InitialWeights = root.List<Sha256Digest?>("initial_weights", Readings.Weights),
            Isolation = root.List("isolation", Readings.OneOf(PolicyShape.Isolation)),
            Lease = root.One("lease", TimeSpan.Zero, Readings.Lease),
            ExpiresAt = root.One("expires", DateTimeOffset.MinValue, Readings.Expiry),
            Egress = root.Inner("egress") is { } egress ? Egress(egress) : new(1, "", 1, "", 0),
            Intake = root.Inner("intake") is { } intake ? IntakeReader.Read(intake) : IntakeRules.Default,
            Cases = CaseReader.Cases(root),
            Revision = revision,
            Lines = lines.ToImmutable(),
        };
    }

    private static PurposeRule Purposes(Section section, Lines lines)
    {
        var modifiers = section.Has("modifiers") ? section.Placed<DuoTerm>("modifiers", Readings.Modifier) : [];
        foreach (var (modifier, at) in modifiers)
        {
            lines.Add($"purposes.modifiers.{modifier}", at);
        }

        var permit = section.Placed<DuoTerm>("permit", Readings.Permission);
        var rule = new PurposeRule([.. permit.Select(pair => pair.Value)], [.. modifiers.Select(pair => pair.Value)])
        {
            Diseases = section.Has("diseases") ? section.List<string>("diseases", Readings.Disease) : [],
            Users = section.Has("users") ? section.List<string>("users", Readings.User) : [],
            Institutions = section.Has("institutions") ? section.List<string>("institutions", Readings.Name) : [],
            Regions = section.Has("regions") ? section.List<string>("regions", Readings.Country) : [],
        };
        CheckCompanions(section, [.. permit, .. modifiers]);
        return rule;
    }

    /// <summary>Some terms say nothing without a list of their own, and such a list says nothing without its term.</summary>
    private static void CheckCompanions(Section section, IReadOnlyList<(DuoTerm Term, Place At)> terms)
    {
        foreach (var (code, list) in new[] { ("DS", "diseases"), ("US", "users"), ("IS", "institutions"), ("GS", "regions") })
        {
            var written = terms.FirstOrDefault(pair => pair.Term.Code == code);
            if (written.Term is not null && !section.Has(list))
            {
                section.Problem(written.At, $"{code} ({written.Term.Label}) needs the list 'purposes.{list}'");
            }
            else if (written.Term is null && section.Has(list))
            {
                section.Problem(section.PlaceOf(list), $"'purposes.{list}' has no effect without the term {code}");
            }
        }
    }

    private static List<WhoRule> Who(Section root, Lines lines)
    {
        var rules = new List<WhoRule>();
        foreach (var entry in root.InnerList("who"))
        {
            lines.Add(entry.Path, entry.At);
            var organisations = entry.List<string>("organisation", Readings.Name, orOne: true);
            rules.Add(new WhoRule(organisations, entry.One("role", "", Readings.OneOf(PolicyShape.Roles))));
        }
        return rules;
    }

    private static Basis Basis(Section section) => new(
        section.Maybe<string>("ethics", Readings.Text),
        section.Maybe<string>("legal", Readings.Text),
        section.Maybe<string>("data_permit", Readings.Text));

    private static Minima Minima(Section section) => new(
        (int)section.Number("batch", 1, 1_000_000),
        (int)section.Number("steps", 1, 1_000_000_000),
        (int)section.Number("patients", 1, 100_000_000));

    private static LimitRule Limits(Section section) => new(
        (int)section.Number("trials", 1, 1_000_000),
        section.Number("parameters", 1, 1_000_000_000_000),
        (int)section.Number("epochs", 1, 1_000_000),
        (int)section.Number("progress_values", 0, 10_000_000));

    private static EgressRules Egress(Section section) => new(
        section.Number("max_bytes", 1, 1_000_000_000_000),
        section.One("precision", "", Readings.OneOf(PolicyShape.Precisions)),
        (int)section.Number("min_count", 1, 1_000_000),
        section.One("metrics", "", Readings.OneOf(PolicyShape.MetricsRules)),
        section.Inner("models") is { } models ? (int)models.Number("review", 0, 20) : 0);

    /// <summary>Where each key stands.</summary>
    private sealed class Lines
    {
        private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

        public void Add(string key, Place at) => _lines[key] = at.Line;

        public void AddKeys(Section section, Shape shape)
        {
            foreach (var (key, at) in section.PlacedKeys(shape))
            {
                Add(key, at);
            }
        }

        public ImmutableDictionary<string, int> ToImmutable() => _lines.ToImmutableDictionary(StringComparer.Ordinal);
    }
}
