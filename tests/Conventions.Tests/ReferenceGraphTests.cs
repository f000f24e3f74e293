using System.Xml.Linq;
using Scanlock.Testing;

namespace Scanlock.Conventions.Tests;

/// <summary>References point down only; the table is the design's.</summary>
public sealed class ReferenceGraphTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        ["Contracts"] = [],
        ["Processes"] = [],
        ["LibTorch"] = [],
        ["Envelope"] = ["Contracts"],
        ["Policy"] = ["Contracts"],
        ["Audit"] = ["Contracts"],
        ["Egress"] = ["Contracts"],
        // gdcm-sharp is signatures only: what the worker compiles against and the machine provides.
        ["Intake"] = ["Contracts", "gdcm-sharp"],
        ["Web"] = ["Contracts"],
        ["Trainer"] = ["Contracts", "LibTorch"],
        ["HpcAgent"] = ["Contracts", "Envelope", "Processes"],
        ["Broker"] = ["Contracts", "Processes", "Web"],
        ["IntakeWorkers"] = ["Contracts", "Processes"],
        ["Gateway"] = ["Audit", "Contracts", "Egress", "Envelope", "IntakeWorkers", "Policy", "Web"],
        ["Cli"] = ["Audit", "Contracts", "Egress", "Envelope", "IntakeWorkers", "Policy", "Processes"],
    };

    /// <summary>Built first because they are started as processes, never linked.</summary>
    private static readonly Dictionary<string, string[]> s_buildOrderOnly = new(StringComparer.Ordinal)
    {
        ["IntakeWorkers"] = ["Intake"],
        ["Gateway"] = ["Intake"],
        ["Cli"] = ["Intake"],
        ["HpcAgent"] = ["Trainer"],
    };

    public static TheoryData<string> Projects() => [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_what_the_design_allows_and_no_more(string project)
    {
        var references = Read(project).Descendants("ProjectReference")
            .ToLookup(reference => (string?)reference.Attribute("ReferenceOutputAssembly") == "false", reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Equal(s_allowed[project].Order(StringComparer.Ordinal), references[false].Order(StringComparer.Ordinal));
        Assert.Equal(s_buildOrderOnly.GetValueOrDefault(project, []), references[true]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void BouncyCastle_is_referenced_by_Envelope_and_Audit_only(string project)
    {
        var packages = Read(project).Descendants("PackageReference").Select(package => (string)package.Attribute("Include")!);
        Assert.Equal(project is "Envelope" or "Audit", packages.Any(package => package.Contains("BouncyCastle", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("promise", "P4")]
    public void The_broker_can_reach_no_decryption_code()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(["Broker"]);
        while (open.TryDequeue(out var project))
        {
            if (reached.Add(project))
            {
                s_allowed[project].ToList().ForEach(open.Enqueue);
            }
        }

        Assert.DoesNotContain("Envelope", reached);
        var assemblies = Directory.EnumerateFiles(Path.GetDirectoryName(Repository.Output("Broker", "Scanlock.Broker.dll"))!, "*.dll").Select(Path.GetFileName).ToList();
        Assert.Contains("Scanlock.Broker.dll", assemblies);
        Assert.DoesNotContain(assemblies, name => name!.Contains("Envelope", StringComparison.Ordinal) || name.Contains("BouncyCastle", StringComparison.Ordinal));
    }

    private static XDocument Read(string project) => XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
}
