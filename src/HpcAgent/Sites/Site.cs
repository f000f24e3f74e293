using Scanlock.Contracts.Signing;

namespace Scanlock.HpcAgent.Sites;

/// <summary>What the site's admin has said in <c>site.yaml</c>: whom the agent obeys, what it runs, and how much of it.</summary>
/// <param name="Name">The site's name in permits.</param>
/// <param name="File">The site.yaml it was read from, absolute.</param>
/// <param name="Key">The agent's own key; every statement of the site is signed with it.</param>
/// <param name="Gateways">Gateways whose permits and releases are obeyed.</param>
/// <param name="Brokers">Brokers whose jobs are taken.</param>
/// <param name="Weights">Folder of the initial weights installed here, each as <c>HEX.safetensors</c> by its SHA-256; null for none.</param>
/// <param name="Purposes">DUO permission terms that are run here.</param>
/// <param name="Organisations">Researchers' organisations that are served; null for all.</param>
/// <param name="Isolation">Ways of isolation accepted, of <c>IsolationWays</c>.</param>
internal sealed record Site(
    string Name,
    string File,
    SiteState State,
    SigningKey Key,
    IReadOnlyList<KnownKey> Gateways,
    IReadOnlyList<KnownKey> Brokers,
    IReadOnlyList<TrainerPlace> Trainers,
    string? Weights,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string>? Organisations,
    SiteCaps Caps,
    IReadOnlyList<string> Isolation,
    bool KillSwitch)
{
    /// <summary>Whether the admin has stopped everything, in site.yaml or by the command.</summary>
    public bool IsStopped => KillSwitch || System.IO.File.Exists(State.KillSwitch);
}

/// <summary>A key whose fingerprint the admin has compared.</summary>
internal sealed record KnownKey(string Name, VerifyingKey Key);

/// <summary>A trainer installed at the site.</summary>
/// <param name="Folder">Its folder, absolute.</param>
/// <param name="Command">A measured file of the folder and its arguments; after <c>dotnet</c>, one that the agent's own .NET runs.</param>
/// <param name="Libraries">Folders of libraries outside /usr that it loads, such as those of a PyTorch wheel.</param>
internal sealed record TrainerPlace(string Folder, IReadOnlyList<string> Command, IReadOnlyList<string> Libraries);

/// <summary>The most that one job may ask for, and the site keeps.</summary>
/// <param name="Jobs">Jobs running at once.</param>
/// <param name="StorageGiB">Ciphertext kept at once.</param>
internal sealed record SiteCaps(int Minutes, int MemoryMiB, int Cpus, int Gpus, int Jobs, int StorageGiB);
