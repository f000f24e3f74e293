using System.Globalization;
using System.Text.Json;
using Scanlock.Contracts.Trials;

namespace Scanlock.Contracts.Searches;

/// <summary>
/// The dimensions of a search, checked, each after those that it depends on. A choice is a value by path; a dimension whose condition does not
/// hold for the choices before it makes none.
/// </summary>
internal sealed class SearchSpace
{
    private readonly IReadOnlyList<Dimension> _dimensions;
    private readonly JsonElement _trial;

    private SearchSpace(IReadOnlyList<Dimension> dimensions, JsonElement trial) => (_dimensions, _trial) = (dimensions, trial);

    private sealed record Dimension(string Path, SpecField Field, SearchDimension Given);

    public static SearchSpace? Read(IReadOnlyDictionary<string, SearchDimension> space, JsonElement trial, List<SpecProblem> problems)
    {
        var found = problems.Count;
        foreach (var (path, given) in space.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            problems.AddRange(Faults(path, given, space, trial).Select(fault => new SpecProblem($"search.space.{path}", fault)));
        }

        if (problems.Count > found)
        {
            return null;
        }

        var dimensions = space.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new Dimension(entry.Key, FieldOf(entry.Key)!, entry.Value)).ToList();

        var ordered = new List<Dimension>();
        while (ordered.Count < dimensions.Count)
        {
            var next = dimensions.Except(ordered).FirstOrDefault(dimension => Conditions(dimension.Given).All(path => !space.ContainsKey(path) || ordered.Any(before => before.Path == path)));
            if (next is null)
            {
                problems.Add(new("search.space", $"the conditions of {string.Join(", ", dimensions.Except(ordered).Select(dimension => dimension.Path))} hang on one another"));
                return null;
            }

            ordered.Add(next);
        }

