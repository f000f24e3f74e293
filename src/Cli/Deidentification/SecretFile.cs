using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Scanlock.Cli.Hosts;

namespace Scanlock.Cli.Deidentification;

/// <summary>The secret of a run, or of many that fit together: 32 random bytes as a line of hexadecimal digits, readable by its owner only.</summary>
internal static class SecretFile
{
    private const int Bytes = 32;

    /// <summary>As the intake's workers take it; made where there is no such file.</summary>
    /// <param name="path">Null for a secret that is forgotten.</param>
    /// <param name="output">Where what is given away goes: no place for a key.</param>
    /// <param name="says">Told of a file that is made.</param>
    /// <exception cref="HostProblemException">The file holds something else, is others' to read too, or would lie among what is given away.</exception>
    internal static string Read(string? path, string output, TextWriter says)
    {
        if (path is null)
        {
            return Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        }

        if (Places.LiesIn(path, output))
        {
            throw HostProblemException.Local("key-in-out", $"The key '{path}' would lie in OUT: who gets the files would have what matches them with patients.");
        }

        if (!File.Exists(path) && Make(path))
        {
            says.WriteLine(Output.Printable($"A new key is in '{path}'. Who has it can match pseudonyms with patients: keep it apart from what is given away."));
        }

        return ReadExisting(path);
    }

    private static string ReadExisting(string path)
    {
        using var stream = File.OpenRead(path);
        if (OwnerOnly.IsOpenToOthers(stream.SafeFileHandle))
        {
            throw HostProblemException.Local("key-file-open", $"Others may read the key '{path}' too: run chmod 600 on it, and take another if somebody has.");
        }

        using var reader = new StreamReader(stream);
        var text = new char[4 * Bytes];
        var digits = new string(text, 0, reader.ReadBlock(text)).Trim();
        return digits.Length == 2 * Bytes && digits.All(char.IsAsciiHexDigit)
            ? Base64Url.EncodeToString(Convert.FromHexString(digits))
            : throw HostProblemException.Local("key-file", "The key file does not hold 32 bytes as 64 hexadecimal digits.");
    }

    /// <summary>
    /// Makes the key beside its place and moves it there whole: of runs that make it at the same time one wins, and the others read that one's. It is
    /// on the disk before a file depends on it.
    /// </summary>
    /// <returns>False where another run was first.</returns>
    private static bool Make(string path)
    {
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            using (var file = OwnerOnly.Create(partial, FileMode.CreateNew))
            {
                file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
