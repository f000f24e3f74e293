using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Scanlock.HpcAgent.Sites;

/// <summary>Something wrong with a site.yaml.</summary>
/// <param name="Line">1-based; 0 where it is not in one line.</param>
internal sealed record SiteProblem(long Line, string Sentence)
{
    public override string ToString() => Line > 0 ? $"line {Line}: {Sentence}" : Sentence;
}

/// <summary>A mapping of site.yaml, read key by key; what is wrong goes to a list and reading goes on, so that all of it is found.</summary>
internal sealed class SiteSection
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly List<SiteProblem> _problems;

    private SiteSection(YamlMappingNode node, string path, List<SiteProblem> problems)
    {
        (_path, _problems, Line) = (path, problems, node.Start.Line);
        foreach (var (key, value) in node.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
            {
                _values[name] = value;
            }
            else
            {
                _problems.Add(new(key.Start.Line, $"{Path("")}: a key must be a word"));
            }
        }
    }

    public long Line { get; }

    /// <summary>Null, with the problem noted, when the node is not a mapping.</summary>
    public static SiteSection? Open(YamlNode node, string path, List<SiteProblem> problems)
    {
        if (node is YamlMappingNode mapping)
        {
            return new(mapping, path, problems);
        }

        problems.Add(new(node.Start.Line, $"{(path.Length == 0 ? "the file" : path)} must be a mapping of keys to values"));
        return null;
    }

    public void Problem(string key, string sentence) => _problems.Add(new(LineOf(key), $"{Path(key)}: {sentence}"));

    public string? Text(string key, bool optional = false) => Find(key, optional) is { } node ? Scalar(node, Path(key)) : null;

    public int Number(string key, int min, int max, int? byDefault = null)
    {
        if (Find(key, optional: byDefault is not null) is not { } node)
        {
            return byDefault ?? min;
        }

        if (Scalar(node, Path(key)) is { } text)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            {
                return number;
            }

            Problem(key, $"must be a whole number from {min} to {max}");
        }

        return min;
    }

    public bool Flag(string key, bool byDefault)
    {
        if (Find(key, optional: true) is not { } node || Scalar(node, Path(key)) is not { } text)
        {
            return byDefault;
        }

        if (text is "true" or "false")
        {
            return text == "true";
        }

        Problem(key, "must be true or false");
        return byDefault;
    }

    public IReadOnlyList<string>? Texts(string key, bool optional = false)
    {
        if (Find(key, optional) is not { } node)
        {
            return null;
        }

        if (node is YamlSequenceNode list)
        {
            return [.. list.Select(item => Scalar(item, Path(key))).OfType<string>()];
        }

        Problem(key, "must be a list");
        return null;
    }

    public SiteSection? Inner(string key) => Find(key, optional: false) is { } node ? Open(node, Path(key), _problems) : null;

    public IReadOnlyList<SiteSection> Inners(string key)
    {
        if (Find(key, optional: false) is not { } node)
        {
            return [];
        }

        if (node is YamlSequenceNode { Children.Count: > 0 } list)
        {
            return [.. list.Select((item, index) => Open(item, $"{Path(key)}[{index}]", _problems)).OfType<SiteSection>()];
        }

        Problem(key, "must be a list with at least one entry");
        return [];
    }

    /// <summary>Notes every key that nothing asked for; called last.</summary>
    public void End()
    {
        foreach (var key in _values.Keys.Where(key => !_known.Contains(key)))
        {
            Problem(key, $"is not known here; known are {string.Join(", ", _known)}");
        }
    }

    private YamlNode? Find(string key, bool optional)
    {
        _known.Add(key);
        if (_values.TryGetValue(key, out var node))
        {
            return node;
        }

        if (!optional)
        {
            _problems.Add(new(Line, $"{Path(key)} is missing"));
        }

        return null;
    }

    private string? Scalar(YamlNode node, string path)
    {
        if (node is YamlScalarNode { Value: { Length: > 0 } text })
        {
            return text;
        }

        _problems.Add(new(node.Start.Line, $"{path}: a single value is expected"));
        return null;
    }

    private long LineOf(string key) => _values.TryGetValue(key, out var node) ? node.Start.Line : Line;

    private string Path(string key) => _path.Length == 0 ? key : key.Length == 0 ? _path : $"{_path}.{key}";
}
