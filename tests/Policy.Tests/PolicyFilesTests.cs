using Scanlock.Testing;

namespace Scanlock.Policy.Tests;

/// <summary>The policies that stand in policies/ keep what they say.</summary>
[Trait("promise", "P1")]
public sealed class PolicyFilesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "policies");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_policy_passes_its_own_cases(string file)
    {
        var policy = Read(file);

        Assert.All(PolicyTests.Run(policy), result => Assert.True(result.Passed, $"{file}:{result.Case.Line}: {result.Case.Name}: {result.Difference}"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_policy_shows_what_it_allows_and_what_it_denies(string file)
    {
        var expected = Read(file).Cases.Select(one => one.Expect).ToHashSet();

        Assert.Contains(Outcome.Allow, expected);
        Assert.Contains(Outcome.Deny, expected);
    }

    [Fact]
    public void The_policies_of_demo_and_design_are_there() => Assert.Superset(
        new HashSet<string> { "demo.yaml", "covid-ct.yaml" }, Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)!).ToHashSet());

    private static PolicyDocument Read(string file) => PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Folder, file))) switch
    {
        PolicyLoad.Loaded loaded => loaded.Policy,
        PolicyLoad.Refused refused => throw new InvalidOperationException(string.Join('\n', refused.Problems.Select(problem => problem.Format(file)))),
        _ => throw new InvalidOperationException(),
    };
}
