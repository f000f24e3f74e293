using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Storage;
using Scanlock.Web;

namespace Scanlock.Gateway.Keys;

/// <summary>
/// The gateway's own keys, one for each kind of thing: statements, the log, results that are sealed to it, and what it stores.
/// Made at the first start, mode 0600, in a folder of mode 0700; a folder that others can open is refused.
/// </summary>
public sealed class GatewayKeys : IDisposable
{
    private GatewayKeys(string folder, SigningKey statement, SigningKey issuer, NoteSigner log, PrivateKey sealing, PrivateKey storage) =>
        (Folder, Statement, Issuer, Log, Sealing, Storage) = (folder, statement, issuer, log, sealing, storage);

    public string Folder { get; }

    /// <summary>Signs manifests, permits and key releases.</summary>
    public SigningKey Statement { get; }

    /// <summary>Signs the local issuer's tokens.</summary>
    public SigningKey Issuer { get; }

    /// <summary>Signs the log's checkpoints.</summary>
    public NoteSigner Log { get; }

    /// <summary>Opens what jobs seal to this gateway.</summary>
    public PrivateKey Sealing { get; }

    /// <summary>Opens what this gateway stores.</summary>
    public PrivateKey Storage { get; }

    /// <exception cref="HostConfigurationException">The folder or a file in it is open to others, or is not a key.</exception>
    public static GatewayKeys Open(GatewayOptions options)
    {
        var folder = options.KeyDirectory;
        OwnerOnly.CreateDirectory(folder);
        RefuseOpenToOthers(folder);
        try
        {
            return new(
                folder,
                SigningKey.FromPem(ReadOrCreate(folder, "statement.pem", NewSigningKey)),
                SigningKey.FromPem(ReadOrCreate(folder, "issuer.pem", NewSigningKey)),
                NoteSigner.Parse(ReadOrCreate(folder, "log.key", () => NoteSigner.Generate(options.Name).ExportSecret())),
                OpenPair(folder, "sealing"),
                OpenPair(folder, "storage"));
        }
        catch (FormatException e)
        {
            throw new HostConfigurationException($"Gateway:KeyDirectory: a key in '{folder}' cannot be read: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        Statement.Dispose();
        Issuer.Dispose();
        Sealing.Dispose();
        Storage.Dispose();
    }

    private static string NewSigningKey()
    {
        using var key = SigningKey.Create();
        return key.ExportPem();
    }

    private static string ReadOrCreate(string folder, string name, Func<string> create)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            OwnerOnly.WriteWhole(path, System.Text.Encoding.ASCII.GetBytes(create()));
        }

        RefuseOpenToOthers(path);
        return File.ReadAllText(path);
    }

    private static PrivateKey OpenPair(string folder, string name)
    {
        var path = Path.Combine(folder, $"{name}.sec");
        if (!File.Exists(path))
        {
            File.Delete(Path.Combine(folder, $"{name}.pub"));
            if (KeyFile.Generate(Path.Combine(folder, name), []) is { IsRefused: true, Refusal.Message: var fault })
            {
                throw new HostConfigurationException([$"Gateway:KeyDirectory: {fault}"]);
            }
        }

        RefuseOpenToOthers(path);
        var key = KeyFile.ReadPrivate(path, []);
        return key.IsRefused ? throw new HostConfigurationException([$"Gateway:KeyDirectory: {key.Refusal.Message}"]) : key.Value;
    }

    private static void RefuseOpenToOthers(string path)
    {
        if (OwnerOnly.IsOpenToOthers(path))
        {
            throw new HostConfigurationException([$"Gateway:KeyDirectory: '{path}' can be opened by others than its owner; make it mode 0600, the folder 0700."]);
        }
    }
}
