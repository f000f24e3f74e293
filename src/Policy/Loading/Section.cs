using System.Globalization;

namespace Scanlock.Policy;

/// <summary>Turns written text into a value, or into the sentence that says what is wrong with it.</summary>
internal delegate string? Reading<T>(string text, out T value);

/// <summary>
/// A map of a policy file, read key by key. Whatever is wrong is recorded with its place and reading goes on, so one run finds every
/// problem; values returned after a problem are placeholders that never reach a document.
/// </summary>
internal sealed class Section
{
    private const int MostItems = 1_000;

    private readonly YamlMap _map;
    private readonly Shape _shape;
    private readonly Problems _problems;

    private Section(YamlMap map, Shape shape, string path, Problems problems)
    {
        _map = map;
        _shape = shape;
        Path = path;
        _problems = problems;
    }

    /// <summary>The keys that lead here, joined by dots; empty at the top.</summary>
    public string Path { get; }

    public Place At => _map.At;

    /// <summary>Opens a map, recording unknown and missing keys; null when the item is not a map.</summary>
    public static Section? Open(YamlItem item, Shape shape, string path, Problems problems)
    {
        if (item is not YamlMap map)
        {
            problems.Add(item.At, $"{NameOf(path)} must be a map of keys ({string.Join(", ", shape.Keys)}), not {Describe(item)}");
            return null;
        }

        var section = new Section(map, shape, path, problems);
        section.CheckKeys();
        return section;
    }

    private void CheckKeys()
    {
        var excused = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in _map.Entries.Where(entry => !_shape.Keys.Contains(entry.Key, StringComparer.Ordinal)))
        {
            var hint = Suggestion.For(entry.Key, _shape.Keys);
            _problems.Add(entry.At, $"unknown key '{Shown(entry.Key)}' in {NameOf(Path)}{hint}");
            // The misspelt key is the missing one: one mistake, one message.
            excused.UnionWith(_shape.Keys.Where(key => hint.Contains($"'{key}'", StringComparison.Ordinal)));
        }

