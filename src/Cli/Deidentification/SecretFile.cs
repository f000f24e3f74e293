using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Scanlock.Cli.Deidentification;

/// <summary>The secret of a run, or of many that fit together: 32 random bytes as a line of hexadecimal digits, readable by its owner only.</summary>
internal static class SecretFile
{
    private const int Bytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>As the intake's workers take it; made where there is no such file. Null where the file holds something else.</summary>
    /// <param name="path">Null for a secret that is forgotten.</param>
    /// <param name="says">Told of a file that is made.</param>
    internal static string? Read(string? path, TextWriter says)
    {
        var key = RandomNumberGenerator.GetBytes(Bytes);
        if (path is null)
        {
            return Base64Url.EncodeToString(key);
        }

        if (File.Exists(path))
        {
            var text = File.ReadAllText(path).Trim();
            return text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit) ? Base64Url.EncodeToString(Convert.FromHexString(text)) : null;
        }

        using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
        }

        says.WriteLine(Output.Printable($"A new key is in '{path}'. Who has it can match pseudonyms with patients: keep it apart from what is given away."));
        return Base64Url.EncodeToString(key);
    }
}
