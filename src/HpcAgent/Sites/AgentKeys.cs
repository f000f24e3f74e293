using System.Text;
using Scanlock.Contracts.Signing;

namespace Scanlock.HpcAgent.Sites;

/// <summary>Makes the agent's key pair.</summary>
internal static class AgentKeys
{
    /// <summary>
    /// Writes PREFIX.pem, mode 0600, and PREFIX.pub.pem, and prints the key's id for people to compare. A key that is there is never
    /// written over: false.
    /// </summary>
    public static async Task<bool> GenerateAsync(string prefix, CancellationToken cancellationToken)
    {
        using var key = SigningKey.Create();
        try
        {
            await WriteNewAsync($"{prefix}.pem", key.ExportPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellationToken);
            await WriteNewAsync($"{prefix}.pub.pem", key.Public.ExportPem(), (UnixFileMode)0b110_100_100, cancellationToken);
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"The key was not made: {e.Message}");
            return false;
        }

        await Console.Out.WriteLineAsync(key.Public.Id);
        return true;
    }

    private static async Task WriteNewAsync(string path, string pem, UnixFileMode mode, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        await file.WriteAsync(Encoding.ASCII.GetBytes(pem + "\n"), cancellationToken);
    }
}
