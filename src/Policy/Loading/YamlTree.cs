using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Scanlock.Policy;

/// <summary>Where something stands in a policy file; both count from 1.</summary>
public sealed record Place(int Line, int Column)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}");
}

/// <summary>A piece of YAML that remembers where it was written.</summary>
internal abstract record YamlItem(Place At);

/// <summary>A value. <paramref name="Plain"/> tells <c>8</c> from <c>"8"</c>.</summary>
internal sealed record YamlScalar(Place At, string Text, bool Plain) : YamlItem(At)
{
    public bool IsNull => Plain && Text is "" or "~" or "null";
}

internal sealed record YamlList(Place At, IReadOnlyList<YamlItem> Items) : YamlItem(At);

internal sealed record YamlMap(Place At, IReadOnlyList<YamlEntry> Entries) : YamlItem(At)
{
    public YamlEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);
}

internal sealed record YamlEntry(string Key, Place At, YamlItem Value);

/// <summary>
/// Reads one YAML document into a small tree with places. Anchors, aliases, tags and second documents are refused: a policy has to read
/// the same to a person and to a machine, and without them neither size nor depth can grow beyond what is written.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 12;
    private const int MaxItems = 20_000;

    private readonly Parser _parser;
    private readonly Problems _problems;
    private int _items;

    private YamlTree(string text, Problems problems)
    {
        _parser = new Parser(new StringReader(text));
        _problems = problems;
    }

    /// <summary>The document's top item, or null with the problems recorded.</summary>
    public static YamlItem? Read(string text, Problems problems)
    {
        try
        {
            return new YamlTree(text, problems).Document();
        }
        catch (YamlException broken)
        {
            problems.Add(PlaceOf(broken.Start), $"this is not YAML: {Sentence(broken.Message)}");
            return null;
        }
        catch (TooMuch tooMuch)
        {
            problems.Add(tooMuch.At, tooMuch.Message);
            return null;
        }
    }

    private YamlItem? Document()
    {
        Next<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _problems.Add(new Place(1, 1), "the file is empty");
            return null;
        }

        Next<DocumentStart>();
        var top = Item(depth: 0);
        Next<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            _problems.Add(PlaceOf(second.Start), "a policy file holds one document, and a second one starts here");
        }

        return top;
    }

    private YamlItem Item(int depth)
    {
        var next = _parser.Current ?? throw new YamlException("the file ends too early");
        var at = PlaceOf(next.Start);
        if (++_items > MaxItems)
        {
            throw new TooMuch(at, $"a policy file holds at most {MaxItems} values");
        }

        if (depth > MaxDepth)
        {
            throw new TooMuch(at, $"this is nested deeper than {MaxDepth} levels");
        }

        if (next is AnchorAlias)
        {
            throw new TooMuch(at, "aliases (*name) are not allowed in a policy: write the value out");
        }

        if (next is NodeEvent node)
        {
            RefuseAnchorAndTag(node, at);
        }

        return next switch
        {
            Scalar => Value(Next<Scalar>(), at),
            SequenceStart => List(at, depth),
            MappingStart => Map(at, depth),
            _ => throw new YamlException(next.Start, next.End, "a value was expected here"),
        };
    }

    private void RefuseAnchorAndTag(NodeEvent node, Place at)
    {
        if (!node.Anchor.IsEmpty)
        {
            _problems.Add(at, "anchors (&name) are not allowed in a policy: write the value out");
        }

        if (!node.Tag.IsEmpty)
        {
            _problems.Add(at, "tags (!name) are not allowed in a policy");
        }
    }

    private static YamlScalar Value(Scalar scalar, Place at) => new(at, scalar.Value, scalar.Style == ScalarStyle.Plain);

    private YamlList List(Place at, int depth)
    {
        Next<SequenceStart>();
        var items = new List<YamlItem>();
        while (!_parser.Accept<SequenceEnd>(out _))
        {
            items.Add(Item(depth + 1));
        }

        Next<SequenceEnd>();
        return new YamlList(at, items);
    }

    private YamlMap Map(Place at, int depth)
    {
        Next<MappingStart>();
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        while (!_parser.Accept<MappingEnd>(out _))
        {
            var key = Item(depth + 1);
            var value = Item(depth + 1);
            if (key is not YamlScalar name)
            {
                _problems.Add(key.At, "a key must be a plain word");
            }
            else if (!seen.TryAdd(name.Text, name.At))
            {
                _problems.Add(name.At, $"'{name.Text}' is given twice; the first is on line {seen[name.Text].Line}");
            }
            else
            {
                entries.Add(new YamlEntry(name.Text, name.At, value));
            }
        }
        Next<MappingEnd>();
        return new YamlMap(at, entries);
    }

    private T Next<T>() where T : ParsingEvent => _parser.Consume<T>();

    private static Place PlaceOf(Mark mark) => new((int)Math.Max(mark.Line, 1), (int)Math.Max(mark.Column, 1));

    private static string Sentence(string message)
    {
        var text = message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return text.Length == 0 ? "its structure is broken" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    /// <summary>Stops the reading at once: going on would cost what the bound is there to save.</summary>
    private sealed class TooMuch(Place at, string message) : Exception(message)
    {
        public Place At { get; } = at;
    }
}
