using Scanlock.Contracts;

namespace Scanlock.Policy;

/// <summary>Reads the cases of a policy file.</summary>
internal static class CaseReader
{
    public static IReadOnlyList<PolicyCase> Cases(Section root)
    {
        if (!root.Has("tests"))
        {
            return [];
        }

        var cases = new List<PolicyCase>();
        foreach (var section in root.InnerList("tests"))
        {
            var one = Case(section);
            if (one.Name.Length > 0 && cases.Any(other => other.Name == one.Name))
            {
                section.Problem(section.PlaceOf("name"), $"there is a case named '{Section.Shown(one.Name)}' already");
            }

            cases.Add(one);
        }
        return cases;
    }

    private static PolicyCase Case(Section section)
    {
        var expect = section.One("expect", Outcome.Deny, ReadOutcome);
        var because = section.Has("because") ? section.List("because", Readings.OneOf(PolicyShape.Rules)) : [];
        if (because.Count > 0 && expect == Outcome.Allow)
        {
            section.Problem(section.PlaceOf("because"), "an allow comes of every rule together, so 'because' says nothing here");
        }

        return new PolicyCase(
            section.One("name", "", Readings.Text),
            section.Inner("request") is { } request ? Request(request) : new CaseRequest(),
            expect,
            because,
            section.At.Line);
    }

    public static CaseRequest Request(Section section) => new()
    {
        Given = [.. PolicyShape.Request.Keys.Where(section.Has)],
        User = section.Given<string>("user", Readings.User),
        Organisation = section.Given<string>("organisation", Readings.Name),
        Role = section.Maybe("role", Readings.OneOf(PolicyShape.Roles)),
        Country = section.Maybe<string>("country", Readings.Country),
        Site = section.Given<string>("site", Readings.Name),
        SiteCountry = section.Maybe<string>("site_country", Readings.Country),
        Trainer = section.Given<Sha256Digest?>("trainer", Readings.MaybeDigest),
        Permission = section.Given<DuoTerm>("permission", Readings.Permission),
        Conditions = section.Has("conditions") ? section.List<DuoTerm>("conditions", Readings.Modifier) : [],
        Disease = section.Maybe<string>("disease", Readings.Text),
        Ethics = section.Maybe<string>("ethics", Readings.Text),
        Trials = (int)section.Number("trials", 0, int.MaxValue),
        Parameters = section.Number("parameters", 0, long.MaxValue),
        Epochs = (int)section.Number("epochs", 0, int.MaxValue),
        ProgressValues = (int)section.Number("progress_values", 0, int.MaxValue),
        InitialWeights = section.Has("initial_weights") ? section.List<Sha256Digest?>("initial_weights", Readings.Weights) : [],
        Patients = (int)section.Number("patients", 0, int.MaxValue),
        Approvals = (int)section.Number("approvals", 0, 100),
        On = section.Given<DateTimeOffset?>("on", Readings.Day),
    };

    private static string? ReadOutcome(string text, out Outcome value)
    {
        value = Enum.GetValues<Outcome>().FirstOrDefault(outcome => outcome.Wire() == text);
        return Readings.OneOf(PolicyShape.Outcomes)(text, out _);
    }
}
