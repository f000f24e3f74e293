namespace Scanlock.Testing;

/// <summary>Where things lie in a checkout.</summary>
public static class Repository
{
    /// <summary>The folder that holds Gateway.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A committed vector below tests/vectors.</summary>
    public static string Vector(params string[] parts) => Path.Combine([Root, "tests", "vectors", .. parts]);

    /// <summary>Real CT for tests, or null: <c>SCANLOCK_DATA</c>, else <c>../shared/data</c> beside the checkout.</summary>
    public static string? SharedData(params string[] parts)
    {
        var data = Environment.GetEnvironmentVariable("SCANLOCK_DATA") ?? Path.Combine(Root, "..", "shared", "data");
        var path = Path.Combine([data, .. parts]);
        return Path.Exists(path) ? Path.GetFullPath(path) : null;
    }

    /// <summary>The build output of a project of this solution, in the configuration the tests run in.</summary>
    public static string Output(string project, string assembly) =>
        Path.Combine(Root, "src", project, "bin", Configuration, "net10.0", assembly);

    private static string Configuration { get; } =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run from a checkout: no Gateway.sln above them.");
    }
}