        foreach (var field in _shape.Fields.Where(field => field.Required && _map.Find(field.Key) is null && !excused.Contains(field.Key)))
        {
            _problems.Add(_map.At, $"{NameOf(Path)} lacks '{field.Key}'");
        }
    }

    public bool Has(string key) => _map.Find(key) is not null;

    public Place PlaceOf(string key) => _map.Find(key)?.At ?? _map.At;

    /// <summary>Every key here and below, as dotted paths. Lists of maps are left out: what they hold has no fixed name.</summary>
    public IEnumerable<(string Path, Place At)> PlacedKeys(Shape shape) => PlacedKeys(_map, shape, Path);

    private static IEnumerable<(string Path, Place At)> PlacedKeys(YamlMap map, Shape shape, string path)
    {
        foreach (var field in shape.Fields)
        {
            if (map.Find(field.Key) is not { } entry)
            {
                continue;
            }

            var name = path.Length == 0 ? field.Key : $"{path}.{field.Key}";
            yield return (name, entry.At);
            if (field.Inner is not null && entry.Value is YamlMap inner)
            {
                foreach (var below in PlacedKeys(inner, field.Inner, name))
                {
                    yield return below;
                }
            }
        }
    }

    public void Problem(Place at, string sentence) => _problems.Add(at, sentence);

    /// <summary>The map under a key, or null when it is missing or not a map.</summary>
    public Section? Inner(string key) =>
        _map.Find(key) is { } entry ? Open(entry.Value, ShapeOf(key), PathOf(key), _problems) : null;

    /// <summary>The maps listed under a key.</summary>
    public IReadOnlyList<Section> InnerList(string key) =>
    [
        .. Items(key, orOne: false)
            .Select((item, index) => Open(item, ShapeOf(key), $"{PathOf(key)}[{index + 1}]", _problems))
            .OfType<Section>(),
    ];

    /// <summary>One value that must be there; a missing key has been recorded already.</summary>
    public T One<T>(string key, T placeholder, Reading<T> read) =>
        _map.Find(key) is { } entry && Read(entry.Value, $"'{PathOf(key)}'", read, out var value) ? value : placeholder;

    /// <summary>One value that may be missing or null.</summary>
    public T? Maybe<T>(string key, Reading<T> read) =>
        _map.Find(key) is { Value: not YamlScalar { IsNull: true } } ? Given(key, read) : default;

    /// <summary>One value that may be left out, and says something where it is written.</summary>
    public T? Given<T>(string key, Reading<T> read) => One(key, default(T?), read!);

    /// <summary>A list of different values; with <paramref name="orOne"/> a single value may stand for a list of one.</summary>
    public IReadOnlyList<T> List<T>(string key, Reading<T> read, bool orOne = false) => [.. Placed(key, read, orOne).Select(pair => pair.Value)];

    /// <summary>The same, each value with its place.</summary>
    public IReadOnlyList<(T Value, Place At)> Placed<T>(string key, Reading<T> read, bool orOne = false)
    {
        var values = new List<(T Value, Place At)>();
        foreach (var item in Items(key, orOne))
        {
            if (!Read(item, $"each of '{PathOf(key)}'", read, out var value))
            {
                continue;
            }

            if (values.Any(other => EqualityComparer<T>.Default.Equals(other.Value, value)))
            {
                _problems.Add(item.At, $"'{Shown(((YamlScalar)item).Text)}' is listed twice in '{PathOf(key)}'");
            }
            else
            {
                values.Add((value, item.At));
            }
        }
        return values;
    }

    /// <summary>A whole number without quotes; <c>150_000_000</c> is 150000000.</summary>
    public long Number(string key, long least, long most)
    {
        if (_map.Find(key) is not { } entry)
        {
            return least;
        }

        if (entry.Value is YamlScalar { Plain: true } scalar && IsNumber(scalar.Text, out var number))
        {
            if (number >= least && number <= most)
            {
                return number;
            }

            _problems.Add(scalar.At, $"'{PathOf(key)}' must be from {least} to {most}, not {number}");
            return least;
        }

        _problems.Add(entry.Value.At, $"'{PathOf(key)}' must be a whole number without quotes, not {Describe(entry.Value)}");
        return least;
    }

    private static bool IsNumber(string text, out long number)
    {
        number = 0;
        var underscoresWithin = !text.StartsWith('_') && !text.EndsWith('_') && !text.Contains("__", StringComparison.Ordinal);
        return underscoresWithin && text.Length <= 32
            && long.TryParse(
                text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private IReadOnlyList<YamlItem> Items(string key, bool orOne)
    {
        if (_map.Find(key) is not { } entry)
        {
            return [];
        }

        if (orOne && entry.Value is YamlScalar { IsNull: false })
        {
            return [entry.Value];
        }

        if (entry.Value is not YamlList list)
        {
            _problems.Add(entry.Value.At, $"'{PathOf(key)}' must be a list, such as [a, b], not {Describe(entry.Value)}");
            return [];
        }
        if (list.Items.Count > MostItems)
        {
            _problems.Add(list.At, $"'{PathOf(key)}' lists {list.Items.Count} values; at most {MostItems} are read");
        }

        return [.. list.Items.Take(MostItems)];
    }

    private bool Read<T>(YamlItem item, string name, Reading<T> read, out T value)
    {
        value = default!;
        if (item is not YamlScalar { IsNull: false } scalar)
        {
            _problems.Add(item.At, $"{name} must be a single value, not {Describe(item)}");
            return false;
        }
        if (read(scalar.Text, out value) is not { } wrong)
        {
            return true;
        }

        _problems.Add(item.At, wrong);
        return false;
    }

    private Shape ShapeOf(string key) => _shape.Fields.Single(field => field.Key == key).Inner
        ?? throw new InvalidOperationException($"The shape of '{key}' has no keys of its own.");

    private string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    private static string NameOf(string path) => path.Length == 0 ? "the policy" : $"'{path}'";

    private static string Describe(YamlItem item) => item switch
    {
        YamlScalar { IsNull: true } => "nothing",
        YamlScalar { Plain: false } scalar => $"the text \"{Shown(scalar.Text)}\"",
        YamlScalar scalar => $"'{Shown(scalar.Text)}'",
        YamlList => "a list",
        YamlMap => "a map",
        _ => throw new InvalidOperationException("A kind of YAML item this reader does not know."),
    };

    /// <summary>Text of the file as it may appear in a message: short and on one line.</summary>
    public static string Shown(string text)
    {
        var oneLine = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return oneLine.Length <= 60 ? oneLine : oneLine[..57] + "...";
    }
}