        return new(ordered, trial);
    }

    /// <summary>Every combination; the last dimension varies fastest.</summary>
    public IEnumerable<SortedDictionary<string, JsonElement>> Grid() => Grid(new(StringComparer.Ordinal), 0);

    /// <summary>
    /// The choices of one draw. Each depends on the seed, the draw and the path alone, so that a larger search begins with the trials of a smaller one.
    /// </summary>
    public SortedDictionary<string, JsonElement> Draw(long seed, int draw)
    {
        var choices = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var dimension in _dimensions.Where(dimension => IsActive(dimension, choices)))
        {
            choices[dimension.Path] = Value(dimension, SearchDraw.Uniform(seed, draw, dimension.Path));
        }

        return choices;
    }

    private IEnumerable<SortedDictionary<string, JsonElement>> Grid(SortedDictionary<string, JsonElement> choices, int at)
    {
        if (at == _dimensions.Count)
        {
            return [choices];
        }

        var dimension = _dimensions[at];
        return IsActive(dimension, choices)
            ? dimension.Given.Values!.SelectMany(value => Grid(new(choices, StringComparer.Ordinal) { [dimension.Path] = value }, at + 1))
            : Grid(choices, at + 1);
    }

    private bool IsActive(Dimension dimension, SortedDictionary<string, JsonElement> choices) => dimension.Given.When is not { } when || when.All(condition =>
        (choices.TryGetValue(condition.Key, out var chosen) ? chosen : SpecPath.Value(_trial, condition.Key)) is { } value
        && condition.Value.Any(allowed => JsonElement.DeepEquals(allowed, value)));

    private static JsonElement Value(Dimension dimension, double at)
    {
        var given = dimension.Given;
        if (given.Values is { } values)
        {
            return values[Math.Min((int)(at * values.Count), values.Count - 1)];
        }

        var (min, max) = (given.Min!.Value, given.Max!.Value);
        if (dimension.Field is IntegerField integer)
        {
            // Each whole number has the interval around it, the first and the last too.
            var low = min - (integer.Step / 2d);
            var high = max + (integer.Step / 2d);
            var drawn = given.Scale == SearchDimension.Log ? Math.Exp(Math.Log(Math.Max(low, 0.5)) + (at * (Math.Log(high) - Math.Log(Math.Max(low, 0.5))))) : low + (at * (high - low));
            var steps = Math.Round((drawn - integer.Min) / integer.Step, MidpointRounding.AwayFromZero);
            return Element((long)Math.Clamp((steps * integer.Step) + integer.Min, min, max));
        }

        return Element(given.Scale == SearchDimension.Log ? Math.Exp(Math.Log(min) + (at * (Math.Log(max) - Math.Log(min)))) : min + (at * (max - min)));
    }

    private static JsonElement Element(long value) => JsonElement.Parse(value.ToString(CultureInfo.InvariantCulture));

    // Four digits say all that a search can tell apart, and a spec with them can be read.
    private static JsonElement Element(double value) => JsonElement.Parse(value.ToString("G4", CultureInfo.InvariantCulture));

    private static IEnumerable<string> Faults(string path, SearchDimension given, IReadOnlyDictionary<string, SearchDimension> space, JsonElement trial)
    {
        if (FieldOf(path) is not { } field)
        {
            yield return "is no field of a trial spec";
            yield break;
        }

        if (path != SearchSpec.SeedPath && SpecPath.Value(trial, path) is not null)
        {
            yield return "is given in the trial too; give it in one place";
        }

        var isRange = given.Min is not null || given.Max is not null;
        if (isRange == given.Values is not null)
        {
            yield return "must have either values, or min and max";
        }
        else if (given.Values is { Count: 0 or > SearchSpec.MostValues })
        {
            yield return $"must have 1 to {SearchSpec.MostValues} values";
        }
        else if (given.Values is { } values && values.Where((value, i) => values.Take(i).Any(before => JsonElement.DeepEquals(before, value))).Any())
        {
            yield return "names a value twice";
        }
        else if (isRange && RangeFault(given, field) is { } fault)
        {
            yield return fault;
        }

        if (given.Scale is not (null or SearchDimension.Linear or SearchDimension.Log))
        {
            yield return $"scale must be {SearchDimension.Linear} or {SearchDimension.Log}";
        }

        foreach (var other in Conditions(given).Where(other => FieldOf(other) is null || other == path))
        {
            yield return $"when names '{SpecPath.Shown(other)}', which is no other field of a trial spec";
        }

        foreach (var other in Conditions(given).Where(other => FieldOf(other) is not null && !space.ContainsKey(other) && SpecPath.Value(trial, other) is null))
        {
            yield return $"when hangs on {other}, which neither the trial nor the space gives";
        }
    }

    private static string? RangeFault(SearchDimension given, SpecField field) => field switch
    {
        not (NumberField or IntegerField) => "is no number, so it has no range; list its values",
        _ when given is not { Min: { } min, Max: { } max } || !(min < max) => "must have a min below its max",
        _ when given is { Scale: SearchDimension.Log, Min: <= 0 } => "has a log scale, so min must be above 0",
        IntegerField whole when !IsStep(whole, given.Min!.Value) || !IsStep(whole, given.Max!.Value) => "must begin and end with a value that the field allows",
        _ => null,
    };

    private static bool IsStep(IntegerField field, double value) => value == Math.Floor(value) && value >= field.Min && value <= field.Max && (value - field.Min) % field.Step == 0;

    private static IEnumerable<string> Conditions(SearchDimension given) => given.When?.Keys ?? [];

    /// <summary>The leaf of that path, or null.</summary>
    private static SpecField? FieldOf(string path)
    {
        if (path == SearchSpec.SeedPath)
        {
            return new IntegerField(SearchSpec.SeedPath, "The seed of a trial.", 0, SearchSpec.MaxSeed);
        }

        SpecField? field = TrialSpecFields.All;
        foreach (var name in path.Split('.'))
        {
            field = (field as GroupField)?.Fields.FirstOrDefault(inner => inner.Name == name);
        }

        return field is null or GroupField || path == "v" ? null : field;
    }
}
