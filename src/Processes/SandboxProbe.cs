namespace Scanlock.Processes;

/// <summary>
/// Whether sandboxes work on this machine for this user, and sandboxes inside sandboxes (for root: made as another account); where not,
/// why, in a sentence each.
/// </summary>
public sealed record SandboxSupport(string? WhyNot, string? WhyNotNested);

/// <summary>Tries what <see cref="Sandbox"/> needs, by doing it.</summary>
public static class SandboxProbe
{
    private static readonly RunLimits Limits = new(TimeSpan.FromSeconds(60), 4096);

    // Each of these, where it has this value, keeps an ordinary user from making namespaces.
    private static readonly (string File, string Blocks, string Hint)[] Switches =
    [
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "the kernel setting kernel.unprivileged_userns_clone is 0"),
        ("/proc/sys/user/max_user_namespaces", "0", "the kernel setting user.max_user_namespaces is 0"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
            "AppArmor restricts user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)"),
    ];

    public static async Task<SandboxSupport> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!SystemCallFilter.Supported)
        {
            const string why = "there is no system call filter for this machine's processor";
            return new SandboxSupport(why, why);
        }

        var inner = new Sandbox();
        var outer = new Sandbox { Filter = new SystemCallFilter { AllowsNamespaces = true }, InsteadOfRoot = SandboxAccount.Nobody };
        var single = await TryAsync(() => inner.Wrap(Nothing()), cancellationToken);
        return new SandboxSupport(single, single ?? await TryAsync(() => outer.Wrap(inner.Wrap(Nothing())), cancellationToken));
    }

    private static ProgramStart Nothing() => new(Programs.Find("true") ?? throw new ProgramStartException("the program 'true' is not installed"));

    private static async Task<string?> TryAsync(Func<ProgramStart> program, CancellationToken cancellationToken)
    {
        ProgramStart start;
        try
        {
            start = program();
        }
        catch (ProgramStartException exception)
        {
            return exception.Message;
        }

        var result = await ProgramRunner.RunTextAsync(start, Limits, cancellationToken: cancellationToken);
        if (result.Succeeded)
        {
            return null;
        }

        var said = result.ErrorTail.Trim();
        var hints = Switches.Where(known => File.Exists(known.File) && File.ReadAllText(known.File).Trim() == known.Blocks).Select(known => known.Hint);
        return string.Join("; ", hints.Prepend(said.Length > 0 ? said : $"bwrap: {result.End}"));
    }
}
