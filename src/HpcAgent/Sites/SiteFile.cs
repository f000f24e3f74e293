using System.Text.RegularExpressions;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.KeyHolding;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Scanlock.HpcAgent.Sites;

/// <summary>What comes of reading a site.yaml.</summary>
internal abstract record SiteReading
{
    private SiteReading()
    {
    }

    public sealed record Read(Site Site) : SiteReading;

    /// <summary>Every problem found, in the file's order.</summary>
    public sealed record Refused(IReadOnlyList<SiteProblem> Problems) : SiteReading;
}

/// <summary>
/// Reads <c>site.yaml</c> strictly: an unknown or missing key, a key file that is none, a signing key that others can read, each is a
/// problem with its line, and with one problem there is no site. Relative paths are seen from the file's own folder.
/// </summary>
internal sealed partial class SiteFile
{
    private const long MaxBytes = 1 << 20;
    private const int MaxStorageGiB = 1 << 20;
    private static readonly string[] s_permissions = ["NRES", "GRU", "HMB", "DS", "POA"];
    private readonly List<SiteProblem> _problems = [];
    private readonly string _file;

    private SiteFile(string file) => _file = file;

    public static SiteReading Read(string path)
    {
        var file = new SiteFile(Path.GetFullPath(path));
        var site = file.Load() is { } root ? file.ReadSite(root) : null;
        return site is not null && file._problems.Count == 0
            ? new SiteReading.Read(site)
            : new SiteReading.Refused([.. file._problems.OrderBy(p => p.Line)]);
    }

    private SiteSection? Load()
    {
        if (!File.Exists(_file) || new FileInfo(_file).Length > MaxBytes)
        {
            _problems.Add(new(0, $"{_file} is not a site file: {(File.Exists(_file) ? "it is too large" : "there is none")}"));
            return null;
        }

        try
        {
            using var text = File.OpenText(_file);
            var yaml = new YamlStream();
            yaml.Load(text);
            if (yaml.Documents.Count == 1)
            {
                return SiteSection.Open(yaml.Documents[0].RootNode, "", _problems);
            }

            _problems.Add(new(0, "the file must hold one YAML document"));
        }
        catch (YamlException e)
        {
            _problems.Add(new(e.Start.Line, $"not YAML: {e.Message}"));
        }
        catch (UnauthorizedAccessException)
        {
            _problems.Add(new(0, $"{_file} cannot be read by this account"));
        }

        return null;
    }

    private Site? ReadSite(SiteSection root)
    {
        var name = ReadName(root, "site");
        var state = ReadPath(root, "state");
        if (state is not null && IsShownInSandboxes(state))
        {
            root.Problem("state", "must not lie below /usr, which jobs can read");
        }

        var key = ReadKey(root);
        var gateways = ReadKnownKeys(root, "gateways");
        var brokers = ReadKnownKeys(root, "brokers");
        var trainers = ReadTrainers(root);
        var weights = ReadPath(root, "weights", optional: true);
        if (weights is not null && !Directory.Exists(weights))
        {
            root.Problem("weights", "is not a folder");
        }

        var purposes = ReadChoices(root, "purposes", s_permissions);
        var organisations = root.Texts("organisations", optional: true);
        var caps = root.Inner("caps") is { } section ? ReadCaps(section) : null;
        var isolation = ReadChoices(root, "isolation", IsolationWays.All);
        var killSwitch = root.Flag("kill_switch", byDefault: false);
        if ((root.Text("scheduler", optional: true) ?? "local") != "local")
        {
            root.Problem("scheduler", "must be local");
        }

        root.End();
        return name is null || state is null || key is null || caps is null
            ? null
            : new(name, _file, new SiteState(state), key, gateways, brokers, trainers, weights, purposes, organisations, caps, isolation, killSwitch);
    }

    private static SiteCaps ReadCaps(SiteSection caps)
    {
        var read = new SiteCaps(
            caps.Number("minutes", 1, 60 * 24 * 60),
            caps.Number("memory_mib", 64, 1 << 26),
            caps.Number("cpus", 1, 4096),
            caps.Number("gpus", 0, 1024, byDefault: 0),
            caps.Number("jobs", 1, 1000),
            caps.Number("storage_gib", 1, MaxStorageGiB, byDefault: 500));
        caps.End();
        return read;
    }

    private List<TrainerPlace> ReadTrainers(SiteSection root)
    {
        var trainers = new List<TrainerPlace>();
        foreach (var section in root.Inners("trainers"))
        {
            var folder = ReadPath(section, "path");
            if (folder is not null && !Directory.Exists(folder))
            {
                section.Problem("path", "is not a folder");
            }

            var command = section.Texts("command");
            if (folder is not null && command is not null && Directory.Exists(folder) && TrainerProgram.Fault(folder, command) is { } fault)
            {
                section.Problem("command", fault);
            }

            var libraries = section.Texts("libraries", optional: true) ?? [];
            if (libraries.FirstOrDefault(l => !Path.IsPathFullyQualified(l) || !Directory.Exists(l)) is { } wrong)
            {
                section.Problem("libraries", $"{wrong} is not the absolute path of a folder");
            }

            section.End();
            if (folder is not null && command is not null)
            {
                trainers.Add(new(folder, command, libraries));
            }
        }

        return trainers;
    }

    private List<KnownKey> ReadKnownKeys(SiteSection root, string list)
    {
        var keys = new List<KnownKey>();
        foreach (var section in root.Inners(list))
        {
            var name = ReadName(section, "name");
            var key = ReadPem(section, ReadPath(section, "key"), VerifyingKey.FromPem);
            section.End();
            if (name is not null && key is not null)
            {
                if (keys.Any(k => k.Name == name || k.Key.Equals(key)))
                {
                    section.Problem("name", "this name or key is listed twice");
                }

                keys.Add(new(name, key));
            }
        }

        return keys;
    }

    private SigningKey? ReadKey(SiteSection root)
    {
        var path = ReadPath(root, "key");
        if (path is not null && IsShownInSandboxes(path))
        {
            root.Problem("key", "must not lie below /usr, which jobs can read");
        }

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (path is not null && File.Exists(path) && (File.GetUnixFileMode(path) & others) != UnixFileMode.None)
        {
            root.Problem("key", "others than its owner can read or write this file; make it mode 0600");
        }

        return ReadPem(root, path, SigningKey.FromPem);
    }

    private static T? ReadPem<T>(SiteSection section, string? path, Func<string, T> read)
        where T : class
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            return read(File.ReadAllText(path));
        }
        catch (WireFormatException e)
        {
            section.Problem("key", e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            section.Problem("key", $"{path} cannot be read");
        }

        return null;
    }

    private static IReadOnlyList<string> ReadChoices(SiteSection section, string key, IReadOnlyList<string> choices)
    {
        var values = section.Texts(key);
        if (values is { Count: 0 } || values?.Any(v => !choices.Contains(v)) == true)
        {
            section.Problem(key, $"must list at least one of {string.Join(", ", choices)}, and nothing else");
        }

        return values ?? [];
    }

    private static string? ReadName(SiteSection section, string key)
    {
        var name = section.Text(key);
        if (name is not null && !NameForm().IsMatch(name))
        {
            section.Problem(key, "must be a name of a-z, 0-9, '-', '_' and '.', at most 64 characters");
        }

        return name;
    }

    private string? ReadPath(SiteSection section, string key, bool optional = false) =>
        section.Text(key, optional) is { } path ? Path.GetFullPath(path, Path.GetDirectoryName(_file)!) : null;

    private static bool IsShownInSandboxes(string path) => path.StartsWith("/usr/", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex NameForm();
}
