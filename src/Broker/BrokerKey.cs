using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Signing;
using Scanlock.Web;

namespace Scanlock.Broker;

/// <summary>The broker's one key: it signs jobs and its own calls. The broker has no key that decrypts anything (P4).</summary>
internal static class BrokerKey
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the key, or makes it where there is none.</summary>
    /// <exception cref="HostConfigurationException">The file is no ES256 key, or others than its owner may read it.</exception>
    public static SigningKey LoadOrCreate(string file)
    {
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var made = SigningKey.Create();
            Write(file, made.ExportPem(), OwnerOnly);
            return made;
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~OwnerOnly) != UnixFileMode.None)
        {
            throw new HostConfigurationException([$"Broker: others than its owner may use the key file '{file}'; make it mode 0600."]);
        }

        try
        {
            return SigningKey.FromPem(File.ReadAllText(file));
        }
        catch (WireFormatException e)
        {
            throw new HostConfigurationException($"Broker: KeyFile '{file}': {e.Message}", e);
        }
    }

    /// <summary>Writes <c>PREFIX.pem</c> (0600) and <c>PREFIX.pub.pem</c>; an existing file is never overwritten.</summary>
    /// <exception cref="IOException">One of them exists, or the folder cannot be written.</exception>
    public static string Generate(string prefix)
    {
        using var key = SigningKey.Create();
        Write(prefix + ".pem", key.ExportPem(), OwnerOnly);
        Write(prefix + ".pub.pem", key.Public.ExportPem(), OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return key.Public.Id;
    }

    private static void Write(string file, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var stream = new FileStream(file, options);
        stream.Write(Encoding.ASCII.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }
}
