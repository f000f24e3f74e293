namespace Scanlock.Policy;

/// <summary>Something wrong with a policy file, and where.</summary>
public sealed record PolicyProblem(Place At, string Sentence)
{
    /// <summary><c>file:line:column: sentence</c>, the form editors jump to.</summary>
    public string Format(string file) => $"{file}:{At}: {Sentence}";
}

/// <summary>Collects every problem of a file, in the file's order, up to a bound.</summary>
internal sealed class Problems
{
    private const int Most = 200;

    private readonly List<PolicyProblem> _found = [];

    public bool Any => _found.Count > 0;

    public void Add(Place at, string sentence)
    {
        if (_found.Count < Most)
        {
            _found.Add(new PolicyProblem(at, sentence));
        }
    }

    public IReadOnlyList<PolicyProblem> InOrder() => [.. _found.OrderBy(problem => problem.At.Line).ThenBy(problem => problem.At.Column)];
}
