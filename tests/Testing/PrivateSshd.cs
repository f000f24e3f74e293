using System.Net;
using System.Net.Sockets;
using Scanlock.Processes;

namespace Scanlock.Testing;

/// <summary>A real sshd of the test's own: ephemeral keys, a port of its own on loopback, one forced command.</summary>
public sealed class PrivateSshd : IAsyncDisposable
{
    private readonly string _folder;
    private RunningProgram? _sshd;

    private PrivateSshd(string folder, int port) => (_folder, Port) = (folder, port);

    public int Port { get; }

    public static string User => Environment.UserName;

    public string IdentityFile => Path.Combine(_folder, "user");

    public string KnownHostsFile => Path.Combine(_folder, "known_hosts");

    /// <summary>Why these tests cannot run here, or null.</summary>
    public static string? Missing =>
        Programs.Find("sshd") is null ? "needs sshd (openssh-server)" : Programs.Find("ssh-keygen") is null ? "needs ssh-keygen" : null;

    /// <param name="command">The forced command, a shell line as authorized_keys has it.</param>
    public static async Task<PrivateSshd> StartAsync(string folder, string command)
    {
        Directory.CreateDirectory(folder);
        var sshd = new PrivateSshd(folder, Ports.Free());
        await sshd.PrepareAsync(command);
        await sshd.StartAsync();
        return sshd;
    }

    /// <summary>Replaces the forced command, from the next connection on.</summary>
    public Task ForceAsync(string command)
    {
        var quoted = command.Replace("\"", "\\\"", StringComparison.Ordinal);
        return File.WriteAllTextAsync(Path.Combine(_folder, "authorized_keys"), $"command=\"{quoted}\",restrict {PublicKey("user")}\n");
    }

    /// <summary>Pins a key for this host that is not its own.</summary>
    public async Task PinWrongKeyAsync()
    {
        await KeygenAsync("other");
        Pin("other");
    }

    /// <summary>Pins the host's own key again.</summary>
    public void PinOwnKey() => Pin("host");

    public async Task StopAsync()
    {
        if (_sshd is not null)
        {
            await _sshd.DisposeAsync();
            _sshd = null;
        }
    }

    public async Task StartAsync()
    {
        if (Environment.UserName == "root")
        {
            Directory.CreateDirectory("/run/sshd");
        }

        _sshd = RunningProgram.Start(new ProgramStart(Programs.Find("sshd")!, "-D", "-e", "-f", Path.Combine(_folder, "sshd_config")).Inheriting("PATH"));
        await Wait.UntilAsync("sshd to listen", IsListeningAsync, TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task PrepareAsync(string command)
    {
        // The account's shell starts the command, and a shell that sshd starts first runs what its home tells it to: where that waits for a
        // lock that a killed one has left, no command begins for a minute. What a test starts has a home of its own.
        Directory.CreateDirectory(Path.Combine(_folder, "home"));
        await KeygenAsync("host");
        await KeygenAsync("user");
        Pin("host");
        await ForceAsync(command);
        await File.WriteAllTextAsync(Path.Combine(_folder, "sshd_config"), $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {_folder}/host
            AuthorizedKeysFile {_folder}/authorized_keys
            PidFile none
            StrictModes no
            SetEnv HOME={_folder}/home
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin forced-commands-only
            MaxStartups 100
            MaxSessions 100
            LogLevel ERROR

            """);
    }

    private void Pin(string key) => File.WriteAllText(KnownHostsFile, $"[127.0.0.1]:{Port} {PublicKey(key)}\n");

    private string PublicKey(string key) => string.Join(' ', File.ReadAllText(Path.Combine(_folder, key + ".pub")).Split(' ').Take(2));

    private async Task KeygenAsync(string name)
    {
        var made = await ProgramRunner.RunTextAsync(
            new(Programs.Find("ssh-keygen")!, "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(_folder, name)), new(TimeSpan.FromSeconds(60)));
        if (!made.Succeeded)
        {
            throw new InvalidOperationException($"ssh-keygen made no key: {made.ErrorTail}");
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException notYet)
        {
            return _sshd!.Exit.IsCompleted ? throw new InvalidOperationException($"sshd ended: {_sshd.ErrorTail}", notYet) : false;
        }
    }
}
